package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/policy"
)

const maxRules = 2000

func (f *fileReader) readRules(entry *ast.MappingValueNode) {
	items, ok := entry.Value.(*ast.SequenceNode)
	if !ok || len(items.Values) > maxRules {
		f.wrong(entry.Key, fmt.Errorf("must be a list of at most %d rules, such as `- match: {service: shop}`", maxRules))
		return
	}
	for _, item := range items.Values {
		mapping, ok := item.(*ast.MappingNode)
		if !ok || len(mapping.Values) == 0 {
			f.wrong(item, errors.New("a rule must be a mapping of match and effects"))
			continue
		}
		first, mistakes := mapping.Values[0].Key, len(f.mistakes)
		rule := policy.Rule{Line: first.GetToken().Position.Line}
		f.each(mapping, "", ruleKeys, f.entryOf(&rule, &rule))
		if len(rule.Written) == 0 && len(f.mistakes) == mistakes {
			f.wrong(first, finding.Mend("the rule has no effect", "add one, such as labels or ignore"))
		}
		f.Rules = append(f.Rules, rule)
		if line := policy.Shadowed(f.Rules); line != 0 {
			f.never(first, fmt.Errorf("the rule on line %d ignores every event that it matches", line))
		}
	}
}

// entryOf returns a function that reads one entry of a rule, or of its matchers if of points to its Match.
func (f *fileReader) entryOf(of any, rule *policy.Rule) func(string, ast.Node) error {
	return func(name string, node ast.Node) error {
		switch to := fieldOf(of, name).(type) {
		case nil:
			return finding.Mend("is misplaced", "put matchers under match, and effects next to it")
		case *policy.Match:
			const want = "must be a mapping of matchers, such as {service: shop}"
			if _, null := node.(*ast.NullNode); null { // an empty match would match every event
				return errors.New(want)
			}
			f.each(node, "match: "+want, ruleKeys, f.entryOf(to, rule))
			return nil
		default:
			text, err := f.value(name, to, node)
			if of == rule {
				rule.Written = append(rule.Written, policy.Effect{Name: name, Text: text})
			}
			return err
		}
	}
}

func fieldOf(of any, name string) any {
	for field, v := range reflect.ValueOf(of).Elem().Fields() {
		if field.Tag.Get("json") == name {
			return v.Addr().Interface()
		}
	}
	return nil
}

var ruleKeys = append(keysOf(reflect.TypeFor[policy.Rule]()), keysOf(reflect.TypeFor[policy.Match]())...)

func keysOf(t reflect.Type) (keys []string) {
	for field := range t.Fields() {
		if key := field.Tag.Get("json"); key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}

func (f *fileReader) never(node ast.Node, err error) {
	f.Warnings = append(f.Warnings, f.within(node, finding.Within("can never match: ", err)))
}

// value parses a matcher or an effect into to, and returns its text for people.
func (f *fileReader) value(name string, to any, node ast.Node) (text string, err error) {
	text, isText := scalar(node)
	text = strings.TrimSpace(text)
	switch to := to.(type) {
	case *policy.Patterns:
		*to, err = f.patterns(name, node)
	case *[]string:
		if *to, err = wordsOf(node); err == nil && len(*to) == 0 {
			err = errors.New("the list is empty")
		}
		for i, item := range *to {
			f.wrong(nodesOf(node)[i], finding.Within(name+": ", checkText(name, item)))
		}
		text = strings.Join(*to, ", ")
	case *string:
		*to = text
		_, isBool := node.(*ast.BoolNode) // `ignore: true` gives no reason
		if err = checkText(name, text); !isText || isBool {
			err = errText
		}
	case *event.Level:
		var ok bool
		if *to, ok = event.ParseLevel(text); !ok {
			err = unknown("level", text, event.LevelNames)
		}
		text = to.String()
	case **bool:
		*to = new(bool)
		**to, err = yesOrNo(text)
	case **time.Duration:
		*to = new(time.Duration)
		**to, err = duration("0", "365d")(text)
	case *policy.Threshold:
		err = to.UnmarshalText([]byte(text))
	}
	return text, err
}

func (f *fileReader) patterns(name string, node ast.Node) (policy.Patterns, error) {
	items, err := wordsOf(node)
	if err == nil && len(items) == 0 {
		f.never(node, fmt.Errorf("%s is an empty list", name))
	}
	all := policy.Patterns{}
	for i, text := range items {
		p, err := policy.Parse(name, text)
		f.wrong(nodesOf(node)[i], finding.Within(fmt.Sprintf("%s: %q: ", name, shorten(text)), err))
		if name == "level" && !slices.ContainsFunc(event.LevelNames, p.Fits) {
			f.never(nodesOf(node)[i], unknown("level", text, event.LevelNames))
		}
		all = append(all, p)
	}
	return all, err
}

// textLimits limit an effect's text, in characters. GitHub allows 50 in a label and 256 in a title.
var textLimits = map[string]int{"labels": 50, "assignees": 50, "type": 50, "title": 200, "note": 2000, "ignore": 200, "group": 200}

var ruleLogin = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// reserved matches the labels that change what errmon does with an issue.
var reserved = regexp.MustCompile(`(?i):(dashboard|ignore|archive|snooze-\d+d)$`)

// checkRuleLabels reports rules that set errmon's own label. Removing such a rule would remove the label from
// its issues, so errmon would no longer find them and would file their errors again.
func (c Config) checkRuleLabels() error {
	var mistakes []error
	for _, r := range c.Rules {
		if slices.ContainsFunc(r.Labels, func(l string) bool { return strings.EqualFold(l, c.Label) }) {
			what := fmt.Sprintf("%s line %d: rules: labels: every error issue has the label %q", c.File, r.Line, c.Label)
			mistakes = append(mistakes, finding.Mend(what, "leave it out"))
		}
	}
	return errors.Join(mistakes...)
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

var errText = errors.New("must be text")

func checkText(name, text string) error {
	unknown := ""
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(policy.Placeholders, m[1]) {
			unknown = m[0]
		}
	}
	switch {
	case text == "":
		return errText
	case utf8.RuneCountInString(text) > textLimits[name]:
		return fmt.Errorf("has %d characters: at most %d are allowed", utf8.RuneCountInString(text), textLimits[name])
	case name == "labels" && (strings.Contains(text, ",") || reserved.MatchString(text)):
		return fmt.Errorf("%q: a label must not contain a comma or end in :dashboard, :ignore, :archive or :snooze-7d, "+
			"which errmon uses itself", text)
	case name == "assignees" && !ruleLogin.MatchString(text):
		return fmt.Errorf("%q: must be a GitHub login without @, such as octocat, or owners", text)
	case name == "note" && strings.Contains(text, "<!--"):
		return errors.New("must not contain an HTML comment")
	case name == "title" && unknown != "":
		meant := nearestOf(strings.Trim(unknown, "{}"), policy.Placeholders)
		return finding.Mend("unknown placeholder "+shorten(unknown), "did you mean {"+meant+"}?")
	}
	return nil
}

package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/policy"
)

// This file reads the key rules, a list of policy.Rule:
//
//	rules:
//	  - match: {service: checkout, level: [error, fatal]}
//	    labels: [team-pay, "priority: high"]
//
// The tags of policy.Rule name the keys. A rule that can never match is a warning.

// maxRules bounds the rules of a file.
const maxRules = 2000

func (f *fileReader) rules(entry *ast.MappingValueNode) {
	if _, null := entry.Value.(*ast.NullNode); null {
		return
	}
	items, ok := entry.Value.(*ast.SequenceNode)
	if !ok || len(items.Values) > maxRules {
		f.wrongRule(entry.Key, fmt.Errorf("must be a list of at most %d rules, such as `- match: {service: shop}`", maxRules))
		return
	}
	for _, item := range items.Values {
		mapping, ok := item.(*ast.MappingNode)
		if !ok || len(mapping.Values) == 0 {
			f.wrongRule(item, errors.New("a rule must be a mapping of match and effects"))
			continue
		}
		first := mapping.Values[0].Key
		rule := policy.Rule{Line: first.GetToken().Position.Line}
		f.fields(reflect.ValueOf(&rule).Elem(), mapping, &rule)
		if len(rule.Written) == 0 {
			f.wrongRule(first, finding.Mend("the rule has no effect", "add one, such as labels or ignore"))
		}
		f.team.rules = append(f.team.rules, rule)
		if line := policy.Shadowed(f.team.rules); line != 0 {
			f.never(first, fmt.Errorf("the rule in line %d ignores every event that it matches", line))
		}
	}
}

// wrongRule notes a mistake with the line and column of node.
func (f *fileReader) wrongRule(node ast.Node, err error) {
	f.mistakes = append(f.mistakes, finding.Within(f.place(node)+": rules: ", err))
}

// never notes a warning about a rule that can never match.
func (f *fileReader) never(node ast.Node, err error) {
	f.team.warnings = append(f.team.warnings, finding.Within(f.place(node)+": rules: can never match: ", err))
}

func (f *fileReader) place(node ast.Node) string {
	return fmt.Sprintf("%s, column %d", at(f.path, node), node.GetToken().Position.Column)
}

// fields reads the entries of a mapping into the fields that their tags name.
func (f *fileReader) fields(to reflect.Value, mapping *ast.MappingNode, rule *policy.Rule) {
	names := keysOf(to.Type())
	isRule := to.Addr().Interface() == any(rule)
	for _, entry := range mapping.Values {
		name, _ := scalar(entry.Key)
		at := slices.Index(names, name)
		if at < 0 {
			f.wrongRule(entry.Key, unknownKey(name, names))
			if isRule || slices.Contains(keysOf(reflect.TypeFor[policy.Rule]()), name) { // the rule was meant to have an effect
				rule.Written = append(rule.Written, policy.Effect{Name: name})
			}
			continue
		}
		field := to.Field(at)
		if match, ok := entry.Value.(*ast.MappingNode); ok && name == "match" {
			f.fields(field, match, rule)
			continue
		}
		text, err := f.value(name, field.Addr().Interface(), entry.Value)
		if err != nil {
			var where ast.Node = entry.Value
			if _, null := where.(*ast.NullNode); null {
				where = entry.Key
			}
			f.wrongRule(where, finding.Within(name+": ", err))
		}
		if isRule && name != "match" {
			rule.Written = append(rule.Written, policy.Effect{Name: name, Text: text})
		}
	}
}

// keysOf returns the keys of a rule or of its matchers: their first fields, in order.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("json"); key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}

// unknownKey reports a key that is none of the names. A matcher beside match and an
// effect below it are easily written.
func unknownKey(name string, names []string) error {
	remedy := fmt.Sprintf("did you mean %q?", nearestOf(name, names))
	switch isRule := slices.Contains(names, "match"); {
	case isRule && slices.Contains(keysOf(reflect.TypeFor[policy.Match]()), name):
		remedy = "move this matcher into match"
	case !isRule && slices.Contains(keysOf(reflect.TypeFor[policy.Rule]()), name):
		remedy = "move this effect out of match"
	}
	return finding.Mend(fmt.Sprintf("unknown key %q", shorten(name)), remedy)
}

// value reads a matcher or an effect, and returns it as people read it.
func (f *fileReader) value(name string, to any, node ast.Node) (string, error) {
	items, isList := itemsOf(node)
	text, isText := scalar(node)
	text = strings.TrimSpace(text)
	switch to := to.(type) {
	case *policy.Patterns, *[]string:
		if !isList {
			return "", fmt.Errorf("must be a plain value or a list of them, none blank or longer than %d characters", maxPrefixSize)
		}
		f.list(name, to, items, node)
		return strings.Join(items, ", "), nil
	case *policy.Match:
		return "", errors.New("must be a mapping of matchers, such as {service: shop}")
	case *string:
		*to = text
		_, isBool := node.(*ast.BoolNode) // such as `ignore: true`, which gives no reason
		return text, checkText(name, text, isText && !isBool)
	case *event.Level:
		level, ok := event.ParseLevel(text)
		*to = level
		return level.String(), unknownLevel(text, ok)
	case **bool:
		yes, err := yesOrNo(text)
		*to = &yes
		return text, err
	case **policy.Duration:
		*to = new(policy.Duration)
		return text, (*to).UnmarshalText([]byte(text))
	}
	return text, to.(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
}

func unknownLevel(text string, known bool) error {
	if known {
		return nil
	}
	return finding.Mend(fmt.Sprintf("unknown level %q", shorten(text)), fmt.Sprintf("did you mean %q?", nearestOf(strings.TrimLeft(text, "!<>= "), policy.LevelNames)))
}

// list reads a list of patterns, levels or names.
func (f *fileReader) list(name string, to any, items []string, node ast.Node) {
	item := func(i int) ast.Node {
		if list, ok := node.(*ast.SequenceNode); ok {
			return list.Values[i]
		}
		return node
	}
	note := func(i int, err error) {
		if err != nil {
			f.wrongRule(item(i), finding.Within(name+": ", err))
		}
	}
	switch to := to.(type) {
	case *policy.Patterns:
		*to = make(policy.Patterns, len(items))
		for i, text := range items {
			var err error
			if (*to)[i], err = policy.Parse(name, text); err != nil {
				note(i, finding.Within(fmt.Sprintf("%q: ", shorten(text)), err))
			}
			if name == "level" && !slices.ContainsFunc(policy.LevelNames, (*to)[i].Fits) {
				f.never(item(i), unknownLevel(text, false))
			}
		}
	case *[]string:
		*to = items
		for i, text := range items {
			note(i, checkText(name, text, true))
		}
		if len(items) == 0 {
			f.wrongRule(node, finding.Within(name+": ", errors.New("the list is empty")))
		}
		return
	}
	if len(items) == 0 {
		f.never(node, fmt.Errorf("%s is an empty list", name))
	}
}

// textLimits are the most characters of an effect. GitHub takes 50 of a label and 256 of
// a title; an issue's marker stores the note.
var textLimits = map[string]int{"labels": 50, "assignees": 50, "type": 50, "title": 200, "note": 2000, "ignore": 200, "group": 200}

var ruleLogin = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// reserved matches the labels that change what errmon does with an issue.
var reserved = regexp.MustCompile(`(?i):(dashboard|ignore|archive|snooze-\d+d)$`)

// checkRuleLabels reports rules that set the label by which errmon finds its issues: once
// such a rule is gone, the label would go too, and the errors would be filed anew.
func (c Config) checkRuleLabels() error {
	var mistakes []error
	for _, r := range c.Rules {
		if slices.ContainsFunc(r.Labels, func(l string) bool { return strings.EqualFold(l, c.Label) }) {
			mistakes = append(mistakes, finding.Mend(fmt.Sprintf("%s line %d: rules: labels: every error issue has the label %q", c.File, r.Line, c.Label), "leave it out"))
		}
	}
	return errors.Join(mistakes...)
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// checkText checks the text of an effect.
func checkText(name, text string, isText bool) error {
	unknown := ""
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(policy.Placeholders, m[1]) {
			unknown = m[0]
		}
	}
	switch {
	case !isText || text == "":
		return errors.New("must be a text")
	case utf8.RuneCountInString(text) > textLimits[name]:
		return fmt.Errorf("has %d characters: at most %d are allowed", utf8.RuneCountInString(text), textLimits[name])
	case name == "labels" && (strings.Contains(text, ",") || reserved.MatchString(text)):
		return fmt.Errorf("%q: a label must not contain a comma or end in :dashboard, :ignore, :archive or :snooze-7d, which errmon gives a meaning", text)
	case name == "assignees" && !ruleLogin.MatchString(text):
		return fmt.Errorf("%q: must be a GitHub login without @, such as octocat, or owners", text)
	case name == "note" && strings.Contains(text, "<!--"):
		return errors.New("must not contain an HTML comment")
	case name == "title" && unknown != "":
		return finding.Mend(fmt.Sprintf("unknown placeholder %s", shorten(unknown)), fmt.Sprintf("did you mean {%s}?", nearestOf(strings.Trim(unknown, "{}"), policy.Placeholders)))
	}
	return nil
}

package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
)

// This file reads four keys that hold more than a plain value:
//
//	in-app:
//	  include: [node_modules/@acme/, org.apache.acme.]
//	  exclude: [src/generated/]
//	fields:
//	  service: app_id
//	  request-id: [ctx.request, x-request-id]
//	code:
//	  roots:
//	    - {frames: /srv/a/, source: services/a/}
//	redact: # in everything that is published
//	  patterns: # names and regular expressions (RE2); a group, if there is one, is the value
//	    customer-id: 'CUST-\d{6}'
//	    voucher: 'voucher (\w+)'
//	  allow: # regular expressions of whole values that stay
//	    - '192\.168\.\d+\.\d+'
//	    - '.*@example\.com'
//
// A redacted value is shown as its pattern's name and a number: [customer-id-1].

// FieldNames are the fields that a team can map to keys of its own.
var FieldNames = []string{"level", "message", "logger", "service", "release", "commit", "environment", "request-id", "trace-id", "stack", "error-type", "error-message"}

var teamKeys = []string{"in-app", "fields", "code", "redact", "rules"}

// maxPrefixSize bounds, in bytes, an item of a list. Items and their number are limited
// because each costs time on every line or frame.
const maxPrefixSize = 500

var patternName = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

func (f *fileReader) lists(entry *ast.MappingValueNode, names []string, limit int) map[string][]string {
	lists := map[string][]string{}
	for _, e := range f.mapping(entry, fmt.Sprintf("must be a mapping of %s to lists", strings.Join(names, ", "))) {
		name, _ := scalar(e.Key)
		items, err := wordsOf(e.Value)
		switch {
		case !slices.Contains(names, name):
			f.wrong(e.Key, unknown("key", name, names))
		case err != nil:
			f.wrong(e.Key, fmt.Errorf("%s: %w", name, err))
		case len(items) > limit:
			f.wrong(e.Key, fmt.Errorf("%s: has %d items: at most %d are allowed", name, len(items), limit))
		default:
			lists[name] = items
		}
	}
	return lists
}

// wordsOf returns the items of a node without white space around them.
func wordsOf(node ast.Node) ([]string, error) {
	words, ok := itemsOf(node)
	for i, word := range words {
		words[i] = strings.TrimSpace(word)
		ok = ok && words[i] != "" && len(words[i]) <= maxPrefixSize
	}
	if !ok {
		return nil, fmt.Errorf("must be a plain value or a list of them, none blank or longer than %d characters", maxPrefixSize)
	}
	return words, nil
}

// readRoots reads the value of the key code. An empty source is the repository's root.
func (f *fileReader) readRoots(entry *ast.MappingValueNode) {
	const form = "{frames: /srv/a/, source: services/a/}"
	const want = "must have roots: with items such as " + form
	if f.mapping(entry, want) == nil {
		return
	}
	var value map[string][]map[string]string
	err := yaml.NodeToValue(entry.Value, &value)
	roots, ok := value["roots"]
	if err != nil || !ok || len(value) > 1 || len(roots) > 100 {
		f.wrong(entry.Key, errors.New(want))
	}
	for i, root := range roots {
		r := code.Root{Frames: root["frames"], Source: root["source"]}
		if _, ok := root["source"]; !ok || r.Frames == "" || len(root) > 2 || max(len(r.Frames), len(r.Source)) > maxPrefixSize {
			f.wrong(entry.Key, fmt.Errorf("roots: item %d must have frames and source, as in %s", i+1, form))
		}
		f.Roots = append(f.Roots, r)
	}
}

func (f *fileReader) readRedact(entry *ast.MappingValueNode) {
	for _, e := range f.mapping(entry, "must have patterns:, allow: or both") {
		items, isList := e.Value.(*ast.SequenceNode)
		switch name, _ := scalar(e.Key); {
		case name == "patterns":
			for _, p := range f.mapping(e, "patterns: must map names to regular expressions, such as `customer-id: 'CUST-\\d{6}'`") {
				f.pattern(p)
			}
		case name == "allow" && isList:
			for _, item := range items.Values {
				if re, err := expression(item); err != nil {
					f.wrong(item, finding.Within("allow: ", err))
				} else {
					f.RedactAllow = append(f.RedactAllow, re)
				}
			}
		case name == "allow":
			f.wrong(e.Key, errors.New("allow: must be a list of regular expressions"))
		default:
			f.wrong(e.Key, fmt.Errorf("unknown key %q: use patterns or allow", shorten(name)))
		}
	}
}

func (f *fileReader) pattern(entry *ast.MappingValueNode) {
	name, _ := scalar(entry.Key)
	re, err := expression(entry.Value)
	switch {
	case !patternName.MatchString(name) || len(name) > 40:
		err = errors.New("the name must be lower-case letters and digits, separated by dashes, at most 40 characters")
	case err == nil && re.MatchString(""):
		err = finding.Mend("the expression matches the empty string", "make it match only the value")
	}
	if err != nil {
		f.wrong(entry.Key, finding.Within(fmt.Sprintf("pattern %q: ", shorten(name)), err))
		return
	}
	f.RedactPatterns = append(f.RedactPatterns, safe.Pattern{Kind: name, Regexp: re})
}

func expression(node ast.Node) (*regexp.Regexp, error) {
	text, ok := scalar(node)
	if !ok || text == "" {
		return nil, errors.New("must be a regular expression, preferably in single quotes")
	}
	return policy.CompileRegexp(text)
}

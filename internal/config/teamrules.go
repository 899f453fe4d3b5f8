package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
)

// The keys in-app, fields, code and redact of the configuration file are documented in examples/rules.md.

// FieldNames are the fields that a team can map to keys of its own.
var FieldNames = []string{"level", "message", "logger", "service", "release", "commit", "environment",
	"request-id", "trace-id", "stack", "error-type", "error-message"}

var teamKeys = []string{"in-app", "fields", "code", "redact", "rules"}

// maxPrefixSize limits the characters of a list item, because each item costs time on every line or frame.
const maxPrefixSize = 500

func isLong(item string) bool { return utf8.RuneCountInString(item) > maxPrefixSize }

var patternName = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

func (f *fileReader) lists(node ast.Node, names []string, limit int) map[string][]string {
	lists, want := map[string][]string{}, "must be a mapping of "+strings.Join(names, ", ")+" to lists"
	f.each(node, want, names, func(name string, value ast.Node) (err error) {
		if lists[name], err = wordsOf(value); len(lists[name]) > limit {
			err = fmt.Errorf("has %d items: at most %d are allowed", len(lists[name]), limit)
		}
		return err
	})
	return lists
}

func wordsOf(node ast.Node) ([]string, error) {
	words, ok := itemsOf(node)
	for i, word := range words {
		words[i] = strings.TrimSpace(word)
		ok = ok && words[i] != "" && !isLong(words[i])
	}
	if !ok {
		return nil, fmt.Errorf("must be a plain value or a list of them, none blank or longer than %d characters", maxPrefixSize)
	}
	return words, nil
}

const exampleRoot = "{frames: /srv/a/, source: services/a/}"

// readRoots reads the value of the key code. An empty source means the root of the repository.
func (f *fileReader) readRoots(_ string, value ast.Node) error {
	items, ok := value.(*ast.SequenceNode)
	if _, null := value.(*ast.NullNode); null {
		return nil
	} else if !ok || len(items.Values) > 100 {
		return errors.New("must be a list of at most 100 items such as " + exampleRoot)
	}
	for _, item := range items.Values {
		var root map[string]string
		err := yaml.NodeToValue(item, &root, yaml.Strict())
		frames := root["frames"]
		source, ok := root["source"]
		if err != nil || !ok || len(root) > 2 || frames == "" || isLong(frames) || isLong(source) {
			f.wrong(item, fmt.Errorf("roots: an item must be such as %s, each at most %d characters long", exampleRoot, maxPrefixSize))
		}
		f.Roots = append(f.Roots, code.Root{Frames: frames, Source: source})
	}
	return nil
}

func (f *fileReader) readRedact(node ast.Node) {
	const want = "patterns: must map names to regular expressions, such as `customer-id: 'CUST-\\d{6}'`"
	f.each(node, "must have patterns:, allow: or both", []string{"patterns", "allow"}, func(name string, value ast.Node) error {
		items, isList := value.(*ast.SequenceNode)
		switch {
		case name == "patterns":
			f.each(value, want, nil, f.readPattern)
			return nil
		case !isList:
			return errors.New("must be a list of regular expressions")
		}
		for _, item := range items.Values {
			re, err := expression(item)
			if err == nil {
				f.RedactAllow = append(f.RedactAllow, re)
			}
			f.wrong(item, finding.Within("allow: ", err))
		}
		return nil
	})
}

func (f *fileReader) readPattern(name string, value ast.Node) error {
	re, err := expression(value)
	switch {
	case !patternName.MatchString(name) || len(name) > 40:
		return errors.New("the name must be lower-case letters and digits, separated by dashes, at most 40 characters")
	case err == nil && re.MatchString(""):
		return finding.Mend("the expression matches the empty string", "make it match only the value")
	case err == nil:
		f.RedactPatterns = append(f.RedactPatterns, safe.Pattern{Kind: name, Regexp: re})
	}
	return err
}

func expression(node ast.Node) (*regexp.Regexp, error) {
	text, ok := scalar(node)
	if !ok || text == "" {
		return nil, errors.New("must be a regular expression, preferably in single quotes")
	}
	return policy.CompileRegexp(text)
}

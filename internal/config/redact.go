package config

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/goccy/go-yaml/ast"

	"github.com/org/errmon-action/internal/finding"
)

// This file reads the key redact, which adds patterns to redact in everything that
// is published, and values to keep:
//
//	redact:
//	  patterns: # names and regular expressions (RE2); a group, if there is one, is the value
//	    customer-id: 'CUST-\d{6}'
//	    voucher: 'voucher (\w+)'
//	  allow: # regular expressions of whole values that stay
//	    - '192\.168\.\d+\.\d+'
//	    - '.*@example\.com'
//
// A redacted value is shown as its pattern's name and a number: [customer-id-1].

// Redact is what a team adds to the redaction rules.
type Redact struct {
	Patterns []Pattern        // in the order of the file
	Allow    []*regexp.Regexp // of whole values that are not secret
}

// Pattern is a kind of value to redact.
type Pattern struct {
	Name   string // lower-case letters and digits, with dashes between; at most 40
	Regexp *regexp.Regexp
}

var patternName = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

const maxPatternName = 40

// redact reads the value of the key redact.
func (f *fileReader) redact(entry *ast.MappingValueNode) {
	for _, e := range f.mapping(entry, errors.New("redact: must hold patterns: and allow:, one or both")) {
		switch name, _ := scalar(e.Key); name {
		case "patterns":
			f.patterns(e)
		case "allow":
			f.allow(e)
		default:
			f.wrong(e.Key, fmt.Errorf("redact: unknown key %q: only patterns and allow are known", shorten(name)))
		}
	}
}

func (f *fileReader) patterns(entry *ast.MappingValueNode) {
	want := errors.New("redact: patterns: must be names with a regular expression each, such as `customer-id: 'CUST-\\d{6}'`")
	for _, e := range f.mapping(entry, want) {
		name, _ := scalar(e.Key)
		re, err := expression(e.Value)
		switch {
		case !patternName.MatchString(name) || len(name) > maxPatternName:
			err = fmt.Errorf("the name must be lower-case letters and digits, with dashes between, at most %d", maxPatternName)
		case err == nil && re.MatchString(""):
			err = finding.Mend("the expression matches the empty text", "make it match the value alone")
		}
		if err != nil {
			f.wrong(e.Key, finding.Within(fmt.Sprintf("redact: pattern %q: ", shorten(name)), err))
			continue
		}
		f.team.redact.Patterns = append(f.team.redact.Patterns, Pattern{name, re})
	}
}

func (f *fileReader) allow(entry *ast.MappingValueNode) {
	items, ok := entry.Value.(*ast.SequenceNode)
	if !ok {
		f.wrong(entry.Key, errors.New("redact: allow: must be a list of regular expressions"))
		return
	}
	for _, item := range items.Values {
		re, err := expression(item)
		if err != nil {
			f.wrong(item, finding.Within("redact: allow: ", err))
			continue
		}
		f.team.redact.Allow = append(f.team.redact.Allow, re)
	}
}

// expression reads a regular expression. Its error names what is wrong but shows
// no more of the expression than that.
func expression(node ast.Node) (*regexp.Regexp, error) {
	text, ok := scalar(node)
	if !ok || text == "" {
		return nil, errors.New("must be a regular expression, best in single quotes")
	}
	re, err := regexp.Compile(text)
	var mistake *syntax.Error
	if errors.As(err, &mistake) {
		return nil, fmt.Errorf("not a regular expression in Go's syntax (RE2): %s %q", mistake.Code, shorten(mistake.Expr))
	}
	return re, err
}

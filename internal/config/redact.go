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

const redactKey = "redact"

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

// parse reads the value of the key redact, and returns all its mistakes joined.
func (r *Redact) parse(path string, node ast.Node) error {
	mapping, ok := node.(*ast.MappingNode)
	if _, empty := node.(*ast.NullNode); empty {
		return nil
	}
	if !ok {
		return fmt.Errorf("%s: redact: must hold patterns: and allow:, one or both", at(path, node))
	}
	var mistakes []error
	for _, entry := range mapping.Values {
		switch name, _ := scalar(entry.Key); name {
		case "patterns":
			mistakes = append(mistakes, r.parsePatterns(path, entry.Value))
		case "allow":
			mistakes = append(mistakes, r.parseAllow(path, entry.Value))
		default:
			mistakes = append(mistakes, fmt.Errorf("%s: redact: unknown key %q: only patterns and allow are known", at(path, entry.Key), shorten(name)))
		}
	}
	return errors.Join(mistakes...)
}

func (r *Redact) parsePatterns(path string, node ast.Node) error {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return fmt.Errorf("%s: redact: patterns: must be names with a regular expression each, such as `customer-id: 'CUST-\\d{6}'`", at(path, node))
	}
	var mistakes []error
	for _, entry := range mapping.Values {
		name, _ := scalar(entry.Key)
		re, err := expression(entry.Value)
		switch {
		case !patternName.MatchString(name) || len(name) > maxPatternName:
			err = fmt.Errorf("the name must be lower-case letters and digits, with dashes between, at most %d", maxPatternName)
		case err == nil && re.MatchString(""):
			err = finding.Mend("the expression matches the empty text", "make it match the value alone")
		}
		if err != nil {
			mistakes = append(mistakes, finding.Within(fmt.Sprintf("%s: redact: pattern %q: ", at(path, entry.Key), shorten(name)), err))
			continue
		}
		r.Patterns = append(r.Patterns, Pattern{name, re})
	}
	return errors.Join(mistakes...)
}

func (r *Redact) parseAllow(path string, node ast.Node) error {
	items, ok := node.(*ast.SequenceNode)
	if !ok {
		return fmt.Errorf("%s: redact: allow: must be a list of regular expressions", at(path, node))
	}
	var mistakes []error
	for _, item := range items.Values {
		re, err := expression(item)
		if err != nil {
			mistakes = append(mistakes, finding.Within(at(path, item)+": redact: allow: ", err))
			continue
		}
		r.Allow = append(r.Allow, re)
	}
	return errors.Join(mistakes...)
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

package policy

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/org/errmon-action/internal/event"
)

// Patterns match values: one of the patterns must match, unless all are negated, and
// none of the negated ones may. An empty list matches nothing.
type Patterns []Pattern

// Pattern is a text, a glob, or a regular expression between slashes. "!" negates it.
type Pattern struct {
	Text     string // without the "!"
	Not      bool
	matches  func(string) bool // nil for a text without wildcards, which must be equal
	literals []string          // parts of every value that it matches; none for a level, which rules change
}

// match reports whether the values of one event fit. An absent value is the empty list.
func (p Patterns) match(values []string) bool {
	found, wanted := false, len(p) == 0
	for i := range p {
		hit := slices.ContainsFunc(values, p[i].Fits)
		if hit && p[i].Not {
			return false
		}
		wanted = wanted || !p[i].Not
		found = found || hit && !p[i].Not
	}
	return found || !wanted
}

// Fits reports whether the pattern matches a value, whether or not it is negated.
func (p *Pattern) Fits(value string) bool {
	if p.matches == nil {
		return p.Text == value
	}
	return p.matches(value)
}

// Parse parses a matcher's pattern. A path may start at any folder, and its "*" stops at a slash.
func Parse(matcher, text string) (Pattern, error) {
	rest, not := strings.CutPrefix(strings.TrimSpace(text), "!")
	p := Pattern{Text: strings.TrimSpace(rest), Not: not}
	switch {
	case p.Text == "":
		return p, errors.New("a pattern must not be empty")
	case matcher == "level":
		return p.level(), nil
	case len(p.Text) > 2 && p.Text[0] == '/' && p.Text[len(p.Text)-1] == '/':
		text := p.Text[1 : len(p.Text)-1]
		re, err := CompileRegexp(text)
		if err != nil {
			return p, err
		}
		parsed, _ := syntax.Parse(text, syntax.Perl) // it compiles
		p.matches, p.literals = re.MatchString, required(parsed)
		return p, nil
	case !doublestar.ValidatePattern(p.Text):
		return p, errors.New("not a glob: close every [ and {, or write \\ before it")
	case matcher == "path":
		p.matches = pathGlob(p.Text)
	case strings.ContainsAny(p.Text, `*?[{\`):
		p.matches = glob(p.Text)
	}
	if !strings.ContainsAny(p.Text, `[{\`) {
		p.literals = strings.FieldsFunc(p.Text, func(r rune) bool { return strings.ContainsRune("*?/", r) })
	}
	return p, nil
}

// CompileRegexp compiles an expression in Go's syntax. Its error shows only the part that is wrong.
func CompileRegexp(text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(text)
	if mistake, ok := errors.AsType[*syntax.Error](err); ok {
		return nil, fmt.Errorf("not a regular expression in Go's syntax (RE2): %s %.100q", mistake.Code, mistake.Expr)
	}
	return re, err
}

// level reads "error" or ">=warn". Another text matches no level.
func (p Pattern) level() Pattern {
	name, atLeast := strings.CutPrefix(p.Text, ">=")
	least, ok := event.ParseLevel(strings.TrimSpace(name))
	p.matches = func(value string) bool {
		level, _ := event.ParseLevel(value)
		return ok && (level == least || atLeast && level > least)
	}
	return p
}

// glob matches whole values. "*" matches slashes too: a message or a service is not a path.
func glob(pattern string) func(string) bool {
	pattern = strings.ReplaceAll(pattern, "/", "\x00")
	return func(value string) bool {
		return doublestar.MatchUnvalidated(pattern, strings.ReplaceAll(value, "/", "\x00"))
	}
}

// pathGlob matches files of a folder if the pattern ends in a slash.
func pathGlob(pattern string) func(string) bool {
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	pattern = "**/" + strings.TrimPrefix(pattern, "/")
	return func(file string) bool {
		return doublestar.MatchUnvalidated(pattern, strings.TrimPrefix(strings.ReplaceAll(file, `\`, "/"), "/"))
	}
}

// required returns the literals of an expression that every text it matches contains.
func required(re *syntax.Regexp) []string {
	switch {
	case re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase == 0:
		return []string{string(re.Rune)}
	case re.Op == syntax.OpConcat || re.Op == syntax.OpCapture || re.Op == syntax.OpPlus:
		var all []string
		for _, sub := range re.Sub {
			all = append(all, required(sub)...)
		}
		return all
	}
	return nil
}

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

// Patterns match values: one of the patterns must match, unless all are negated, and none of the negated ones
// may. An empty list matches nothing.
type Patterns []Pattern

// Pattern is a text, a glob, or a regular expression between slashes. "!" negates it.
type Pattern struct {
	Text     string // without the "!"
	Not      bool
	Fits     func(value string) bool // whether or not it is negated
	literals []string                // some parts of every value that it matches; none for a level, which rules change
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

// Parse parses a matcher's pattern. A path may start at any folder, and its "*" stops at a slash.
func Parse(matcher, text string) (Pattern, error) {
	rest, not := strings.CutPrefix(strings.TrimSpace(text), "!")
	text = strings.TrimSpace(rest)
	p := Pattern{Text: text, Not: not, Fits: func(value string) bool { return value == text }}
	switch {
	case text == "":
		return p, errors.New("a pattern must not be empty")
	case matcher == "level": // "error" or ">=warn"; another text fits no level
		name, atLeast := strings.CutPrefix(text, ">=")
		least, ok := event.ParseLevel(strings.TrimSpace(name))
		p.Fits = func(value string) bool {
			level, _ := event.ParseLevel(value)
			return ok && (level == least || atLeast && level > least)
		}
		return p, nil
	case len(text) > 2 && text[0] == '/' && text[len(text)-1] == '/':
		re, err := CompileRegexp(text[1 : len(text)-1])
		if err != nil {
			return p, err
		}
		parsed, _ := syntax.Parse(text[1:len(text)-1], syntax.Perl) // it compiles
		p.Fits, p.literals = re.MatchString, required(parsed)
		return p, nil
	case !doublestar.ValidatePattern(text):
		return p, errors.New("not a glob: close every [ and {, or write \\ before it")
	case matcher == "path":
		p.Fits = pathGlob(text)
	case strings.ContainsAny(text, `*?[{\`): // "*" matches slashes too: a message or a service is not a path
		glob := strings.ReplaceAll(text, "/", "\x00")
		p.Fits = func(value string) bool {
			return doublestar.MatchUnvalidated(glob, strings.ReplaceAll(value, "/", "\x00"))
		}
	}
	if !strings.ContainsAny(text, `[{\`) {
		p.literals = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("*?/", r) })
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
func required(re *syntax.Regexp) (all []string) {
	switch {
	case re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase == 0:
		return []string{string(re.Rune)}
	case re.Op == syntax.OpConcat || re.Op == syntax.OpCapture || re.Op == syntax.OpPlus:
		for _, sub := range re.Sub {
			all = append(all, required(sub)...)
		}
	}
	return all
}

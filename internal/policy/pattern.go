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

// Patterns match an event's values of one attribute. At least one pattern must match, unless all are negated,
// and no negated one may. An empty list matches nothing.
type Patterns []Pattern

// Pattern is a text, a glob, or a regular expression between slashes. "!" negates it.
type Pattern struct {
	Text     string // without the "!"
	Not      bool
	Fits     func(value string) bool // ignores Not
	literals []string                // substrings of every value it matches; none for a level, since rules change levels
}

// match reports whether an event's values fit. values is empty if the event has none.
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

// Parse parses a matcher's pattern. A path may start at any folder, and its "*" does not match a slash.
func Parse(matcher, text string) (Pattern, error) {
	rest, not := strings.CutPrefix(strings.TrimSpace(text), "!")
	text = strings.TrimSpace(rest)
	p := Pattern{Text: text, Not: not, Fits: func(value string) bool { return value == text }}
	switch {
	case text == "":
		return p, errors.New("a pattern must not be empty")
	case matcher == "level": // "error" or ">=warn"; any other text matches no level
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
		parsed, _ := syntax.Parse(text[1:len(text)-1], syntax.Perl) // cannot fail: it compiled
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

// CompileRegexp compiles an expression in Go's syntax. Its error quotes only the faulty part.
func CompileRegexp(text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(text)
	if mistake, ok := errors.AsType[*syntax.Error](err); ok {
		return nil, fmt.Errorf("not a regular expression in Go's syntax (RE2): %s %.100q", mistake.Code, mistake.Expr)
	}
	return re, err
}

// pathGlob returns a matcher of paths. A pattern that ends in a slash matches every file below the folder.
func pathGlob(pattern string) func(string) bool {
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	pattern = "**/" + strings.TrimPrefix(pattern, "/")
	return func(file string) bool {
		return doublestar.MatchUnvalidated(pattern, strings.TrimPrefix(strings.ReplaceAll(file, `\`, "/"), "/"))
	}
}

// required returns literals of an expression that every matching text contains.
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

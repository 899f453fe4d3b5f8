package policy

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/org/errmon-action/internal/event"
)

// Patterns match values: one of the patterns must match, unless all are negated, and
// none of the negated ones may.
type Patterns []Pattern

// Pattern is a glob, or a regular expression between slashes. "!" negates it.
type Pattern struct {
	Text string // without the "!"
	Not  bool
	// match is nil for a text without wildcards, which must be equal.
	match func(string) bool
}

// match reports whether the values of one event fit. An absent value is the empty list.
func (p Patterns) match(values []string) bool {
	found, wanted := false, len(p) == 0 // an empty list matches nothing
	for i := range p {
		hit := false
		for _, v := range values {
			if hit = p[i].matches(v); hit {
				break
			}
		}
		if hit && p[i].Not {
			return false
		}
		wanted = wanted || !p[i].Not
		found = found || hit && !p[i].Not
	}
	return found || !wanted
}

func (p *Pattern) matches(value string) bool {
	if p.match == nil {
		return p.Text == value
	}
	return p.match(value)
}

// Parse reads a pattern as the file has it. Paths are for values that are paths: they
// match from any folder on, and "*" stops at a slash.
func Parse(text string, path bool) (Pattern, error) {
	rest, not := strings.CutPrefix(strings.TrimSpace(text), "!")
	p := Pattern{Text: rest, Not: not}
	if len(rest) > 2 && rest[0] == '/' && rest[len(rest)-1] == '/' {
		re, err := regexp.Compile(rest[1 : len(rest)-1])
		var mistake *syntax.Error
		if errors.As(err, &mistake) {
			return p, fmt.Errorf("not a regular expression in Go's syntax (RE2): %s %q", mistake.Code, mistake.Expr)
		} else if err == nil {
			p.match = re.MatchString
		}
		return p, err
	}
	switch {
	case rest == "":
		return p, errors.New("a pattern must not be empty")
	case !doublestar.ValidatePattern(rest):
		return p, errors.New("not a glob: close every [ and {, or write \\ before it")
	case path:
		p.match = pathGlob(rest)
	case strings.ContainsAny(rest, `*?[{\`):
		p.match = glob(rest)
	}
	return p, nil
}

// glob matches whole values. "*" matches slashes too: a message or a service is not a
// path.
func glob(pattern string) func(string) bool {
	const unlike = "\x00"
	pattern = strings.ReplaceAll(pattern, "/", unlike)
	return func(value string) bool {
		return doublestar.MatchUnvalidated(pattern, strings.ReplaceAll(value, "/", unlike))
	}
}

func pathGlob(pattern string) func(string) bool {
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	anywhere := "**/" + strings.TrimPrefix(pattern, "/")
	return func(file string) bool {
		file = strings.TrimPrefix(strings.ReplaceAll(file, `\`, "/"), "/")
		return doublestar.MatchUnvalidated(anywhere, file)
	}
}

// literal returns a text that every value which the pattern matches contains; empty if
// none is found.
func (p *Pattern) literal() string {
	if len(p.Text) > 2 && p.Text[0] == '/' && p.Text[len(p.Text)-1] == '/' {
		re, err := syntax.Parse(p.Text[1:len(p.Text)-1], syntax.Perl)
		if err != nil {
			return ""
		}
		return required(re.Simplify())
	}
	if strings.ContainsAny(p.Text, `[{\`) {
		return ""
	}
	return longest(strings.FieldsFunc(p.Text, func(r rune) bool { return r == '*' || r == '?' }))
}

// required returns the longest text that an expression always matches in one piece.
func required(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return string(re.Rune)
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpConcat:
		var parts []string
		for _, sub := range re.Sub {
			parts = append(parts, required(sub))
		}
		return longest(parts)
	}
	return ""
}

func longest(texts []string) string {
	found := ""
	for _, text := range texts {
		if len(text) > len(found) {
			found = text
		}
	}
	return found
}

// Levels match levels. The zero value matches every one.
type Levels struct {
	Texts   []string // as written; Unknown are those that are no level
	Unknown []string
	accept  [event.Fatal + 1]bool
}

// Level names, from the lowest on.
var LevelNames = []string{"trace", "debug", "info", "warn", "error", "fatal"}

// ParseLevels reads levels such as "error", "!debug" or ">=warn".
func ParseLevels(texts []string) Levels {
	l := Levels{Texts: append([]string{}, texts...)}
	var refused [event.Fatal + 1]bool
	wanted := false
	for _, text := range texts {
		name, not := strings.CutPrefix(strings.TrimSpace(text), "!")
		name, atLeast := strings.CutPrefix(strings.TrimSpace(name), ">=")
		level, ok := event.ParseLevel(strings.TrimSpace(name))
		if !ok {
			l.Unknown = append(l.Unknown, text)
		}
		set := &l.accept
		if not {
			set = &refused
		} else {
			wanted = true
		}
		for at := level; ok && at <= event.Fatal && (at == level || atLeast); at++ {
			set[at] = true
		}
	}
	for at := range l.accept {
		l.accept[at] = len(texts) > 0 && (l.accept[at] || !wanted) && !refused[at]
	}
	return l
}

func (l *Levels) accepts(level event.Level) bool { return l.Texts == nil || l.accept[level] }

package cloudwatchtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	// ErrInvalid is Compile's error for a pattern that the service would refuse.
	ErrInvalid = errors.New("invalid filter pattern")
	// ErrUnsupported is what Compile's error wraps where the service knows more than this package.
	ErrUnsupported = errors.New("not imitated")
)

// Pattern is a filter pattern of CloudWatch Logs.
//
// The rules are those of the user guide's page "Filter pattern syntax"
// (FilterAndPatternSyntax):
//
//   - An empty or blank pattern, and the term " ", match every event.
//   - Terms are case-sensitive. Several must all be there; "-term" must not be;
//     of several "?term" one must be.
//   - Where "?term" stands beside terms of another kind, every "?term" is ignored.
//   - A phrase, or a term with characters other than letters, digits and "_", is
//     put in double quotes; `\"` and `\\` stand for the quote and the backslash,
//     as AWS's own CDK writes them (aws-logs, quoteTerm).
//   - A term is found anywhere, inside words too: the page's older edition gives
//     "Exiting with ERRORCODE: -1" for the pattern ERROR, and "Caught
//     IllegalArgumentException" for ERROR Exception.
//   - Whitespace in a phrase counts, at its ends too: it is an exact phrase.
//
// Not imitated: regular expressions (%…%), space-delimited patterns ([…]) and
// JSON patterns ({…}).
type Pattern struct{ all, any, none []string }

// Compile reads a pattern. It does not check its length.
func Compile(text string) (*Pattern, error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "{") && !strings.HasSuffix(text, "}"):
		return nil, ErrInvalid
	case strings.HasPrefix(text, "{"):
		return nil, fmt.Errorf("%w: a JSON pattern", ErrUnsupported)
	case strings.HasPrefix(text, "["):
		return nil, fmt.Errorf("%w: a space-delimited pattern", ErrUnsupported)
	case strings.HasPrefix(text, "%"):
		return nil, fmt.Errorf("%w: a regular expression", ErrUnsupported)
	}
	p := &Pattern{}
	for text != "" {
		kind := text[0]
		if kind == '?' || kind == '-' {
			text = text[1:]
		}
		term, rest, err := cutTerm(text)
		if err != nil {
			return nil, err
		}
		switch kind {
		case '?':
			p.any = append(p.any, term)
		case '-':
			p.none = append(p.none, term)
		default:
			p.all = append(p.all, term)
		}
		text = strings.TrimLeft(rest, " \t\r\n")
	}
	if len(p.all)+len(p.none) > 0 {
		p.any = nil
	}
	return p, nil
}

// cutTerm takes one term off the front of text.
func cutTerm(text string) (term, rest string, _ error) {
	if strings.HasPrefix(text, `"`) {
		return cutQuoted(text)
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !isWord(r) })
	if end < 0 {
		end = len(text)
	}
	term, rest = text[:end], text[end:]
	if term == "" || rest != "" && !strings.ContainsAny(rest[:1], " \t\r\n") {
		return "", "", ErrInvalid
	}
	return term, rest, nil
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// cutQuoted takes a string in double quotes off the front of text.
func cutQuoted(text string) (content, rest string, _ error) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return b.String(), text[i+1:], nil
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(text[i])
		}
	}
	return "", "", ErrInvalid
}

// Match reports whether the pattern finds the message.
func (p *Pattern) Match(message string) bool {
	in := func(term string) bool { return holds(message, term) }
	notIn := func(term string) bool { return !in(term) }
	return !slices.ContainsFunc(p.none, in) && !slices.ContainsFunc(p.all, notIn) &&
		(len(p.any) == 0 || slices.ContainsFunc(p.any, in))
}

func holds(message, term string) bool {
	return strings.TrimSpace(term) == "" || strings.Contains(message, term)
}

package cloudwatchtest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// ErrInvalid is Compile's error for a pattern that the service would refuse.
	ErrInvalid = errors.New("invalid filter pattern")
	// ErrUnsupported is wrapped by Compile's error if only the real service supports the pattern.
	ErrUnsupported = errors.New("not imitated")
)

// Pattern is a filter pattern of CloudWatch Logs.
//
// The rules are those of the user guide's page "Filter pattern syntax"
// (FilterAndPatternSyntax):
//
//   - An empty or blank pattern, and the term " ", match every event.
//   - Terms are case-sensitive. If there are several, all must match; "-term" must not; of
//     several "?term" one must.
//   - Beside terms of another kind, every "?term" is ignored.
//   - A phrase, or a term with characters other than letters, digits and "_", needs
//     double quotes; `\"` and `\\` stand for the quote and the backslash,
//     as AWS's own CDK writes them (aws-logs, quoteTerm).
//   - A term matches anywhere, inside words too: the page's older edition gives
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
		match := term.FindStringSubmatch(text)
		if match == nil {
			return nil, ErrInvalid
		}
		text = strings.TrimSpace(text[len(match[0]):])
		content := escaped.ReplaceAllString(match[2], "$1") + match[3]
		switch match[1] {
		case "?":
			p.any = append(p.any, content)
		case "-":
			p.none = append(p.none, content)
		default:
			p.all = append(p.all, content)
		}
	}
	if len(p.all)+len(p.none) > 0 {
		p.any = nil
	}
	return p, nil
}

var (
	// term matches one term with its sign: in quotes, or a word up to a space.
	term    = regexp.MustCompile(`^([?-]?)(?:"((?s:\\.|[^"\\])*)"|([0-9A-Za-z_]+)(?:[ \t\r\n]|$))`)
	escaped = regexp.MustCompile(`(?s)\\(.)`)
)

// Match reports whether the pattern finds the message.
func (p *Pattern) Match(message string) bool {
	in := func(term string) bool { return strings.TrimSpace(term) == "" || strings.Contains(message, term) }
	notIn := func(term string) bool { return !in(term) }
	return !slices.ContainsFunc(p.none, in) && !slices.ContainsFunc(p.all, notIn) &&
		(len(p.any) == 0 || slices.ContainsFunc(p.any, in))
}

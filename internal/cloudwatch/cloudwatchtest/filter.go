package cloudwatchtest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxPageEvents = 10_000
	maxPageBytes  = 1 << 20
	tokenLife     = 24 * time.Hour
)

// cursor is what a token stands for. It stores an event, not an offset, which a late event would shift.
type cursor struct {
	query   string  // the request without its token; the token is valid only for this request
	after   *Event  // the last event already returned; nil at the beginning
	empties int     // number of empty pages before the next events
	again   []Event // events of the previous page to repeat
	issued  time.Time
}

// pageSize returns the requested limit, but at most the fake's own.
func pageSize(asked *int, most int) int {
	if asked == nil {
		return most
	}
	must(*asked >= 1 && *asked <= maxPageEvents, constraint("limit", *asked))
	return min(most, *asked)
}

func (s *Server) filterLogEvents(region string, body []byte) any {
	in := decode[struct {
		groupRef
		StartTime     int64  `json:"startTime"`
		EndTime       int64  `json:"endTime"` // inclusive; 0 for no end
		FilterPattern string `json:"filterPattern"`
		NextToken     string `json:"nextToken"`
		Limit         *int   `json:"limit"`
		StartFromHead *bool  `json:"startFromHead"` // false: newest first
	}](body)
	limit := pageSize(in.Limit, cmp.Or(s.PageEvents, maxPageEvents))
	must(utf8.RuneCountInString(in.FilterPattern) <= 1024, constraint("filterPattern", in.FilterPattern))
	matches, err := Compile(in.FilterPattern)
	must(!errors.Is(err, ErrUnsupported), unsupported(fmt.Sprint(err)))
	must(err == nil, invalid("Invalid filter pattern"))
	newestFirst := in.StartFromHead != nil && !*in.StartFromHead
	const year2024 = 1_704_067_200_000
	must(!newestFirst || in.StartTime >= year2024, invalid("startTime must be 2024-01-01 or later when startFromHead is false."))
	g, token := s.readable(region, "FilterLogEvents", in.groupRef), in.NextToken
	in.NextToken = ""
	at := cursor{query: marshal(in), empties: s.EmptyPages}
	if token != "" {
		n, err := strconv.Atoi(token)
		must(err == nil && n < len(s.cursors) && s.cursors[n].query == at.query && s.Now().Sub(s.cursors[n].issued) <= tokenLife,
			invalid("The specified nextToken is invalid."))
		at = s.cursors[n]
	}
	if at.empties > 0 {
		at.empties--
		return object{"events": []object{}, "nextToken": s.token(at)}
	}
	events := g.between(in.StartTime, cmp.Or(in.EndTime, math.MaxInt64-1)+1)
	if newestFirst {
		must(at.after == nil, unsupported("more than one page, the newest first"))
		events = slices.Clone(events)
		slices.Reverse(events)
	}
	return s.page(events, matches, at, limit)
}

func (s *Server) token(at cursor) string {
	at.issued = s.Now()
	s.cursors = append(s.cursors, at)
	return strconv.Itoa(len(s.cursors) - 1)
}

// page returns the page that begins at the cursor. After its first new event, it ends before an event that
// would make it too large.
func (s *Server) page(events []Event, matches func(string) bool, at cursor, limit int) object {
	if at.after != nil {
		i, found := slices.BinarySearchFunc(events, *at.after, order)
		if found {
			i++
		}
		events = events[i:]
	}
	page := append([]Event{}, at.again[max(0, len(at.again)-(limit-1)):]...) // leaves room for a new event
	size := 0
	for _, e := range page {
		size += len(e.Message)
	}
	fresh, more, now := 0, false, s.Now()
	for _, e := range events {
		if e.Ingested.After(now) || !matches(e.Message) {
			continue
		}
		if len(page) == limit || fresh > 0 && size+len(e.Message) > maxPageBytes {
			more = true
			break
		}
		page = append(page, e)
		size += len(e.Message)
		fresh++
	}
	out := object{"events": page}
	if more || fresh > 0 && s.EmptyPages > 0 {
		last := page[len(page)-1]
		next := cursor{query: at.query, after: &last}
		if more {
			next.empties, next.again = s.EmptyPages, slices.Clone(page[max(0, len(page)-s.RepeatEvents):])
		}
		out["nextToken"] = s.token(next)
	}
	return out
}

// getLogEvents reads one stream from its head. It always returns a token; at the end of the stream the token
// is that of the request.
func (s *Server) getLogEvents(region string, body []byte) any {
	in := decode[struct {
		groupRef
		Stream        string `json:"logStreamName"`
		StartTime     int64  `json:"startTime"`
		EndTime       int64  `json:"endTime"` // exclusive, unlike in FilterLogEvents
		NextToken     string `json:"nextToken"`
		Limit         *int   `json:"limit"`
		StartFromHead bool   `json:"startFromHead"`
	}](body)
	g, now := s.readable(region, "GetLogEvents", in.groupRef), s.Now()
	must(in.StartFromHead, unsupported("startFromHead false"))
	hidden := func(e Event) bool { return e.Stream != in.Stream || e.Ingested.After(now) }
	must(len(slices.DeleteFunc(slices.Clone(g.between(0, math.MaxInt64)), hidden)) > 0,
		refuse("ResourceNotFoundException", "The specified log stream does not exist."))
	events := slices.DeleteFunc(slices.Clone(g.between(in.StartTime, cmp.Or(in.EndTime, math.MaxInt64))), hidden)
	from, size, limit := 0, 0, pageSize(in.Limit, maxPageEvents)
	if in.NextToken != "" {
		_, err := fmt.Sscanf(in.NextToken, "f/%d", &from)
		must(err == nil && from <= len(events), invalid("The specified nextToken is invalid."))
	}
	to := from
	for to < min(len(events), from+limit) && size+len(events[to].Message) <= maxPageBytes {
		size += len(events[to].Message)
		to++
	}
	out := make([]object, to-from)
	for i, e := range events[from:to] {
		out[i] = object{"timestamp": e.Timestamp, "message": e.Message}
	}
	return object{"events": out, "nextForwardToken": fmt.Sprintf("f/%056d", to)}
}

var (
	// ErrInvalid is Compile's error for a pattern that the service would reject.
	ErrInvalid = errors.New("invalid filter pattern")
	// ErrUnsupported is Compile's error for a pattern that the service may accept but this package cannot match.
	ErrUnsupported = errors.New("a JSON or space-delimited pattern or a regular expression")
)

// Compile parses a filter pattern of CloudWatch Logs, and returns whether a message matches it. It does not
// check the length. The rules are those of the user guide's page "Filter pattern syntax"
// (FilterAndPatternSyntax):
//
//   - An empty or blank pattern, and the term " ", match every event.
//   - Terms are case-sensitive. All plain terms must match, and no "-term" may. At least one "?term" must
//     match, but if there are terms of another kind, every "?term" is ignored.
//   - A phrase, or a term with characters other than letters, digits and "_", must be in double quotes, where
//     `\"` and `\\` stand for quote and backslash, as AWS's own CDK writes them (aws-logs, quoteTerm).
//   - A term matches anywhere, even inside words: an older edition of that page lists the match "Exiting with
//     ERRORCODE: -1" for the pattern ERROR. Whitespace in a phrase is significant, even at its ends.
func Compile(text string) (matches func(message string) bool, err error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "{") && !strings.HasSuffix(text, "}"):
		return nil, ErrInvalid
	case strings.IndexAny(text, "{[%") == 0:
		return nil, ErrUnsupported
	}
	var all, any, none []string
	for text != "" {
		match := term.FindStringSubmatch(text)
		if match == nil {
			return nil, ErrInvalid
		}
		text = strings.TrimSpace(text[len(match[0]):])
		content := escaped.ReplaceAllString(match[2], "$1") + match[3]
		switch match[1] {
		case "?":
			any = append(any, content)
		case "-":
			none = append(none, content)
		default:
			all = append(all, content)
		}
	}
	if len(all)+len(none) > 0 {
		any = nil
	}
	return func(message string) bool {
		in := func(term string) bool { return strings.TrimSpace(term) == "" || strings.Contains(message, term) }
		notIn := func(term string) bool { return !in(term) }
		return !slices.ContainsFunc(none, in) && !slices.ContainsFunc(all, notIn) && (len(any) == 0 || slices.ContainsFunc(any, in))
	}, nil
}

var (
	// term matches one term with its sign: a quoted string, or a word up to whitespace or the end.
	term    = regexp.MustCompile(`^([?-]?)(?:"((?s:\\.|[^"\\])*)"|([0-9A-Za-z_]+)(?:[ \t\r\n]|$))`)
	escaped = regexp.MustCompile(`(?s)\\(.)`)
)

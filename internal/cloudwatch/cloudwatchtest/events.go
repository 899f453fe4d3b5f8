package cloudwatchtest

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

type filterInput struct {
	groupRef
	StartTime     *int64 `json:"startTime"`
	EndTime       *int64 `json:"endTime"` // inclusive
	FilterPattern string `json:"filterPattern"`
	NextToken     string `json:"nextToken"`
	Limit         *int   `json:"limit"`
	StartFromHead *bool  `json:"startFromHead"` // false: newest first
}

// newestFirstSince is the earliest start time that the service accepts with
// startFromHead false: 2024-01-01.
const newestFirstSince = 1_704_067_200_000

func (in filterInput) newestFirst() bool { return in.StartFromHead != nil && !*in.StartFromHead }

// outputEvent is FilteredLogEvent, and without the first two fields OutputLogEvent.
type outputEvent struct {
	EventID   string `json:"eventId,omitempty"`
	Stream    string `json:"logStreamName,omitempty"`
	Timestamp int64  `json:"timestamp"`
	Ingestion int64  `json:"ingestionTime"`
	Message   string `json:"message"`
}

// cursor is what a token of FilterLogEvents stands for. It holds the place as an
// event rather than a number, so that an event that comes in late shifts nothing.
type cursor struct {
	query   string // the request without its token: a token fits no other
	started bool   // after is valid
	after   stored
	empties int      // empty pages still to come before the next events
	again   []stored // events of the page before, to be repeated
	issued  time.Time
}

// maxPatternRunes is FilterPattern's length in the service's model.
const maxPatternRunes = 1024

func (s *Server) filterLogEvents(req Request) any {
	in := decode[filterInput](req)
	limit := pageSize(in.Limit, maxPageEvents)
	if s.PageEvents > 0 {
		limit = min(limit, s.PageEvents)
	}
	must(utf8.RuneCountInString(in.FilterPattern) <= maxPatternRunes,
		constraint(in.FilterPattern, "filterPattern", fmt.Sprintf("have length less than or equal to %d", maxPatternRunes)))
	pattern, err := Compile(in.FilterPattern)
	must(!errors.Is(err, ErrUnsupported), unsupported(fmt.Sprint(err)))
	must(err == nil, invalid("Invalid filter pattern"))
	must(!in.newestFirst() || in.StartTime != nil && *in.StartTime >= newestFirstSince,
		invalid("startTime must be 2024-01-01 or later when startFromHead is false."))
	return s.page(s.readable(req, in.groupRef), in, pattern, s.cursor(in), limit)
}

func (s *Server) cursor(in filterInput) cursor {
	token := in.NextToken
	in.NextToken = ""
	query := marshal(in)
	if token == "" {
		return cursor{query: query, empties: s.EmptyPages}
	}
	at, ok := s.cursors[token]
	must(ok && at.query == query && s.now().Sub(at.issued) <= tokenLife, invalid("The specified nextToken is invalid."))
	return at
}

func (s *Server) token(at cursor) string {
	if s.cursors == nil {
		s.cursors = map[string]cursor{}
	}
	at.issued = s.now()
	token := fmt.Sprintf("token-%08d", len(s.cursors))
	s.cursors[token] = at
	return token
}

// page makes one page from the cursor on: it ends before the first event that
// would be too many, or make it too large.
func (s *Server) page(g *group, in filterInput, pattern *Pattern, at cursor, limit int) object {
	if at.empties > 0 {
		at.empties--
		return object{"events": []object{}, "nextToken": s.token(at), "searchedLogStreams": []object{}}
	}
	page := slices.Clone(at.again[max(0, len(at.again)-(limit-1)):]) // one place is left at least, for an event that is new
	size := 0
	for _, e := range page {
		size += len(e.Message)
	}
	fresh, more, now := 0, false, s.now()
	for _, e := range g.from(at, in) {
		if e.Ingested.After(now) || !pattern.Match(e.Message) {
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
	out := object{"events": output(page), "searchedLogStreams": []object{}}
	if more || fresh > 0 && s.EmptyPages > 0 {
		next := cursor{query: at.query, started: true, after: page[len(page)-1]}
		if more {
			next.empties = s.EmptyPages
			next.again = slices.Clone(page[max(0, len(page)-s.RepeatEvents):])
		}
		out["nextToken"] = s.token(next)
	}
	return out
}

// between returns the events from a time on, and before another, in milliseconds; nil
// is without a limit.
func (g *group) between(from, before *int64) []stored {
	events := g.sorted()
	find := func(ms int64) int {
		i, _ := slices.BinarySearchFunc(events, ms, func(e stored, ms int64) int { return cmp.Compare(e.Time.UnixMilli(), ms) })
		return i
	}
	if before != nil {
		events = events[:find(*before)]
	}
	if from != nil {
		events = events[find(*from):]
	}
	return events
}

// from returns the events asked for after the cursor, in the order asked for.
func (g *group) from(at cursor, in filterInput) []stored {
	var before *int64
	if in.EndTime != nil {
		after := *in.EndTime + 1
		before = &after
	}
	events, order := g.between(in.StartTime, before), order
	if in.newestFirst() {
		events, order = slices.Clone(events), func(a, b stored) int { return -order(a, b) }
		slices.Reverse(events)
	}
	if !at.started {
		return events
	}
	i, found := slices.BinarySearchFunc(events, at.after, order)
	if found {
		i++
	}
	return events[i:]
}

func output(events []stored) []outputEvent {
	out := make([]outputEvent, 0, len(events))
	for _, e := range events {
		out = append(out, outputEvent{
			EventID: e.ID, Stream: e.Stream, Timestamp: e.Time.UnixMilli(), Ingestion: e.Ingested.UnixMilli(), Message: e.Message,
		})
	}
	return out
}

type getInput struct {
	groupRef
	Stream        string `json:"logStreamName"`
	StartTime     *int64 `json:"startTime"`
	EndTime       *int64 `json:"endTime"`
	NextToken     string `json:"nextToken"`
	Limit         *int   `json:"limit"`
	StartFromHead bool   `json:"startFromHead"`
}

// getLogEvents reads one stream. Its tokens are never null: at the end of the
// stream the answer repeats the one that it was asked with.
func (s *Server) getLogEvents(req Request) any {
	in := decode[getInput](req)
	limit := pageSize(in.Limit, maxPageEvents)
	events, known := s.stream(s.readable(req, in.groupRef), in)
	must(known, refuse("ResourceNotFoundException", "The specified log stream does not exist."))
	from := in.from(len(events), limit)
	to, size := from, 0
	for to < min(len(events), from+limit) && size+len(events[to].Message) <= maxPageBytes {
		size += len(events[to].Message)
		to++
	}
	out := output(events[from:to])
	for i := range out {
		out[i].EventID, out[i].Stream = "", ""
	}
	return object{"events": out, "nextForwardToken": fmt.Sprintf("f/%056d", to), "nextBackwardToken": fmt.Sprintf("b/%056d", from)}
}

// stream returns the events of the request's stream and times. EndTime is
// exclusive here, other than in FilterLogEvents.
func (s *Server) stream(g *group, in getInput) (events []stored, known bool) {
	for _, e := range g.sorted() {
		if e.Stream != in.Stream || e.Ingested.After(s.now()) {
			continue
		}
		known = true
		ms := e.Time.UnixMilli()
		if in.StartTime != nil && ms < *in.StartTime || in.EndTime != nil && ms >= *in.EndTime {
			continue
		}
		events = append(events, e)
	}
	return events, known
}

var forwardToken = regexp.MustCompile(`^f/([0-9]{56})$`)

// from is where the page that the request asks for begins, as a place in the
// stream's n events: without a token that is the first page or, by default, the
// last.
func (in getInput) from(n, limit int) int {
	switch {
	case in.NextToken == "" && in.StartFromHead:
		return 0
	case in.NextToken == "":
		return max(0, n-limit)
	}
	match := forwardToken.FindStringSubmatch(in.NextToken)
	must(match != nil, unsupported("a token other than nextForwardToken"))
	at, err := strconv.Atoi(match[1])
	must(err == nil && at <= n, invalid("The specified nextToken is invalid."))
	return at
}

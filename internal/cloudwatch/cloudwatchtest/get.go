package cloudwatchtest

import (
	"fmt"
	"regexp"
	"strconv"
)

type getInput struct {
	groupRef
	Stream        string `json:"logStreamName"`
	StartTime     *int64 `json:"startTime"`
	EndTime       *int64 `json:"endTime"`
	NextToken     string `json:"nextToken"`
	Limit         *int   `json:"limit"`
	StartFromHead bool   `json:"startFromHead"`
}

type getOutput struct {
	Events   []outputEvent `json:"events"`
	Forward  string        `json:"nextForwardToken"`
	Backward string        `json:"nextBackwardToken"`
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
	out := getOutput{Events: output(events[from:to]), Forward: fmt.Sprintf("f/%056d", to), Backward: fmt.Sprintf("b/%056d", from)}
	for i := range out.Events {
		out.Events[i].EventID, out.Events[i].Stream = "", ""
	}
	return out
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

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
func (s *Server) getLogEvents(req Request) (any, *refusal) {
	var in getInput
	if err := decode(req.Body, &in); err != nil {
		return nil, err
	}
	limit, err := pageSize(in.Limit, maxPageEvents)
	if err != nil {
		return nil, err
	}
	g, err := s.group(req.Region, in.groupRef)
	if err != nil {
		return nil, err
	}
	if err := g.readable(req.Action); err != nil {
		return nil, err
	}
	events, known := s.stream(g, in)
	if !known {
		return nil, refuse("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	from, err := in.from(len(events), limit)
	if err != nil {
		return nil, err
	}
	to, size := from, 0
	for to < min(len(events), from+limit) && size+len(events[to].Message) <= maxPageBytes {
		size += len(events[to].Message)
		to++
	}
	out := getOutput{Events: output(events[from:to]), Forward: fmt.Sprintf("f/%056d", to), Backward: fmt.Sprintf("b/%056d", from)}
	for i := range out.Events {
		out.Events[i].EventID, out.Events[i].Stream = "", ""
	}
	return out, nil
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
func (in getInput) from(n, limit int) (int, *refusal) {
	match := forwardToken.FindStringSubmatch(in.NextToken)
	switch {
	case in.NextToken == "" && in.StartFromHead:
		return 0, nil
	case in.NextToken == "":
		return max(0, n-limit), nil
	case match == nil:
		return 0, unsupported("a token other than nextForwardToken")
	}
	at, err := strconv.Atoi(match[1])
	if err != nil || at > n {
		return 0, invalid("The specified nextToken is invalid.")
	}
	return at, nil
}

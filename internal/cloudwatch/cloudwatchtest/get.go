package cloudwatchtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
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
	events, known := s.stream(g, in)
	if !known {
		return nil, refuse("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	from, to, err := in.span(len(events), limit)
	if err != nil {
		return nil, err
	}
	from, to = in.fit(events, from, to)
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

var streamToken = regexp.MustCompile(`^([fb])/([0-9]{56})$`)

// span is the page that the token asks for, as places in the stream's n events;
// without a token it is the first page, or, by default, the last.
func (in getInput) span(n, limit int) (from, to int, _ *refusal) {
	match := streamToken.FindStringSubmatch(in.NextToken)
	switch {
	case in.NextToken == "" && in.StartFromHead:
		return 0, min(n, limit), nil
	case in.NextToken == "":
		return max(0, n-limit), n, nil
	case match == nil:
		return 0, 0, invalid("The specified nextToken is invalid.")
	}
	at, err := strconv.Atoi(match[2])
	if err != nil || at > n {
		return 0, 0, invalid("The specified nextToken is invalid.")
	}
	if match[1] == "f" {
		return at, min(n, at+limit), nil
	}
	return max(0, at-limit), at, nil
}

// fit shortens a page to 1 MB, at the end that it does not start from.
func (in getInput) fit(events []stored, from, to int) (int, int) {
	forward := strings.HasPrefix(in.NextToken, "f") || in.NextToken == "" && in.StartFromHead
	size := 0
	for i := from; i < to; i++ {
		size += len(events[i].Message)
	}
	for size > maxPageBytes {
		if forward {
			to--
			size -= len(events[to].Message)
		} else {
			size -= len(events[from].Message)
			from++
		}
	}
	return from, to
}

package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

const (
	runs     = 10
	interval = 20 * time.Minute // more than lateness, so that lateness alone makes no event be read twice
	lateness = 10 * time.Minute
)

// script defines what happens in the world, whatever the runs do: what machines log, when it is delivered,
// and what people do.
type script struct {
	start      time.Time
	groups     []string
	settings   map[string]string
	pageEvents int          // events per page
	emptyPages int          // empty pages before each page
	prepare    func(*world) // adds what the repository already contains; may be nil
	events     []happening
	people     []deed
	truths     map[string]*truth
	named      []string // errors that log a message, in order of their first one
	lines      int
	reports    []reported // events that Sentry gets, see sentry_test.go
	resolved   []string   // errors whose Sentry issues end as resolved
}

// happening is one occurrence of an error, and the records that it logs.
type happening struct {
	error     string
	group     string
	at        time.Time
	delivered time.Time
	records   []cloudwatchtest.Event
}

// deed is what people do before a run begins. do returns false if its issue does not exist yet; then people
// try again before the next run.
type deed struct {
	before int // number of the run, from 0
	do     func(*world) bool
}

// truth is what the repository must show about one error at the end.
type truth struct {
	count       int
	first, last time.Time
	issue       bool   // false: it waits on the dashboard
	state       string // state of the issue
	comments    int    // at most
	silent      bool   // people muted it: further events are not counted
}

func newScript() *script {
	return &script{
		start:    time.Date(2026, 11, 22, 10, 0, 30, 0, time.UTC),
		settings: map[string]string{"ERRMON_LATENESS": lateness.String(), "ERRMON_MAX_DURATION": "8m", "ERRMON_MIN_EVENTS": "2", "ERRMON_MAX_NEW_ISSUES": "6"},
		truths:   map[string]*truth{},

		pageEvents: 7,
	}
}

// at returns the time d after the script's first run.
func (s *script) at(d time.Duration) time.Time { return s.start.Add(d) }

// began returns when a run begins.
func (s *script) began(run int) time.Time { return s.at(time.Duration(run) * interval) }

// happen makes an error happen, delivered after delay. It is logged as records, all at the same time, in a
// stream of the group.
func (s *script) happen(name, group, stream string, at, delay time.Duration, records ...string) {
	if !slices.Contains(s.groups, group) {
		s.groups = append(s.groups, group)
	}
	h := happening{error: name, group: group, at: s.at(at).Truncate(time.Millisecond)}
	h.delivered = h.at.Add(delay)
	for _, text := range records {
		h.records = append(h.records, cloudwatchtest.Event{Stream: stream, Time: h.at, Ingested: h.delivered, Message: text})
	}
	s.events = append(s.events, h)
	s.owe(name, h.at)
}

func (s *script) owe(name string, at time.Time) {
	t := s.truths[name]
	if t == nil {
		t = &truth{issue: true, state: "open", first: at, last: at}
		s.truths[name] = t
	}
	if t.silent {
		return
	}
	t.count++
	if at.Before(t.first) {
		t.first = at
	}
	if at.After(t.last) {
		t.last = at
	}
}

// message logs an error as one line.
func (s *script) message(name, group string, at, delay time.Duration) {
	s.lines++
	s.happen(name, group, "web/1", at, delay, fmt.Sprintf("ERROR the %s store lost order %d%s", name, 4000+s.lines, s.distinct(name)))
}

// distinct makes the messages of two errors differ in more than a name. If they differed only in that, grouping
// would treat the name as variable.
func (s *script) distinct(name string) string {
	if !slices.Contains(s.named, name) {
		s.named = append(s.named, name)
	}
	return strings.Repeat(" once more", slices.Index(s.named, name))
}

func traceLines(name string) []string {
	class := strings.ToUpper(name[:1]) + name[1:]
	return []string{
		fmt.Sprintf("ERROR %s failed", name),
		fmt.Sprintf("TypeError: %s is not a function", name),
		fmt.Sprintf("    at %s.total (/app/src/%s.js:10:11)", class, name),
		fmt.Sprintf("    at %s.handle (/app/src/server.js:40:5)", class),
		"    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)",
	}
}

// trace logs an error with its stack trace in one record.
func (s *script) trace(name, group string, at, delay time.Duration) {
	s.happen(name, group, "web/2", at, delay, strings.Join(traceLines(name), "\n"))
}

// tornTrace logs it line by line, each a record of its own.
func (s *script) tornTrace(name, group string, at, delay time.Duration) {
	s.happen(name, group, "api/1", at, delay, traceLines(name)...)
}

// thinTrace logs an error line by line. The filter pattern finds only the first line; the others are found
// by reading around it.
func (s *script) thinTrace(name, group string, at, delay time.Duration) {
	s.happen(name, group, "page/1", at, delay, fmt.Sprintf("Uncaught TypeError: %s is null", name),
		fmt.Sprintf("total@file:///app/%s.js:10:11", name), fmt.Sprintf("pay@file:///app/%s.js:20:5", name))
}

// logged returns the log events of a group.
func (s *script) logged(group string) []cloudwatchtest.Event {
	var all []cloudwatchtest.Event
	for _, h := range s.events {
		if h.group == group {
			all = append(all, h.records...)
		}
	}
	return all
}

// delay delivers some of the events late, if they still arrive before the last run.
func (s *script) delay(which func(i int) bool, late time.Duration) {
	for i := range s.events {
		h := &s.events[i]
		if delivered := h.at.Add(late); which(i) && delivered.Before(s.began(runs)) && delivered.After(h.delivered) {
			for k := range h.records {
				h.records[k].Ingested = delivered
			}
		}
	}
}

func (s *script) person(before int, do func(*world) bool) {
	s.people = append(s.people, deed{before, do})
}

// Package intake turns log lines into groups: logtext joins the lines of a trace into an event and reads its
// fields, stacktrace parses the trace, safe redacts the event, policy decides whether it is kept, and
// grouping adds it to its group.
//
// Whatever names an error is redacted first, so that keys, titles and markers contain no secret and do not
// depend on one. The text, the stack and the ids of an event are redacted when a sample is published.
//
// It is pure and may import logtext, stacktrace, policy, safe, grouping and event.
package intake

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/stacktrace"
)

// Rules are a team's settings for reading events.
type Rules struct {
	Policy policy.Policy
	InApp  stacktrace.Rules
	Fields map[string][]string // keys of structured records, see logtext.NewFramer
}

// Intake groups a run's events. Its memory grows only with distinct errors. Not safe for concurrent use.
type Intake struct {
	Set     *grouping.Set
	Events  int64 // events that the policy kept
	Unread  Unread
	Ignored map[int]int64 // events that a rule ignores, by the rule's line

	rules  Rules
	policy *policy.Decider
	names  namer
	grown  map[string]bool // keys of Sentry issues that have new events
}

// New returns an intake that holds no events.
func New(rules Rules, r *safe.Redactor) *Intake {
	return &Intake{
		Set: grouping.NewSet(r.Blank), Ignored: map[int]int64{}, Unread: Unread{shapes: map[string]int64{}},
		rules: rules, policy: policy.New(rules.Policy), names: namer{r, map[string]string{}}, grown: map[string]bool{},
	}
}

// Never is so late that no trace still waits for more lines. Pass it to Flush at the end of the input.
var Never = time.Unix(math.MaxInt32, 0)

// Framer returns a framer that calls emit with each event, not yet parsed.
func (in *Intake) Framer(emit func(event.Event)) *logtext.Framer {
	return logtext.NewFramer(in.rules.Fields, emit)
}

// Frame joins records into events, as if no more lines followed.
func (in *Intake) Frame(records ...event.Record) []event.Event {
	var events []event.Event
	framer := in.Framer(func(e event.Event) { events = append(events, e) })
	for _, r := range records {
		framer.Add(r)
	}
	framer.Flush(Never)
	return events
}

// Parse parses an event's stack, redacts what names the error and sets the Decision. It skips an event whose
// level no rule can keep. It counts ignored events, and those that look like errors but state no level.
func (in *Intake) Parse(e *event.Event) {
	logged := e.Level
	if in.policy.MayKeep(e.Level) {
		in.parse(e)
	}
	switch rule := e.Decision.IgnoredBy; {
	case rule != 0:
		in.Ignored[rule]++
	case !e.Decision.Keep && logged == event.Unknown && logtext.MentionsFailure(e.Text):
		in.Unread.Events++
		line, _, _ := strings.Cut(e.Text, "\n")
		shape := cut(grouping.Mask(in.names.message(line, line)), maxShape)
		if _, known := in.Unread.shapes[shape]; known || len(in.Unread.shapes) < maxShapes {
			in.Unread.shapes[shape]++
		}
	}
}

func (in *Intake) parse(e *event.Event) {
	if e.Stack != "" && len(e.Exceptions) == 0 { // some events arrive with their exceptions
		e.Exceptions, e.Runtime = stacktrace.Parse(e.Stack)
	}
	in.rules.InApp.Mark(e.Exceptions)
	in.names.redact(e)
	in.policy.Decide(e)
}

// Count adds a parsed event to its group, and returns a mark by which Set.GroupOf finds the group.
func (in *Intake) Count(e event.Event) grouping.Mark {
	in.Events++
	return in.Set.Add(e)
}

// Groups returns the groups by key. The URL of an event is dropped if it needs redaction.
func (in *Intake) Groups() []*grouping.Group {
	groups := in.Set.Groups()
	for _, g := range groups {
		for _, seen := range g.Sources {
			seen.URL = in.names.url(seen.URL)
		}
		for _, seen := range g.Deliveries {
			seen.URL = in.names.url(seen.URL)
		}
	}
	return groups
}

// Errors returns how many distinct errors had events in this run. One in both a log and Sentry counts once.
func (in *Intake) Errors(groups []*grouping.Group) int {
	keys, named := map[string]bool{}, map[string]bool{}
	for _, g := range groups {
		keys[g.Key] = true
	}
	count := 0
	for _, g := range groups {
		logged := slices.ContainsFunc(g.EventKeys, func(key string) bool { return keys[key] })
		switch {
		case g.Name != "":
			named[g.Name] = true
		case g.Sentry == nil || in.grown[g.Key] && !logged:
			count++
		}
	}
	return count + len(named)
}

const batchSize = 128 // events handed over at once; each holds a few KB

// Reader reads one input into an Intake. The caller's goroutine joins lines into events; another parses and
// counts them in order, so that a long file keeps two cores busy. Flush it before using the Intake.
type Reader struct {
	*logtext.Framer
	batch   []event.Event
	batches chan []event.Event
	counted chan struct{} // closed when all batches are counted
}

// Reader returns a Reader of one input.
func (in *Intake) Reader() *Reader {
	r := &Reader{batches: make(chan []event.Event, 2), counted: make(chan struct{})}
	r.Framer = in.Framer(func(e event.Event) {
		if r.batch = append(r.batch, e); len(r.batch) == batchSize {
			r.batches <- r.batch
			r.batch = make([]event.Event, 0, batchSize)
		}
	})
	go func() {
		defer close(r.counted)
		for batch := range r.batches {
			for i := range batch {
				if in.Parse(&batch[i]); batch[i].Decision.Keep {
					in.Count(batch[i])
				}
			}
		}
	}()
	return r
}

// Flush flushes the Framer at now, waits until all events are counted, and closes the Reader.
func (r *Reader) Flush(now time.Time) {
	r.Framer.Flush(now)
	r.batches <- r.batch
	close(r.batches)
	<-r.counted
}

// Unread counts events that look like errors but state no level in a supported format. They are not
// filed; reporting them keeps a run without issues from looking like a system without errors.
type Unread struct {
	Events int64
	shapes map[string]int64 // by template, redacted
}

// Limits of the shapes kept and shown.
const (
	maxShapes   = 1000 // further ones are counted as events only
	shownShapes = 3
	maxShape    = 120 // bytes of a shown template
)

// Notice returns a message that reports these events to users; empty if there are none.
func (u *Unread) Notice() string {
	if u.Events == 0 {
		return ""
	}
	return fmt.Sprintf("Not filed, because errmon found no level in them: log events that look like errors (%d). "+
		"If they are errors, report the format at https://github.com/org/errmon-action/issues. Most frequent:", u.Events)
}

// Shapes returns the most frequent templates, at most 3, with their counts. They are foreign text, redacted.
func (u *Unread) Shapes() []string {
	shapes := slices.SortedFunc(maps.Keys(u.shapes), func(a, b string) int {
		return cmp.Or(cmp.Compare(u.shapes[b], u.shapes[a]), cmp.Compare(a, b))
	})
	var shown []string
	for _, shape := range shapes[:min(len(shapes), shownShapes)] {
		shown = append(shown, fmt.Sprintf("%d× %s", u.shapes[shape], shape))
	}
	return shown
}

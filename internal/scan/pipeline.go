package scan

import (
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/stacktrace"
)

// Pipeline is the way of a log line: framed into events, read, held against
// the policy, redacted, and added to its group. What it keeps depends on the number of
// distinct errors, not of lines.
type Pipeline struct {
	Policy policy.Policy
	Set    *grouping.Set
	InApp  stacktrace.Rules    // the team's own
	Fields map[string][]string // the team's own keys, see logtext.Framer.UseKeys
	Events int64               // events that the policy kept

	redactor *safe.Redactor
	grown    map[string]bool   // keys of the tracker's issues that have new events
	names    map[string]string // as logged → without what is secret
	holding  bool              // lines that may be parts of one failure are held
	held     []event.Event
}

// NewPipeline returns an empty pipeline without rules of a team.
func NewPipeline(p policy.Policy, r *safe.Redactor) *Pipeline {
	blank := func(template string) string { return r.Blank(template, grouping.Wildcard) }
	return &Pipeline{Policy: p, Set: grouping.NewSet(blank), redactor: r, names: map[string]string{}, grown: map[string]bool{}}
}

// maxHeld bounds the events held until the lines around them are read. Beyond
// it events count as they came.
const maxHeld = 2000

// Reader returns what takes the records of one source in the order they were
// logged in each stream, and its end. Events of a time that is not wanted are
// left out: records around a window are read because a stack trace may reach
// across its ends. Without wanted, and without a time, all are kept.
func (p *Pipeline) Reader(wanted func(time.Time) bool) *logtext.Framer {
	framer := logtext.NewFramer(func(e event.Event) {
		if wanted == nil || e.Time.IsZero() || wanted(e.Time) {
			p.add(e)
		}
	})
	framer.UseKeys(p.Fields)
	return framer
}

// Parse reads the stack trace of an event, unless its source has read it already,
// and redacts what names it.
func (p *Pipeline) Parse(e *event.Event) {
	switch {
	case len(e.Exceptions) > 0:
		stacktrace.Adopt(e)
	case e.Stack != "":
		e.Exceptions, e.Runtime = stacktrace.Parse(e.Stack)
	}
	p.InApp.Mark(e.Exceptions)
	p.redact(e)
}

func (p *Pipeline) add(e event.Event) {
	if !p.Policy.Keep(e) {
		return
	}
	p.Parse(&e)
	if p.holding && len(p.held) < maxHeld && (e.Partial || e.Split && e.Stack == "") {
		p.held = append(p.held, e)
		return
	}
	p.count(e)
}

func (p *Pipeline) count(e event.Event) {
	p.Events++
	p.Set.Add(e)
}

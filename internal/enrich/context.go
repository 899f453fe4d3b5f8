// Package enrich adds evidence to actions before they are written: the lines logged around an
// error, the lines of it that a filter left out, and the code behind it in the repository.
//
// It may import code, github, plan, reading, intake, source, marker, count and event.
package enrich

import (
	"context"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/reading"
	"github.com/org/errmon-action/internal/source"
)

const maxContext = 20 // lines kept for an issue

// AddContext reads the lines around the samples of new errors, and of others whose sample may
// lack lines, until the budget is used up. An issue that it did not reach gets its lines
// when a later run updates it. Then it links the samples to the services' own pages.
func AddContext(ctx context.Context, from []source.Source, w *reading.Windows, in *intake.Intake, actions []plan.Action) {
	for _, kinds := range [][]plan.Kind{{plan.Create}, {plan.Reopen, plan.Update}} {
		for i := range actions {
			a := &actions[i]
			if !slices.Contains(kinds, a.Kind) || len(a.Groups) == 0 || w.Exhausted() {
				continue
			}
			sample := a.Groups[0].Sample
			s, ok := sourceOf(from, sample).(source.Windowed)
			if ok && !sample.Time.IsZero() && (a.Kind == plan.Create || sample.Split) {
				a.Evidence = evidence(in, sample, w.Around(ctx, s, sample))
			}
		}
	}
	for i := range actions {
		e, ok := actions[i].Sample()
		if linker, links := sourceOf(from, e).(source.Linker); ok && links && actions[i].Writes() {
			actions[i].Evidence.Links = linker.Links(e)
		}
	}
}

// sourceOf returns the source of an event; nil if this run does not have it.
func sourceOf(sources []source.Source, e event.Event) source.Source {
	i := slices.IndexFunc(sources, func(s source.Source) bool { return s.Key() == e.Source })
	if i < 0 {
		return nil
	}
	return sources[i]
}

// evidence returns the sample with all its lines, and the lines around it.
func evidence(in *intake.Intake, sample event.Event, records []event.Record) plan.Evidence {
	i := slices.IndexFunc(records, func(r event.Record) bool { return r.Time.Equal(sample.Time) })
	if i < 0 {
		return plan.Evidence{}
	}
	events := in.Frame(records...)
	if at := reading.WholeOf(sample, events, nil); at >= 0 && len(events[at].Text) > len(sample.Text) {
		sample.Text, sample.Stack, sample.Partial = events[at].Text, events[at].Stack, events[at].Partial
	}
	begin, end := i, i+1
	own := func(r event.Record) bool { return strings.Contains(sample.Text, strings.TrimSpace(r.Text)) } // blank lines too
	for begin > 0 && own(records[begin-1]) {
		begin--
	}
	for end < len(records) && own(records[end]) {
		end++
	}
	first := max(0, begin-maxContext/2)
	last := min(len(records), end+maxContext-(begin-first))
	return plan.Evidence{Sample: &sample, Before: texts(records[first:begin]), After: texts(records[end:last])}
}

func texts(records []event.Record) []string {
	var lines []string
	for _, r := range records {
		lines = append(lines, r.Text)
	}
	return lines
}

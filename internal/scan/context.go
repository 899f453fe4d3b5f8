package scan

import (
	"context"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/plan"
)

// This file adds to new issues the lines around their errors.

const maxContext = 20 // lines kept for an issue

// addContext reads the lines around the samples of new errors, and of others
// whose sample may lack lines, as far as the budget goes. An issue that it did
// not reach gets its lines when a later run updates it.
func (s *Scan) addContext(ctx context.Context, actions []plan.Action) {
	for _, kinds := range [][]plan.Kind{{plan.Create}, {plan.Reopen, plan.Update}} {
		for _, a := range actions {
			if !slices.Contains(kinds, a.Kind) || len(a.Groups) == 0 || s.windows >= maxWindowRequests {
				continue
			}
			g := a.Groups[0]
			i := slices.IndexFunc(s.sources, func(src Source) bool { return src.Key() == g.Sample.Source })
			if i < 0 || g.Sample.Time.IsZero() || a.Kind != plan.Create && !g.Sample.Split {
				continue
			}
			if source, ok := s.sources[i].(Windowed); ok {
				records, _ := s.readWindow(ctx, source, around(g.Sample))
				g.Sample, g.Context = withContext(g.Sample, records, s.Fields)
			}
		}
	}
}

// withContext returns the sample with all its lines, and the lines around it.
func withContext(sample event.Event, records []event.Record, fields map[string][]string) (event.Event, []string) {
	i := slices.IndexFunc(records, func(r event.Record) bool { return r.Time.Equal(sample.Time) })
	if i < 0 {
		return sample, nil
	}
	events := frameWindow(records, fields)
	if at := wholeOf(sample, events, nil); at >= 0 && len(events[at].Text) > len(sample.Text) {
		sample.Text, sample.Stack, sample.Partial = events[at].Text, events[at].Stack, events[at].Partial
	}
	end := i + 1
	for end < len(records) && strings.Contains(sample.Text, strings.TrimRight(records[end].Text, "\r\n")) {
		end++
	}
	var lines []string
	for _, r := range records[max(0, i-maxContext/2):i] {
		lines = append(lines, r.Text)
	}
	for _, r := range records[end:min(len(records), end+maxContext-len(lines))] {
		lines = append(lines, r.Text)
	}
	return sample, lines
}

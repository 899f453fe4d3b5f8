package scan

import (
	"context"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/report"
)

// Source delivers log records, oldest first within each stream.
type Source interface {
	// Key names the source in markers; it never changes.
	Key() string
	// Read emits all records from the given time on, without an end: clocks
	// run ahead. It returns up to when the records are complete, which is the
	// zero time if nothing is, and the error that stopped it.
	Read(ctx context.Context, from time.Time, emit func(event.Record)) (complete time.Time, err error)
}

// leadIn is read before a window and thrown away: a trace logged line by line
// across its beginning would else look like an error of its own.
const leadIn = time.Minute

// read reads every source, each from where its own last good read ended.
func (s *Scan) read(ctx context.Context, p *Pipeline, d marker.Dashboard) {
	for _, source := range s.sources {
		from := s.from(source.Key(), d)
		before := p.Events
		complete, err := s.readOne(ctx, p, source, from)
		if !complete.IsZero() && !s.leavesGap(source.Key(), from, d) {
			s.completed[source.Key()] = complete
		}
		if err != nil {
			s.fail(err)
		}
		s.out.Sources = append(s.out.Sources, report.Source{
			Name: source.Key(), From: from, Complete: complete, Events: p.Events - before, Err: err,
		})
	}
}

func (s *Scan) readOne(ctx context.Context, p *Pipeline, source Source, from time.Time) (time.Time, error) {
	var end time.Time
	reader := p.Reader(func(at time.Time) bool { return !at.Before(from) && (end.IsZero() || at.Before(end)) })
	windowed, _ := source.(Windowed)
	p.holding = windowed != nil
	complete, err := source.Read(ctx, from.Add(-leadIn), reader.Add)
	if complete.After(s.now) {
		complete = s.now
	}
	now := s.now
	if err != nil && !complete.IsZero() {
		// The reading broke off, maybe in the middle of a trace: what was logged
		// just before is left to the next run, which reads it whole.
		now, end = complete, complete.Add(-logtext.Settle)
		complete = end
	}
	waiting := earliest(reader.Flush(now), s.completeHeld(ctx, p, windowed))
	// A trace that is still being written is read again from its first line.
	if last := waiting.Add(s.Rules.Lateness); !waiting.IsZero() && complete.After(last) {
		complete = last
	}
	return complete, err
}

// from is where the reading of a source begins: at the minute after the last
// one that an earlier run settled. Without an earlier run it is lookback, and
// since overrules both.
func (s *Scan) from(key string, d marker.Dashboard) time.Time {
	if !s.Since.IsZero() {
		return s.Since.Truncate(time.Minute)
	}
	last, ok := d.Read[key]
	if !ok {
		return s.now.Add(-s.Lookback).Truncate(time.Minute)
	}
	from := (plan.Settled(last.Time(), s.Rules.Lateness) + 1).Start()
	// What waits for room is filed with its trace, so its newest event is read again.
	for _, row := range next(d.Waiting, s.Rules.MaxNew) {
		newest := row.Marker.Sources[key].Newest.Time()
		if !newest.IsZero() && newest.Before(from) {
			from = newest.Truncate(time.Minute)
		}
	}
	return from
}

// leavesGap reports whether a run told to read since some time skips a stretch
// that no run has read yet. It then proves nothing about the time before, and
// the source's progress stays where it is.
func (s *Scan) leavesGap(key string, from time.Time, d marker.Dashboard) bool {
	last, ok := d.Read[key]
	return ok && marker.MinuteOf(from)-1 > plan.Settled(last.Time(), s.Rules.Lateness)
}

// next returns the rows that wait only for room, as many as one run may file.
func next(rows []marker.Row, room int) []marker.Row {
	var waiting []marker.Row
	for _, row := range rows {
		if row.Reason == string(plan.OverMax) && len(waiting) < room {
			waiting = append(waiting, row)
		}
	}
	return waiting
}

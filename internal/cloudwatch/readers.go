package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// This file chooses the reader of a group.

// Read calls emit for the events of the group with a timestamp of in.From (rounded
// down to a millisecond) or later, oldest first, each id of a stream once: for every
// one of them, for those that the filter pattern matches, or for those that
// InsightsPattern matches, as Config.Reader says. There is no end time: clocks that run
// ahead log events of the future, up to 2 hours.
//
// Every event older than Complete that had been delivered was emitted.
// After a whole read Complete is the clock's time before the first request. If
// the context ended or the service failed in between, there is an error, and
// Complete is the end of the last whole slice, or the time of the last event of a later
// whole page; zero if there was none.
func (g *Group) Read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	g.client.begin(ctx, g)
	a := g.client.ahead[g]
	if a == nil {
		return g.read(ctx, in, emit)
	}
	delete(g.client.ahead, g)
	g.waiting.Store(false)
	for r := range a.records {
		emit(r)
	}
	return a.result, a.err
}

func (g *Group) read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	cfg := g.client.cfg
	switch {
	case cfg.Reader == Insights:
		return g.readInsights(ctx, in, "reader is set", emit)
	case cfg.Reader == Auto && g.infrequent.Load():
		return g.readInsights(ctx, in, infrequentAccess, emit)
	}
	result, err := g.readEvents(ctx, in, emit)
	var slow tooSlow
	switch {
	case errors.As(err, &slow):
		return g.readInsteadOf(ctx, slow, in, emit)
	case err != nil && onlyInsights(err) && cfg.Reader == Auto:
		g.infrequent.Store(true)
		return g.readInsights(ctx, in, infrequentAccess, emit)
	case err != nil && onlyInsights(err):
		return result, g.unreadable()
	}
	return result, err
}

const infrequentAccess = "the class is Infrequent Access"

// readInsteadOf reads by Logs Insights what would take too long by filter, or by filter
// all the same if that fails.
func (g *Group) readInsteadOf(ctx context.Context, slow tooSlow, in source.Request, emit func(event.Record)) (source.Result, error) {
	result, err := g.readInsights(ctx, in, slow.Error(), emit)
	if err != nil && ctx.Err() == nil {
		warning := fmt.Sprintf("%s: reading with the filter pattern instead", err)
		result, err = g.readFiltered(ctx, in.From, "Logs Insights failed", false, emit)
		result.Warning = warning
	}
	result.Large = true
	return result, err
}

// readEvents reads by FilterLogEvents.
func (g *Group) readEvents(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	cfg := g.client.cfg
	limit := fmt.Sprintf("%d pages", cfg.AllPages)
	switch {
	case cfg.Reader == All:
		result, err := g.readPages(ctx, in.From, nil, false, emit)
		result.Reader = "all: reader is set"
		return result, err
	case cfg.Reader == Filter:
		return g.readFiltered(ctx, in.From, "reader or filter-pattern is set", false, emit)
	case cfg.AllPages == 0:
		return g.readFiltered(ctx, in.From, "read-all-pages is 0", true, emit)
	case !in.Large:
		complete, fits, err := g.readAll(ctx, in.From, emit)
		if fits || err != nil {
			return source.Result{Complete: complete, Reader: "all: the window fits in " + limit}, err
		}
	}
	result, err := g.readFiltered(ctx, in.From, "the window does not fit in "+limit, true, emit)
	result.Large = true
	return result, err
}

// readFiltered reads what the filter pattern finds. why says why that reader was
// chosen. It returns tooSlow, before it emits anything, if that may be.
func (g *Group) readFiltered(ctx context.Context, from time.Time, why string, mayBeSlow bool, emit func(event.Record)) (source.Result, error) {
	var pattern *string
	if g.client.cfg.FilterPattern != "" {
		pattern = &g.client.cfg.FilterPattern
	}
	result, err := g.readPages(ctx, from, pattern, mayBeSlow && g.client.cfg.InsightsBudget > 0, emit)
	result.Reader = "filter: " + why
	return result, err
}

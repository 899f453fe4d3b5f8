package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// This file chooses the reader of a group, and starts reading groups before their turn
// where one group at a time would not use the whole request rate.

const (
	// groupsAhead is how many groups are read ahead: an answer takes up to 150 ms,
	// during which four requests fit at 25 requests a second.
	groupsAhead = 4
	// recordsAhead is how many records of a group wait for its turn, besides the pages
	// of one slice.
	recordsAhead = 10_000
)

// Plan announces the coming reads, in order, so that the client can read ahead and ask
// Logs Insights for several groups at once. Without it each group is read by itself.
func (c *Client) Plan(all []source.Planned) {
	groups := map[string]*Group{}
	for _, g := range c.opened {
		groups[g.Key()] = g
	}
	var order []*Group
	for _, p := range all {
		if g := groups[p.Key]; g != nil {
			g.planned = p.Request
			order = append(order, g)
		}
	}
	for i, g := range order {
		g.after = order[i+1:]
	}
}

// Read calls emit for the events of the group with a timestamp of in.From (rounded
// down to a millisecond) or later, oldest first, each id of a stream once. Config.Reader decides
// whether for all of them, those that the filter pattern matches, or those that
// InsightsPattern matches. There is no end time: clocks that run ahead log events of the
// future, up to 2 hours.
//
// Every event older than Complete that had been delivered was emitted. After a whole read
// Complete is the clock's time before the first request. If the context ended or the
// service failed, there is an error, and Complete is the end of the last whole slice, or
// the time of the last event of a later whole page; zero if there was none.
func (g *Group) Read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	if g.client.beside() > 1 && g.client.cfg.Reader != Insights {
		for _, next := range g.after[:min(len(g.after), groupsAhead)] {
			if next.ahead.Load() == nil && !next.infrequent.Load() {
				next.readAhead(ctx)
			}
		}
	}
	a := g.ahead.Swap(nil)
	if a == nil {
		return g.read(ctx, in, emit)
	}
	for r := range a.records {
		emit(r)
	}
	return a.result, a.err
}

// ahead is a read that started before its turn. The result is valid once records is closed.
type ahead struct {
	records chan event.Record
	result  source.Result
	err     error
}

// readAhead reads the group in the background, until the context ends.
func (g *Group) readAhead(ctx context.Context) {
	a := &ahead{records: make(chan event.Record, recordsAhead)}
	g.ahead.Store(a)
	go func() {
		defer close(a.records)
		dropped := false
		a.result, a.err = g.read(ctx, g.planned, func(r event.Record) {
			select {
			case a.records <- r:
			case <-ctx.Done():
				dropped = true
			}
		})
		if dropped { // the result would count what was never taken
			a.result, a.err = source.Result{Reader: a.result.Reader}, g.explain(ctx, ctx.Err())
		}
	}()
}

func (g *Group) read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	const infrequentAccess = "the class is Infrequent Access"
	auto := g.client.cfg.Reader == Auto
	switch {
	case g.client.cfg.Reader == Insights:
		return g.readInsights(ctx, in, "reader is set", emit)
	case auto && g.infrequent.Load():
		return g.readInsights(ctx, in, infrequentAccess, emit)
	}
	result, err := g.readEvents(ctx, in, emit)
	slow, isSlow := errors.AsType[tooSlow](err)
	switch {
	case isSlow:
		result, err = g.readInsights(ctx, in, slow.Error(), emit)
		if err != nil && ctx.Err() == nil {
			warning := fmt.Sprintf("%s: reading with the filter pattern instead", err)
			result, err = g.readFiltered(ctx, in.From, "Logs Insights failed", false, emit)
			result.Warning = warning
		}
		result.Large = true
	case onlyInsights(err) && auto:
		g.infrequent.Store(true)
		return g.readInsights(ctx, in, infrequentAccess, emit)
	case onlyInsights(err):
		err = g.unreadable()
	}
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

// readFiltered reads what the filter pattern matches. why is the reason for that reader. If it may
// be slow and Logs Insights is allowed, it may return tooSlow, before it emits anything.
func (g *Group) readFiltered(ctx context.Context, from time.Time, why string, mayBeSlow bool, emit func(event.Record)) (source.Result, error) {
	var pattern *string
	if g.client.cfg.FilterPattern != "" {
		pattern = &g.client.cfg.FilterPattern
	}
	result, err := g.readPages(ctx, from, pattern, mayBeSlow && g.client.cfg.InsightsBudget > 0, emit)
	result.Reader = "filter: " + why
	return result, err
}

package cloudwatch

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/event"
)

// This file reads a small window without the filter pattern. A pattern of 1,024
// characters always misses something: an error in an unexpected format, the WARN
// line above a trace, a line inside it. Reading everything misses nothing, and the
// lines around an error need no further request.

// maxKept bounds the text of the records that a client keeps for Group.Window, in
// bytes, over all groups. Beyond it Window asks the service.
const maxKept = 64 << 20

// readAll is Read without the filter pattern if the window fits in the pages that
// the configuration allows. Otherwise it emits nothing and reports false.
func (g *Group) readAll(ctx context.Context, from time.Time, emit func(event.Record)) (complete time.Time, fits bool, err error) {
	started := g.client.cfg.Clock.Now()
	in := g.request(from)
	var pages [][]types.FilteredLogEvent
	ended, err := g.eachPage(ctx, in, func(events []types.FilteredLogEvent) bool {
		pages = append(pages, events)
		return len(pages) < g.client.cfg.AllPages
	})
	if err == nil && !ended {
		return time.Time{}, false, nil
	}
	k := kept{from: from}
	r := g.reading(func(record event.Record) {
		k.records = append(k.records, record)
		emit(record)
	})
	for _, events := range pages {
		r.page(events)
	}
	if err != nil {
		return r.through(started), true, err
	}
	if g.client.keeps(k) {
		g.kept = k
	}
	return started, true, nil
}

// kept holds every record of a group from a time on.
type kept struct {
	from    time.Time
	records []event.Record
}

// keeps reports whether the records fit beside those already kept, and counts them.
func (c *Client) keeps(k kept) bool {
	size := 0
	for _, r := range k.records {
		size += len(r.Text)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept+size > maxKept {
		return false
	}
	c.kept += size
	return true
}

// window returns the records of one stream in a period, as Group.Window does, and
// false if the period is not covered.
func (k kept) window(stream string, from, to time.Time) ([]event.Record, bool) {
	if k.from.IsZero() || from.Before(k.from) {
		return nil, false
	}
	var found []event.Record
	for _, r := range k.records {
		if r.Stream == stream && !r.Time.Before(from) && r.Time.Before(to) {
			r.ID, r.URL = "", ""
			found = append(found, r)
		}
	}
	return found, true
}

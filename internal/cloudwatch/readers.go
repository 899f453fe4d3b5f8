package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// This file chooses a group's reader, and reads groups ahead if one at a time would not use up the rate.

// groupsAhead is how many groups are read ahead: at 25 requests a second, four start in the 150 ms one takes.
const groupsAhead = 4

// Plan sets the request that Read will get and the sources that will be read after this one, so that Read can
// read ahead and query Logs Insights for several groups at once. Without a plan each group is read by itself.
func (g *Group) Plan(r source.Request, after []source.Source) { g.planned, g.after = r, after }

// Read calls emit for the group's events from in.From (rounded down to a millisecond) on, oldest first and
// each id of a stream only once. Config.Reader decides whether it emits all events, those that the filter
// pattern matches, or those that InsightsPattern matches. There is no end time, because a writer whose clock
// is ahead may log events up to 2 hours in the future.
//
// Read has emitted every such event older than Complete that the service had ingested. After a full read,
// Complete is the clock's time before the first request. If the context ends or the service fails, Read
// returns an error, and Complete is how far it got (the end of the last full slice, or the last event of a
// page after it) but no later than the first request; zero if it read nothing, and for Logs Insights.
func (g *Group) Read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	if g.client.beside() > 1 && g.client.cfg.Reader != Insights {
		for _, s := range g.after[:min(len(g.after), groupsAhead)] {
			if next, ok := s.(*Group); ok && next.ahead.Load() == nil && !next.infrequent.Load() {
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
	a := &ahead{records: make(chan event.Record, 10_000)} // plus the pages that wait in slices
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
		if dropped { // the result would cover records that were never emitted
			a.result, a.err = source.Result{Reader: a.result.Reader}, g.explain(ctx, ctx.Err())
		}
	}()
}

func (g *Group) read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	reader := g.client.cfg.Reader
	if reader == Insights {
		return g.readInsights(ctx, in, "reader is set", emit)
	}
	if reader != Auto || !g.infrequent.Load() {
		result, err := g.readEvents(ctx, in, emit)
		switch {
		case !onlyInsights(err):
			return result, err
		case reader != Auto:
			return result, g.unreadable()
		}
		g.infrequent.Store(true)
	}
	return g.readInsights(ctx, in, "the class is Infrequent Access", emit)
}

// readEvents reads with FilterLogEvents.
func (g *Group) readEvents(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	cfg := g.client.cfg
	limit := fmt.Sprintf("%d pages", cfg.AllPages)
	switch {
	case cfg.Reader == All:
		return g.readPages(ctx, in, "", "all: reader is set", emit)
	case cfg.Reader == Filter:
		return g.readPages(ctx, in, cfg.FilterPattern, "filter: reader or filter-pattern is set", emit)
	case cfg.AllPages == 0:
		return g.readPages(ctx, in, cfg.FilterPattern, "filter: read-all-pages is 0", emit)
	case !in.Large:
		complete, fits, err := g.readAll(ctx, in.From, emit)
		if fits || err != nil {
			return source.Result{Complete: complete, Reader: "all: the window fits in " + limit}, err
		}
	}
	result, err := g.readPages(ctx, in, cfg.FilterPattern, "filter: the window does not fit in "+limit, emit)
	result.Large = true
	return result, err
}

// A pattern, limited to 1,024 characters, always misses something: an error in an unexpected format, the WARN
// line above a stack trace, or a line inside it. Small windows are therefore read without a pattern. That
// misses nothing, and the lines around an error need no further request.

// readAll is Read without a filter pattern. It emits nothing if the window does not fit in AllPages.
func (g *Group) readAll(ctx context.Context, from time.Time, emit func(event.Record)) (complete time.Time, fits bool, err error) {
	started := g.client.cfg.Clock.Now()
	in := g.request(from, "")
	var pages [][]types.FilteredLogEvent
	for err == nil && (len(pages) == 0 || in.NextToken != nil) {
		if len(pages) == g.client.cfg.AllPages {
			return time.Time{}, false, nil
		}
		var page []types.FilteredLogEvent
		page, err = g.page(ctx, in)
		pages = append(pages, page)
	}
	size, records := 0, []event.Record(nil)
	r := g.reading(func(record event.Record) {
		records = append(records, record)
		size += len(record.Text)
		emit(record)
	})
	for _, events := range pages {
		r.page(events)
	}
	if err != nil {
		return r.through(started), true, err
	}
	g.client.mu.Lock()
	defer g.client.mu.Unlock()
	if g.client.kept+size <= 64<<20 { // above 64 MB over all groups, Window asks the service instead
		g.client.kept += size
		g.kept, g.keptFrom = records, from
	}
	return started, true, nil
}

// passing marks an error as temporary.
type passing struct{ error }

func (p passing) Unwrap() error { return p.error }
func (passing) Temporary() bool { return true }

// final lists the error codes that a later request would get again.
var final = []string{"AccessDeniedException", "AccessDenied", "InvalidParameterException", "InvalidOperationException"}

// Window returns the records of a stream in [from, to), in the order they were logged, whether or not they
// match the filter pattern, and the number of requests used. It stops after maxRequests requests, even if
// records are left. They have no id and no URL, because GetLogEvents returns no ids. Window requires the
// permission logs:GetLogEvents. A temporary error has a method Temporary that returns true.
// Window makes no request for records that Read kept from a read without a pattern, nor for a group that only
// Logs Insights can read, for which it returns none.
func (g *Group) Window(ctx context.Context, stream string, from, to time.Time, maxRequests int) (records []event.Record, requests int, err error) {
	if covered := !g.keptFrom.IsZero() && !from.Before(g.keptFrom); covered || g.infrequent.Load() {
		for _, r := range g.kept {
			if covered && r.Stream == stream && !r.Time.Before(from) && r.Time.Before(to) {
				r.ID, r.URL = "", ""
				records = append(records, r)
			}
		}
		return records, 0, nil
	}
	like, key := g.request(from, ""), g.Key()
	in := &cloudwatchlogs.GetLogEventsInput{
		LogGroupName: like.LogGroupName, LogGroupIdentifier: like.LogGroupIdentifier, LogStreamName: &stream,
		StartTime: like.StartTime, EndTime: aws.Int64(max(1, to.UnixMilli())), StartFromHead: aws.Bool(true),
	}
	for requests < maxRequests {
		out, err := g.client.region(g.region).GetLogEvents(ctx, in, g.client.retrying(ctx))
		requests++
		code, _, _ := codeOf(err)
		switch {
		case code == "ResourceNotFoundException": // somebody deleted the stream after its events were read
			return records, requests, nil
		case err != nil:
			doing := fmt.Sprintf("read the lines around an error in stream %q of %q", stream, g.name)
			err = explain(ctx, doing, g.region, "logs:GetLogEvents", g.resource(), err)
			if !slices.Contains(final, code) {
				err = passing{err}
			}
			return records, requests, err
		}
		size := 0
		for _, e := range out.Events {
			text := aws.ToString(e.Message)
			size += len(text)
			at := time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC()
			records = append(records, event.Record{Source: key, Stream: stream, Time: at, Text: text, Service: g.service()})
		}
		// The service shows the end only by repeating the token, which costs one more request. Treating a page
		// that is far from full (10,000 events or 1 MB) as the last one usually saves that request.
		if len(out.Events) < 5000 && size < 1<<19 || aws.ToString(out.NextForwardToken) == aws.ToString(in.NextToken) {
			break
		}
		in.NextToken = out.NextForwardToken
	}
	return records, requests, nil
}

package cloudwatch

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/event"
)

// This file reads without the filter pattern: small windows, and the lines around an error. A pattern
// of 1,024 characters always misses something: an error in an unexpected format, the WARN
// line above a trace, a line inside it. Reading everything misses nothing, and the
// lines around an error need no further request.

// maxKept bounds the text of the records that a client keeps for Group.Window, in
// bytes, over all groups. Beyond it Window asks the service.
const maxKept = 64 << 20

// kept holds every record of a group from a time on; none if that is zero.
type kept struct {
	from    time.Time
	records []event.Record
}

// readAll is Read without the filter pattern if the window fits in the pages that
// the configuration allows. Otherwise it emits nothing and reports false.
func (g *Group) readAll(ctx context.Context, from time.Time, emit func(event.Record)) (complete time.Time, fits bool, err error) {
	started := g.client.cfg.Clock.Now()
	in := g.request(from)
	var pages [][]types.FilteredLogEvent
	for err == nil && (len(pages) == 0 || in.NextToken != nil) {
		if len(pages) == g.client.cfg.AllPages {
			return time.Time{}, false, nil
		}
		var page []types.FilteredLogEvent
		page, err = g.page(ctx, in)
		pages = append(pages, page)
	}
	size, k := 0, kept{from: from}
	r := g.reading(func(record event.Record) {
		k.records = append(k.records, record)
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
	if g.client.kept+size <= maxKept {
		g.client.kept += size
		g.kept = k
	}
	return started, true, nil
}

// Limits of a page of GetLogEvents, from its reference.
const (
	pageEvents = 10_000
	pageBytes  = 1 << 20
)

// passing is an error that may be gone later.
type passing struct{ error }

func (p passing) Unwrap() error { return p.error }
func (passing) Temporary() bool { return true }

// Window returns every record of one stream between two times (the second excluded),
// whether it matches the filter pattern or not, in logged order, and the number of
// requests used: at most maxRequests, beyond which the end is missing. The records
// have no id and no URL, because GetLogEvents returns none. It needs the permission
// logs:GetLogEvents; an error that may be gone later has a method Temporary that returns true.
// Records that Read read without the pattern need no request; for a group that only
// Logs Insights reads it returns none.
func (g *Group) Window(ctx context.Context, stream string, from, to time.Time, maxRequests int) (records []event.Record, requests int, err error) {
	if covered := !g.kept.from.IsZero() && !from.Before(g.kept.from); covered || g.infrequent.Load() {
		for _, r := range g.kept.records {
			if covered && r.Stream == stream && !r.Time.Before(from) && r.Time.Before(to) {
				r.ID, r.URL = "", ""
				records = append(records, r)
			}
		}
		return records, 0, nil
	}
	name, arn := g.ref()
	in := &cloudwatchlogs.GetLogEventsInput{
		LogGroupName: name, LogGroupIdentifier: arn, LogStreamName: &stream,
		StartTime: aws.Int64(max(0, from.UnixMilli())), EndTime: aws.Int64(max(1, to.UnixMilli())), StartFromHead: aws.Bool(true),
	}
	for requests < maxRequests {
		out, err := g.client.region(g.region).GetLogEvents(ctx, in, g.client.retrying(ctx))
		requests++
		if err != nil {
			err = fmt.Errorf("read the lines around an error in %q (GetLogEvents, permission logs:GetLogEvents): %w", stream, g.explain(ctx, err))
			if !refused(err) {
				err = passing{err}
			}
			return records, requests, err
		}
		size := 0
		for _, e := range out.Events {
			text := aws.ToString(e.Message)
			size += len(text)
			at := time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC()
			records = append(records, event.Record{Source: g.Key(), Stream: stream, Time: at, Text: text, Service: g.service()})
		}
		// The service repeats its token at the end of the stream. A page that is
		// far from full is taken for the last, which saves every second request.
		if len(out.Events) < pageEvents/2 && size < pageBytes/2 || aws.ToString(out.NextForwardToken) == aws.ToString(in.NextToken) {
			break
		}
		in.NextToken = out.NextForwardToken
	}
	return records, requests, nil
}

package cloudwatch

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// This file cuts large windows into slices of time, reads them in parallel and emits them in order.

const (
	// slicePages is the target length of a slice in pages, just below a whole number to nearly fill the last.
	slicePages = 3.95
	// maxWaiting is how many pages of a slice may wait to be emitted. A page takes about 3 MB of memory.
	maxWaiting = 8
	// wholePages is how many pages may follow the first of an uncut read ahead, because the queues hold them.
	wholePages = maxWaiting + 2
)

// beside returns how many slices to read in parallel to use up the request rate; the maximum of 8 bounds the
// memory. One slice reads about 4 pages a second: an answer takes 60 to 150 ms, and transferring and decoding
// 10,000 events about as long again. At the default rate it returns 1, and windows are not cut.
func (c *Client) beside() int { return min(max(1, int(math.Ceil(c.cfg.RequestsPerSecond/4))), 8) }

// cuts hands out the slices of a window, the earliest first.
type cuts struct {
	in     cloudwatchlogs.FilterLogEventsInput // for the next slice, without its end time
	length time.Duration                       // the next slice's length; 0 for the rest of the window
	end    time.Time                           // a slice that would reach it has no end time
	done   bool
}

// cutAfter cuts a window at the last millisecond of its first page; in has the token of the second page. It
// returns the page's events before the cut; all if it cuts nowhere or at the window's first millisecond.
func (g *Group) cutAfter(first []types.FilteredLogEvent, in *cloudwatchlogs.FilterLogEventsInput, now time.Time) ([]types.FilteredLogEvent, *cuts) {
	rest := &cuts{in: *in, end: now}
	left := pagesAfter(first, now)
	if g.client.beside() == 1 || g.ahead.Load() != nil && left > 0 && left <= wholePages {
		return first, rest
	}
	from := time.UnixMilli(*in.StartTime)
	rest.in.NextToken = nil
	rest.length = now.Sub(from) / time.Duration(2*g.client.beside())
	if len(first) > 0 {
		if last := at(&first[len(first)-1]); last.After(from) {
			rest.in.StartTime = aws.Int64(last.UnixMilli())
			if span := last.Sub(at(&first[0])); span > 0 {
				rest.length = time.Duration(slicePages * float64(span))
			}
			first = first[:slices.IndexFunc(first, func(e types.FilteredLogEvent) bool { return !at(&e).Before(last) })]
		}
	}
	rest.length = max(rest.length, time.Millisecond)
	return first, rest
}

// next returns the request for the next slice, and sets done if it is the last.
func (c *cuts) next() *cloudwatchlogs.FilterLogEventsInput {
	in := c.in
	to := time.UnixMilli(*in.StartTime).Add(c.length).Truncate(time.Millisecond)
	if c.done = c.length == 0 || !to.Before(c.end); !c.done {
		in.EndTime = aws.Int64(to.UnixMilli() - 1) // inclusive
		c.in.StartTime = aws.Int64(to.UnixMilli())
	}
	return &in
}

// adapt sets the length of further slices from the page sizes of a finished one; in is that slice's request.
func (c *cuts) adapt(in *cloudwatchlogs.FilterLogEventsInput, sizes []int) {
	last := len(sizes) - 1
	pages := float64(last) + min(1, float64(sizes[last])/float64(max(1, sizes[0])))
	length := float64(*in.EndTime+1-*in.StartTime) * slicePages / max(pages, slicePages/2)
	c.length = max(time.Duration(length), 1) * time.Millisecond
}

// slice is a part of a window; a goroutine reads it.
type slice struct {
	in    *cloudwatchlogs.FilterLogEventsInput
	pages chan []types.FilteredLogEvent // closed at the end or after an error
	err   error                         // valid once pages is closed
}

func (g *Group) slice(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) *slice {
	s := &slice{in: in, pages: make(chan []types.FilteredLogEvent, maxWaiting)}
	page := *in // a copy, because paging changes the token
	go func() {
		defer close(s.pages)
		for first := true; first || page.NextToken != nil; first = false {
			events, err := g.page(ctx, &page)
			if err != nil {
				s.err = err
				return
			}
			select {
			case s.pages <- events:
			case <-ctx.Done():
				s.err = g.explain(ctx, ctx.Err())
				return
			}
		}
	}()
	return s
}

// eachSlice reads the slices and passes their pages to r in order. When it returns, no request is running.
func (g *Group) eachSlice(ctx context.Context, rest *cuts, r *reading) error {
	ctx, stop := context.WithCancel(ctx)
	var running []*slice
	defer func() {
		stop()
		for _, s := range running {
			for range s.pages {
			}
		}
	}()
	for !rest.done || len(running) > 0 {
		beside := g.client.beside()
		if g.ahead.Load() != nil {
			beside = min(beside, 2) // per group, while up to 4 groups are read ahead
		}
		for !rest.done && len(running) < beside {
			running = append(running, g.slice(ctx, rest.next()))
		}
		s := running[0]
		var sizes []int
		for events := range s.pages {
			r.page(events)
			sizes = append(sizes, len(events))
		}
		if s.err != nil {
			return s.err
		}
		running = running[1:]
		if s.in.EndTime != nil {
			rest.adapt(s.in, sizes)
			r.last = time.UnixMilli(*s.in.EndTime + 1).UTC()
		}
	}
	return nil
}

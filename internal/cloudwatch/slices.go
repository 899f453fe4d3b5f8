package cloudwatch

import (
	"context"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// This file reads a window of several pages faster than page after page: it is cut by
// time into slices, which are read side by side and taken in order.

const (
	// pagesPerSecond is how many pages one slice reads in a second: an answer takes
	// 60 to 150 ms, and 10,000 events about as long to transfer and decode.
	pagesPerSecond = 4
	// maxBeside bounds the slices read at once, and so the memory, together with
	// maxWaiting: a page takes about 3 MB.
	maxBeside = 8
	// slicePages is how many pages a slice should have: a little less than a whole
	// number, so that its last page is nearly full.
	slicePages = 3.95
	// maxWaiting is how many pages of a slice wait to be taken until its reading
	// pauses.
	maxWaiting = 8
	// wholePages is how many pages of a group that is read ahead are not cut: that many
	// fit in its queues, and each slice costs a page that is not full.
	wholePages = maxWaiting + 2
)

// beside returns how many slices have to be read at once to use up the rate of
// requests. At the default rate it is 1, and windows are not cut.
func (c *Client) beside() int {
	return min(max(1, int(math.Ceil(c.cfg.RequestsPerSecond/pagesPerSecond))), maxBeside)
}

// waitingSlices is how many slices are read at once of a group that is read ahead.
const waitingSlices = 2

func (g *Group) beside() int {
	if g.waiting.Load() {
		return min(waitingSlices, g.client.beside())
	}
	return g.client.beside()
}

// cuts hands out the slices of a window, the earliest first.
type cuts struct {
	in     cloudwatchlogs.FilterLogEventsInput // of the next slice, without its end
	length time.Duration                       // of the next slice; 0: the rest of the window
	end    time.Time                           // the slice that would reach it has no end
	done   bool
}

// cutAfter cuts what remains of a window after its first page, whose request in has
// the token of the second. It returns the events of the page that no slice repeats: all
// but those of its last millisecond, of which the second page may have more.
func (g *Group) cutAfter(first []types.FilteredLogEvent, in *cloudwatchlogs.FilterLogEventsInput, now time.Time) ([]types.FilteredLogEvent, *cuts) {
	rest := &cuts{in: *in, end: now}
	left := pagesAfter(first, now)
	if g.client.beside() == 1 || g.waiting.Load() && left > 0 && left <= wholePages {
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
			for len(first) > 0 && !at(&first[len(first)-1]).Before(last) {
				first = first[:len(first)-1]
			}
		}
	}
	rest.length = max(rest.length, time.Millisecond)
	return first, rest
}

// next returns the request for the next slice.
func (c *cuts) next() *cloudwatchlogs.FilterLogEventsInput {
	in := c.in
	to := time.UnixMilli(*in.StartTime).Add(c.length).Truncate(time.Millisecond)
	if c.done = c.length == 0 || !to.Before(c.end); !c.done {
		in.EndTime = aws.Int64(to.UnixMilli() - 1) // the service includes it
		c.in.StartTime = aws.Int64(to.UnixMilli())
	}
	return &in
}

// adapt sets the length of further slices by how many pages one had.
func (c *cuts) adapt(in *cloudwatchlogs.FilterLogEventsInput, pages float64) {
	if in.EndTime == nil {
		return
	}
	length := float64(*in.EndTime+1-*in.StartTime) * slicePages / max(pages, slicePages/2)
	c.length = max(time.Duration(length), 1) * time.Millisecond
}

// fill returns how many pages there would be if the last one were as full as the first.
func fill(sizes []int) float64 {
	last := len(sizes) - 1
	return float64(last) + min(1, float64(sizes[last])/float64(max(1, sizes[0])))
}

// slice is a part of a window on its way.
type slice struct {
	in    *cloudwatchlogs.FilterLogEventsInput
	pages chan []types.FilteredLogEvent // closed at the end, after an error too
	err   error                         // valid once pages is closed
}

func (g *Group) slice(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) *slice {
	s := &slice{in: in, pages: make(chan []types.FilteredLogEvent, maxWaiting)}
	page := *in // eachPage changes its token
	go func() {
		defer close(s.pages)
		_, s.err = g.eachPage(ctx, &page, func(events []types.FilteredLogEvent) bool {
			select {
			case s.pages <- events:
				return true
			case <-ctx.Done():
				return false
			}
		})
		if s.err == nil && ctx.Err() != nil {
			s.err = explainRead(ctx, g, ctx.Err())
		}
	}()
	return s
}

// eachSlice reads the slices and calls take with their pages, in the order of time. It
// returns once no request is in flight.
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
		for !rest.done && len(running) < g.beside() {
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
		rest.adapt(s.in, fill(sizes))
		r.reached(s.in)
	}
	return nil
}

package cloudwatch

import (
	"context"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// This file starts reading groups before their turn, where one group at a time
// would not use the whole request rate.

const (
	// groupsAhead is how many groups are read ahead: an answer takes up to 150 ms,
	// which at 25 requests a second is four requests.
	groupsAhead = 4
	// recordsAhead is how many records of a group wait for its turn, besides the pages
	// of one slice.
	recordsAhead = 10_000
)

// planned is a group that will be read.
type planned struct {
	group *Group
	source.Request
}

// Plan announces the coming reads, in order, so that the client can read
// ahead and ask Logs Insights for several groups at once. Without it each group is read
// by itself.
func (c *Client) Plan(all []source.Planned) {
	groups := map[string]*Group{}
	for _, g := range c.opened {
		groups[g.Key()] = g
	}
	c.planned, c.ahead = nil, map[*Group]*ahead{}
	for _, p := range all {
		if g := groups[p.Key]; g != nil {
			c.planned = append(c.planned, planned{g, p.Request})
		}
	}
}

// after returns the groups that will be read after one.
func (c *Client) after(g *Group) []planned {
	for i, p := range c.planned {
		if p.group == g {
			return c.planned[i+1:]
		}
	}
	return nil
}

// ahead is a read that started before its turn. The fields below records are valid once it
// is closed.
type ahead struct {
	records chan event.Record
	result  source.Result
	err     error
}

// begin starts reading the groups after one, until the context ends.
func (c *Client) begin(ctx context.Context, g *Group) {
	if c.beside() == 1 {
		return
	}
	next := c.after(g)
	for _, p := range next[:min(len(next), groupsAhead)] {
		if c.ahead[p.group] != nil || p.group.infrequent.Load() || c.cfg.Reader == Insights {
			continue
		}
		a := &ahead{records: make(chan event.Record, recordsAhead)}
		c.ahead[p.group] = a
		p.group.waiting.Store(true)
		go a.read(ctx, p)
	}
}

func (a *ahead) read(ctx context.Context, p planned) {
	defer close(a.records)
	dropped := false
	a.result, a.err = p.group.read(ctx, p.Request, func(r event.Record) {
		select {
		case a.records <- r:
		case <-ctx.Done():
			dropped = true
		}
	})
	if dropped { // the result would count what was never taken
		a.result, a.err = source.Result{Reader: a.result.Reader}, explainRead(ctx, p.group, ctx.Err())
	}
}

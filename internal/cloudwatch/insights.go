package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// This file reads groups by Logs Insights, up to maxGroups with one query.

// maxAhead is how far in the future events may be, from PutLogEvents' reference.
const maxAhead = 2 * time.Hour

// batch is what was read from several groups at once.
type batch struct {
	answer
	started time.Time
}

// readInsights is Read by Logs Insights. why says why that reader was chosen.
func (g *Group) readInsights(ctx context.Context, in source.Request, why string, emit func(event.Record)) (source.Result, error) {
	result := source.Result{Reader: "insights: " + why}
	if g.client.cfg.InsightsBudget == 0 {
		return result, g.unreadable()
	}
	b, err := g.client.batch(ctx, g, in.From)
	if errors.Is(err, errBudget) {
		return result, mend(fmt.Sprintf("log group %q in %s is not read", g.name, g.region), "raise insights-budget, or narrow log-groups", err)
	}
	if err != nil {
		return result, err
	}
	r := g.reading(emit)
	for _, record := range b.records {
		if record.Source == r.key && !record.Time.Before(in.From.Truncate(time.Millisecond)) {
			r.add(record.ID, "", record.Stream, record.Time, record.Text)
		}
	}
	if len(b.full) > 0 {
		result.Cut = time.Unix(b.full[0], 0).UTC()
		result.Warning = fmt.Sprintf("log group %q has more than 10,000 errors in the second %s: the rest are not counted",
			g.name, result.Cut.Format("2006-01-02 15:04:05 UTC"))
	}
	result.Complete = b.started
	return result, nil
}

// unreadable is the error about a group that only Logs Insights can read.
func (g *Group) unreadable() error {
	return mend(fmt.Sprintf("log group %q in %s is in the Infrequent Access class, which only Logs Insights can read", g.name, g.region),
		"set insights-budget, leave reader and filter-pattern unset, and give the role the permissions logs:StartQuery, logs:GetQueryResults and logs:StopQuery", nil)
}

// batch reads a group together with others whose turn comes later, or returns what was
// read on another group's turn.
func (c *Client) batch(ctx context.Context, g *Group, from time.Time) (batch, error) {
	c.batching.Lock()
	defer c.batching.Unlock()
	if b, ok := c.batches[g.Key()]; ok {
		delete(c.batches, g.Key())
		return b, nil
	}
	groups, earliest := c.together(g, from)
	b, err := c.query(ctx, groups, earliest)
	if len(groups) > 1 && (refused(err) || errors.Is(err, errBudget)) {
		c.alone = true // some of them may be allowed, or fit in the budget: from now on each is read by itself
		groups = groups[:1]
		b, err = c.query(ctx, groups, from)
	}
	if err != nil {
		return b, err
	}
	for _, other := range groups[1:] {
		c.batches[other.Key()] = b
	}
	return b, nil
}

// together returns the groups that are read with g, which is the first, and where their
// windows begin. No window gets longer by more than a quarter, since each byte is paid for.
func (c *Client) together(g *Group, from time.Time) ([]*Group, time.Time) {
	groups, earliest := []*Group{g}, from
	slack := c.cfg.Clock.Now().Sub(from) / 4
	for _, p := range c.after(g) {
		_, read := c.batches[p.group.Key()]
		queried := p.group.infrequent.Load() || c.cfg.Reader == Insights
		if c.alone || read || !queried || p.group.region != g.region || p.From.Sub(from).Abs() > slack || len(groups) == maxGroups {
			continue
		}
		groups = append(groups, p.group)
		if p.From.Before(earliest) {
			earliest = p.From
		}
	}
	return groups, earliest
}

func (c *Client) query(ctx context.Context, groups []*Group, from time.Time) (batch, error) {
	b := batch{started: c.cfg.Clock.Now()}
	q := &query{client: c, groups: groups}
	var err error
	b.answer, err = q.window(ctx, max(0, from.Unix()), b.started.Add(maxAhead).Unix())
	return b, err
}

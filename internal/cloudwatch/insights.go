package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// This file reads groups with Logs Insights, up to maxGroups per query, and tracks the cost.

const (
	// DollarsPerGB is the price of scanning a GB in most regions: https://aws.amazon.com/cloudwatch/pricing/.
	DollarsPerGB = 0.005

	gigabyte = 1 << 30 // bytes
)

// errBudget means that a query would exceed the budget. The records read until then are dropped.
var errBudget = errors.New("insights-budget is used up")

// readInsights is Read with Logs Insights. why states the reason for this reader.
func (g *Group) readInsights(ctx context.Context, in source.Request, why string, emit func(event.Record)) (source.Result, error) {
	result := source.Result{Reader: "insights: " + why}
	if g.client.cfg.InsightsBudget == 0 {
		return result, g.unreadable()
	}
	a, err := g.answer(ctx, in.From)
	switch {
	case errors.Is(err, errBudget):
		unread := fmt.Sprintf("log group %q in %s is not read", g.name, g.region)
		return result, mend(unread, "raise insights-budget, or narrow log-groups", err)
	case err != nil:
		return result, err
	}
	r := g.reading(emit)
	for _, record := range a.records {
		if record.Source == r.key && !record.Time.Before(in.From.Truncate(time.Millisecond)) {
			r.add(record.ID, "", record.Stream, record.Time, record.Text)
		}
	}
	if result.Cut = a.full; !a.full.IsZero() {
		result.Warning = fmt.Sprintf("log group %q, or one queried together with it, has more than 10,000 errors in the second %s: "+
			"the rest are not counted", g.name, a.full.Format("2006-01-02 15:04:05 UTC"))
	}
	result.Complete = a.started
	return result, nil
}

// unreadable returns the error for a group that only Logs Insights can read.
func (g *Group) unreadable() error {
	return mend(fmt.Sprintf("log group %q in %s is in the Infrequent Access class, which only Logs Insights can read", g.name, g.region),
		"set insights-budget, leave reader and filter-pattern unset, and give the role the permissions "+
			"logs:StartQuery, logs:GetQueryResults and logs:StopQuery", nil)
}

// answer reads the group together with later ones, or returns what an earlier group's turn has already read.
func (g *Group) answer(ctx context.Context, from time.Time) (answer, error) {
	c := g.client
	c.batching.Lock()
	defer c.batching.Unlock()
	if found := g.batch; found != nil {
		g.batch = nil
		return *found, nil
	}
	groups, earliest := g.together(from)
	a, err := c.query(ctx, groups, earliest)
	if _, _, refusal := codeOf(err); len(groups) > 1 && (refusal != nil || errors.Is(err, errBudget)) {
		c.alone = true // one group alone may be permitted, or fit in the budget
		groups = groups[:1]
		a, err = c.query(ctx, groups, from)
	}
	if err == nil {
		for _, other := range groups[1:] {
			other.batch = &a
		}
	}
	return a, err
}

// together returns the groups to read with one query, g first, and the earliest start of their windows. It
// leaves out windows whose start differs from g's by over a quarter of g's window, as each byte costs money.
func (g *Group) together(from time.Time) ([]*Group, time.Time) {
	c, groups, earliest := g.client, []*Group{g}, from
	slack := c.cfg.Clock.Now().Sub(from) / 4
	for _, s := range g.after {
		other, ok := s.(*Group)
		if !ok || c.alone || other.batch != nil || other.region != g.region || len(groups) == maxGroups ||
			c.cfg.Reader != Insights && !other.infrequent.Load() || other.planned.From.Sub(from).Abs() > slack {
			continue
		}
		groups = append(groups, other)
		if other.planned.From.Before(earliest) {
			earliest = other.planned.From
		}
	}
	return groups, earliest
}

// scan adds to the bytes that Logs Insights has scanned and returns the total.
func (c *Client) scan(bytes float64) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scanned += bytes
	return c.scanned
}

// Costs describes the cost of Logs Insights so far, rounded up to a cent; it is empty if nothing was scanned.
func (c *Client) Costs() string {
	scanned := c.scan(0) / gigabyte
	if scanned == 0 {
		return ""
	}
	return fmt.Sprintf("Logs Insights scanned %.2f GB, about $%.2f, of insights-budget %g GB.",
		scanned, math.Ceil(scanned*DollarsPerGB*100)/100, c.cfg.InsightsBudget)
}

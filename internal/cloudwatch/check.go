package cloudwatch

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/org/errmon-action/internal/finding"
)

// Check reports the AWS identity in use, and for each group of the specs whether it can be read, whether it
// has events within lookback, and whether the filter pattern matches any of the last day. It changes nothing.
func (c *Client) Check(ctx context.Context, specs []Spec, lookback time.Duration) (found []finding.Finding) {
	const about = "AWS identity"
	if err := c.checkCredentials(ctx); err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	who, err := sts.NewFromConfig(c.base).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}) // needs no permission
	switch _, _, refusal := codeOf(err); {
	case refusal != nil:
		err = explain(ctx, "get the AWS identity", c.base.Region, "sts:GetCallerIdentity", "*", err)
		return []finding.Finding{finding.Of(about, err)}
	case err != nil: // proves nothing: a network may allow only CloudWatch's endpoint
		found = append(found, finding.Warn(about, "STS does not answer: "+err.Error(),
			"allow access to sts.REGION.amazonaws.com, or ignore this: reading logs does not need it"))
	default:
		found = append(found, finding.Good(about, "%s, region %s", aws.ToString(who.Arn), c.base.Region))
	}
	groups, err := c.Groups(ctx, specs)
	if err != nil {
		found = append(found, finding.Of("log groups", err))
	}
	for _, g := range groups {
		found = append(found, g.check(ctx, lookback)...)
	}
	return found
}

// check reads the newest event, the newest event that the pattern matches, and the lines around the former.
func (g *Group) check(ctx context.Context, lookback time.Duration) []finding.Finding {
	about, cfg := fmt.Sprintf("log group %s", g.name), g.client.cfg
	if cfg.Reader == Insights || g.infrequent.Load() {
		return g.checkInsights(ctx, about)
	}
	now := cfg.Clock.Now()
	newest, err := g.newest(ctx, now.Add(-14*24*time.Hour), "") // CloudWatch rejects older events on arrival
	switch {
	case onlyInsights(err):
		g.infrequent.Store(true)
		return g.checkInsights(ctx, about)
	case err != nil:
		return []finding.Finding{finding.Of(about, err)}
	case newest == nil:
		return []finding.Finding{finding.Warn(about, "readable, but no event in the last 14 days",
			"check that log-groups and aws-region name the group the service writes to")}
	}
	match, err := g.newest(ctx, now.Add(-24*time.Hour), cfg.FilterPattern)
	if err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	found := []finding.Finding{describe(about, now, lookback, newest, match)}
	found[0].Text += "; " + cfg.readers()
	if cfg.InsightsBudget > 0 && cfg.Reader != Filter && cfg.Reader != All {
		found = append(found, g.checkInsights(ctx, about)...)
	}
	_, _, err = g.Window(ctx, aws.ToString(newest.LogStreamName), at(newest), at(newest).Add(time.Second), 1)
	if code, _, refusal := codeOf(err); refusal != nil {
		found = append(found, finding.Warn(about, "the lines around an error cannot be read ("+code+")",
			"add logs:GetLogEvents to the policy, or do without them"))
	}
	return found
}

// readers describes how a group of the class Standard will be read.
func (c Config) readers() string {
	if c.Reader != Auto {
		return "Standard, reader " + c.Reader
	}
	text := "Standard, reader filter"
	if c.AllPages > 0 {
		text = fmt.Sprintf("Standard, reader all up to %d pages, then filter", c.AllPages)
	}
	if c.InsightsBudget > 0 {
		text += ", or insights if that takes too long"
	}
	return text
}

// checkInsights reports whether Logs Insights can read a group, and the cost per month if nothing else can.
func (g *Group) checkInsights(ctx context.Context, about string) []finding.Finding {
	const span = 5 * time.Minute // the period queried to measure the cost
	c := g.client
	always := g.infrequent.Load() || c.cfg.Reader == Insights
	if c.cfg.InsightsBudget == 0 || c.cfg.Reader == Filter || c.cfg.Reader == All {
		return []finding.Finding{finding.Of(about, g.unreadable())}
	}
	q := query{client: c, groups: []*Group{g}}
	to := c.cfg.Clock.Now().Unix()
	from, before := to, c.scan(0)
	if always {
		from -= int64(span / time.Second)
	}
	if _, _, err := q.ask(ctx, from, to); err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	var found []finding.Finding
	// No query has this id, but AWS checks the permission first.
	stop := &cloudwatchlogs.StopQueryInput{QueryId: aws.String("00000000-0000-0000-0000-000000000000")}
	_, err := c.region(g.region).StopQuery(ctx, stop, c.retrying(ctx))
	if code, _, _ := codeOf(err); strings.HasPrefix(code, "AccessDenied") {
		found = append(found, finding.Warn(about, "queries of Logs Insights cannot be stopped ("+code+")",
			"add logs:StopQuery on * to the policy, or pay for the queries that a cancelled run leaves behind"))
	}
	if !always {
		return found
	}
	// Runs every 15 minutes scan each byte 2.4 times; see lateness in examples/scale.md.
	month := (c.scan(0) - before) / gigabyte * float64(30*24*time.Hour/span) * 2.4
	class := "Standard"
	if g.infrequent.Load() {
		class = "Infrequent Access"
	}
	return append(found, finding.Good(about, "%s, reader insights; at the rate of the last %s, "+
		"runs every 15 minutes scan %.2f GB a month, about $%.2f", class, short(span), month, month*DollarsPerGB))
}

// describe reports the ages of the newest event and of the newest match, which is nil if there is none.
func describe(about string, now time.Time, lookback time.Duration, newest, match *types.FilteredLogEvent) finding.Finding {
	age := now.Sub(at(newest))
	switch {
	case age > lookback: // since is rounded up to whole hours, to include the event
		return finding.Warn(about, fmt.Sprintf("no event in the last %s; the newest is %s old", short(lookback), short(age)),
			fmt.Sprintf("run once with `since: %dh`, or raise lookback", age/time.Hour+1))
	case match == nil:
		return finding.Warn(about,
			fmt.Sprintf("readable, newest event %s ago, but the filter pattern matches none of the last 24h", short(age)),
			"if there were errors, set filter-pattern to one that matches them; if not, ignore this")
	}
	return finding.Good(about, "readable, newest event %s ago, newest match of the pattern %s ago", short(age), short(now.Sub(at(match))))
}

// short formats a duration in one unit, rounded down.
func short(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", max(0, d/time.Second))
}

// newest returns the newest event since a time that matches a pattern, or nil if 10 pages contain none.
func (g *Group) newest(ctx context.Context, since time.Time, pattern string) (*types.FilteredLogEvent, error) {
	in := g.request(since, pattern)
	in.StartFromHead, in.Limit = aws.Bool(false), aws.Int32(1)
	for range 10 { // there may be many empty pages before the first event
		events, err := g.page(ctx, in)
		switch {
		case len(events) > 0:
			return &events[0], nil
		case err != nil || in.NextToken == nil:
			return nil, err
		}
	}
	return nil, nil
}

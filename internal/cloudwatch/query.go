package cloudwatch

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"golang.org/x/sync/errgroup"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/event"
)

// This file runs queries of Logs Insights.

const (
	maxGroups  = 50            // per query, from StartQuery's reference
	maxRows    = 10_000        // per query, which is the most that GetQueryResults returns
	maxQueries = 4             // at once; an account may run 100, dashboards included
	maxAhead   = 2 * time.Hour // how far in the future events may be, from PutLogEvents' reference
)

// InsightsPattern matches what DefaultFilterPattern matches, and what no term of a filter pattern can: levels
// between tabs, after a colon or at the start of a message, and messages that begin like a frame. It uses
// only syntax that all regular expression engines share.
var InsightsPattern = func() string {
	parts := []string{`\t(?:error|fatal)\t`, `^(?:error|Error|EROR|fatal)\b`, `:error[, ]`,
		`^\s+at `, `^\s+\S+\.go:[0-9]`, `^\s+from \S+:[0-9]`}
	for _, term := range regexp.MustCompile(`\?(?:"((?:\\.|[^"\\])*)"|(\S+))`).FindAllStringSubmatch(DefaultFilterPattern, -1) {
		quoted := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(term[1])
		parts = append(parts, regexp.QuoteMeta(quoted+term[2]))
	}
	return strings.Join(parts, "|")
}()

// queryText selects the fields of a record. The service compares and sorts timestamps by the millisecond.
var queryText = "fields @timestamp, @message, @logStream, @log | filter @message like /" +
	strings.ReplaceAll(InsightsPattern, "/", `\/`) + "/ | sort @timestamp asc"

// query reads groups of one region. Its periods are in Unix seconds, and include both ends.
type query struct {
	client *Client
	groups []*Group
	second float64 // bytes scanned per second of the window, as the first query measured; 0 before
}

// answer is what a query found.
type answer struct {
	started time.Time
	records []event.Record // records of all groups, earliest first
	full    time.Time      // the first second whose records did not all fit in maxRows; zero if none
}

// query reads groups from a time on. It reads one minute first, to see if the rest would exceed the budget.
func (c *Client) query(ctx context.Context, groups []*Group, since time.Time) (answer, error) {
	q := &query{client: c, groups: groups}
	started, before := c.cfg.Clock.Now(), c.scan(0)
	from := max(0, since.Unix())
	all, err := q.period(ctx, from, from+59)
	if all.started = started; err != nil {
		return all, err
	}
	q.second = (c.scan(0) - before) / 60
	more, err := q.period(ctx, from+60, started.Add(maxAhead).Unix())
	all.add(more)
	return all, err
}

func (a *answer) add(later answer) {
	a.records, a.full = append(a.records, later.records...), cmp.Or(a.full, later.full)
}

// period reads a period, dividing it until no part longer than a second reaches maxRows.
func (q *query) period(ctx context.Context, from, to int64) (answer, error) {
	records, matched, err := q.ask(ctx, from, to)
	switch {
	case err != nil || len(records) < maxRows || from == to && matched == maxRows:
		return answer{records: records}, err
	case from == to:
		return answer{records: records, full: time.Unix(from, 0).UTC()}, nil
	}
	// At least two parts, and half as many again as the matches fill, since a full part is divided again.
	parts := make([]answer, min(max(2, int64(matched)*3/2/maxRows), to+1-from))
	running, ctx := errgroup.WithContext(ctx)
	for i := range parts {
		begin := func(i int) int64 { return from + (to+1-from)*int64(i)/int64(len(parts)) }
		running.Go(func() (err error) {
			parts[i], err = q.period(ctx, begin(i), begin(i+1)-1)
			return err
		})
	}
	err = running.Wait()
	var all answer
	for _, part := range parts {
		all.add(part)
	}
	return all, err
}

// ask runs one query, while at most maxQueries-1 others run. matched includes those beyond the limit of rows.
func (q *query) ask(ctx context.Context, from, to int64) (records []event.Record, matched float64, err error) {
	c := q.client
	select {
	case c.queries <- struct{}{}:
		defer func() { <-c.queries }()
	case <-ctx.Done():
		return nil, 0, q.explain(ctx, "logs:StartQuery", ctx.Err())
	}
	// Queries share the budget, so the bytes that this one is expected to scan are counted before it starts.
	expected := q.second * float64(max(0, min(to, c.cfg.Clock.Now().Unix())+1-from))
	if c.scan(expected) > c.cfg.InsightsBudget*gigabyte {
		c.scan(-expected)
		return nil, 0, errBudget
	}
	in := &cloudwatchlogs.StartQueryInput{StartTime: &from, EndTime: &to, QueryString: &queryText, Limit: aws.Int32(maxRows)}
	for _, g := range q.groups {
		in.LogGroupIdentifiers = append(in.LogGroupIdentifiers, cmp.Or(g.arn, g.name))
	}
	api := c.region(q.groups[0].region)
	starting, cancel := clock.Outlast(ctx) // if cancelled midway, it returns no id to stop the query by
	defer cancel()
	started, err := api.StartQuery(starting, in, c.retrying(ctx))
	if err != nil {
		c.scan(-expected)
		return nil, 0, q.explain(ctx, "logs:StartQuery", err)
	}
	out, err := q.results(ctx, api, started.QueryId, expected)
	if err != nil {
		return nil, 0, err
	}
	if out.Statistics != nil {
		matched = out.Statistics.RecordsMatched
	}
	records, err = q.records(out.Results)
	return records, matched, err
}

// records parses rows. FilterLogEvents returns the same time, stream and text for an event, but another id.
func (q *query) records(rows [][]types.ResultField) (records []event.Record, err error) {
	for _, fields := range rows {
		row := map[string]string{}
		for _, f := range fields {
			row[aws.ToString(f.Field)] = aws.ToString(f.Value)
		}
		at, err := time.Parse("2006-01-02 15:04:05.000", row["@timestamp"])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.doing(), err)
		}
		_, name, _ := strings.Cut(row["@log"], ":") // ACCOUNT:NAME
		key := (&Group{Spec: Spec{region: q.groups[0].region, name: name}}).Key()
		records = append(records, event.Record{ID: row["@ptr"], Source: key, Stream: row["@logStream"], Time: at, Text: row["@message"]})
	}
	return records, nil
}

// results waits for a query to end, and replaces the counted bytes, an estimate, with those scanned. It stops
// the query if the context ends first, a request fails or the budget is exceeded.
func (q *query) results(ctx context.Context, api *cloudwatchlogs.Client, id *string, counted float64) (*cloudwatchlogs.GetQueryResultsOutput, error) {
	c, done := q.client, false
	defer func() {
		if !done {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clock.Grace)
			defer cancel()
			_, _ = api.StopQuery(ctx, &cloudwatchlogs.StopQueryInput{QueryId: id}, c.retrying(ctx)) // fails if the query has ended
		}
	}()
	for {
		err := c.cfg.Clock.Sleep(ctx, time.Second)
		var out *cloudwatchlogs.GetQueryResultsOutput
		if err == nil {
			out, err = api.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: id}, c.retrying(ctx))
		}
		if err != nil {
			return nil, q.explain(ctx, "logs:GetQueryResults", err)
		}
		done = out.Status != types.QueryStatusScheduled && out.Status != types.QueryStatusRunning
		if out.Statistics != nil && (done || out.Statistics.BytesScanned > counted) {
			c.scan(out.Statistics.BytesScanned - counted)
			counted = out.Statistics.BytesScanned
		}
		switch {
		case out.Status == types.QueryStatusComplete:
			return out, nil
		case done:
			return nil, fmt.Errorf("%s: the query ended with status %s", q.doing(), out.Status)
		case c.scan(0) > c.cfg.InsightsBudget*gigabyte:
			return nil, errBudget
		}
	}
}

func (q *query) doing() string {
	first, more := q.groups[0], ""
	if n := len(q.groups) - 1; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("query log group %q%s in %s with Logs Insights", first.name, more, first.region)
}

func (q *query) explain(ctx context.Context, action string, err error) error {
	resource := "*" // policies cannot name a query
	if action == "logs:StartQuery" {
		resource = q.groups[0].resource()
		if code, _, _ := codeOf(err); code == "ResourceNotFoundException" {
			return q.groups[0].explain(ctx, err)
		}
	}
	return explain(ctx, q.doing(), q.groups[0].region, action, resource, err)
}

package cloudwatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"golang.org/x/sync/errgroup"

	"github.com/org/errmon-action/internal/event"
)

// This file runs queries of Logs Insights.

const (
	maxGroups  = 50     // of a query, from StartQuery's reference
	maxRows    = 10_000 // of an answer of GetQueryResults
	maxQueries = 4      // at once; an account may run 100, dashboards included
	pollEvery  = time.Second
	stopWithin = 5 * time.Second // a signal leaves a runner's job about 10 s
	// gigabyte and DollarsPerGB are Logs Insights' price, in most regions:
	// https://aws.amazon.com/cloudwatch/pricing/.
	gigabyte     = 1 << 30
	DollarsPerGB = 0.005
)

// InsightsPattern matches what DefaultFilterPattern finds, and what no term of a filter
// pattern can: levels between tabs and at the start of a line, and frames by how their
// lines begin. It keeps to the syntax that all engines of regular expressions share.
var InsightsPattern = insightsPattern()

func insightsPattern() string {
	parts := []string{`\t(?:error|fatal)\t`, `^(?:error|Error|EROR|fatal)\b`, `:error[, ]`, `^\s+at `, `^\s+\S+\.go:[0-9]`, `^\s+from \S+:[0-9]`}
	for _, term := range regexp.MustCompile(`\?(?:"((?:\\.|[^"\\])*)"|(\S+))`).FindAllStringSubmatch(DefaultFilterPattern, -1) {
		quoted := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(term[1])
		parts = append(parts, regexp.QuoteMeta(quoted+term[2]))
	}
	return strings.Join(parts, "|")
}

// queryText asks for the fields of a record. Times are compared and sorted by the
// service in milliseconds.
var queryText = "fields @timestamp, @message, @logStream, @log | filter @message like /" +
	strings.ReplaceAll(InsightsPattern, "/", `\/`) + "/ | sort @timestamp asc"

// errBudget says that a query would exceed the budget. Nothing of the window was kept.
var errBudget = errors.New("insights-budget is used up")

// query reads groups of one region over a period in seconds, both ends included.
type query struct {
	client *Client
	groups []*Group
	second float64 // bytes scanned in a second of the window, once one query showed it
}

// answer is what a query found.
type answer struct {
	records []event.Record // of all groups, the earliest first
	full    []int64        // seconds of more than maxRows records, of which only the first are here
}

func (a *answer) add(b answer) {
	a.records, a.full = append(a.records, b.records...), append(a.full, b.full...)
}

// window returns the rows of a period. Its first minute shows what the rest will cost:
// unless the budget has room for that, errBudget is returned.
func (q *query) window(ctx context.Context, from, to int64) (answer, error) {
	probe := min(from+59, to)
	before := q.client.scannedBytes()
	all, err := q.period(ctx, from, probe)
	if err != nil || probe == to {
		return all, err
	}
	q.second = (q.client.scannedBytes() - before) / float64(probe+1-from)
	rest, err := q.period(ctx, probe+1, to)
	all.add(rest)
	return all, err
}

// period divides a period until no part reaches the limit of rows.
func (q *query) period(ctx context.Context, from, to int64) (answer, error) {
	records, matched, err := q.ask(ctx, from, to)
	switch {
	case err != nil:
		return answer{}, err
	case len(records) < maxRows:
		return answer{records: records}, nil
	case from == to:
		return answer{records, []int64{from}}, nil
	}
	// At least in two; and with room to spare, since a part that is full is asked again.
	parts := make([]answer, min(max(2, int64(matched)*3/2/maxRows), to+1-from))
	running, ctx := errgroup.WithContext(ctx)
	for i := range parts {
		begin := func(i int) int64 { return from + (to+1-from)*int64(i)/int64(len(parts)) }
		running.Go(func() (err error) {
			parts[i], err = q.period(ctx, begin(i), begin(i+1)-1)
			return err
		})
	}
	var all answer
	if err := running.Wait(); err != nil {
		return all, err
	}
	for _, part := range parts {
		all.add(part)
	}
	return all, nil
}

// ask runs one query to its end, beside at most maxQueries-1 others, and returns its
// records and how many there would be without the limit.
func (q *query) ask(ctx context.Context, from, to int64) (records []event.Record, matched float64, err error) {
	select {
	case q.client.queries <- struct{}{}:
		defer func() { <-q.client.queries }()
	case <-ctx.Done():
		return nil, 0, q.explain(ctx, "logs:StartQuery", ctx.Err())
	}
	// What it will probably scan counts from now on: the queries beside it share the budget.
	// Hardly any event is from the future.
	expected := q.second * float64(max(0, min(to, q.client.cfg.Clock.Now().Unix())+1-from))
	if q.client.addScanned(expected); q.client.overBudget() {
		q.client.addScanned(-expected)
		return nil, 0, errBudget
	}
	in := &cloudwatchlogs.StartQueryInput{StartTime: &from, EndTime: &to, QueryString: &queryText, Limit: aws.Int32(maxRows)}
	for _, g := range q.groups {
		in.LogGroupIdentifiers = append(in.LogGroupIdentifiers, cmp.Or(g.arn, g.name))
	}
	api := q.client.region(q.groups[0].region)
	lasting, cancel := outlasting(ctx) // without its id a query could not be stopped
	defer cancel()
	started, err := api.StartQuery(lasting, in, q.client.retrying(ctx))
	if err != nil {
		q.client.addScanned(-expected)
		return nil, 0, q.explain(ctx, "logs:StartQuery", err)
	}
	out, err := q.results(ctx, api, started.QueryId, expected)
	if err != nil {
		return nil, 0, err
	}
	if out.Statistics != nil {
		matched = out.Statistics.RecordsMatched
	}
	for _, fields := range out.Results {
		r, err := q.record(fields)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", q.doing(), err)
		}
		records = append(records, r)
	}
	return records, matched, nil
}

// record reads a row. It has the same time, stream and text as the event that
// FilterLogEvents returns; its id is another.
func (q *query) record(fields []types.ResultField) (event.Record, error) {
	row := map[string]string{}
	for _, f := range fields {
		row[aws.ToString(f.Field)] = aws.ToString(f.Value)
	}
	at, err := time.Parse("2006-01-02 15:04:05.000", row["@timestamp"])
	_, name, _ := strings.Cut(row["@log"], ":") // ACCOUNT:NAME
	r := event.Record{ID: row["@ptr"], Source: "cloudwatch:" + q.groups[0].region + ":" + name, Stream: row["@logStream"], Time: at, Text: row["@message"]}
	return r, err
}

// outlasting returns a context that ends stopWithin after ctx.
func outlasting(ctx context.Context) (context.Context, context.CancelFunc) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(stopWithin, cancel) })
	return lasting, func() { stop(); cancel() }
}

// results waits for a query's end and counts what it scanned in place of what was expected.
// It stops the query if the context ends first, or if it exceeds the budget.
func (q *query) results(ctx context.Context, api *cloudwatchlogs.Client, id *string, counted float64) (*cloudwatchlogs.GetQueryResultsOutput, error) {
	running := true
	defer func() {
		if running {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
			defer cancel()
			_, _ = api.StopQuery(ctx, &cloudwatchlogs.StopQueryInput{QueryId: id}, q.client.retrying(ctx)) // it may have ended by itself
		}
	}()
	for {
		if err := q.client.cfg.Clock.Sleep(ctx, pollEvery); err != nil {
			return nil, q.explain(ctx, "logs:GetQueryResults", err)
		}
		out, err := api.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: id}, q.client.retrying(ctx))
		if err != nil {
			return nil, q.explain(ctx, "logs:GetQueryResults", err)
		}
		done := out.Status != types.QueryStatusScheduled && out.Status != types.QueryStatusRunning
		if out.Statistics != nil && (done || out.Statistics.BytesScanned > counted) {
			q.client.addScanned(out.Statistics.BytesScanned - counted)
			counted = out.Statistics.BytesScanned
		}
		switch out.Status {
		case types.QueryStatusScheduled, types.QueryStatusRunning:
			if q.client.overBudget() {
				return nil, errBudget
			}
			continue
		case types.QueryStatusComplete:
			running = false
			return out, nil
		}
		running = false
		return nil, fmt.Errorf("%s: the query ended with status %s", q.doing(), out.Status)
	}
}

func (q *query) doing() string {
	text := fmt.Sprintf("query log group %q in %s with Logs Insights", q.groups[0].name, q.groups[0].region)
	if more := len(q.groups) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

func (q *query) explain(ctx context.Context, action string, err error) error {
	resource := "*" // policies cannot name a query
	if action == "logs:StartQuery" {
		resource = q.groups[0].resource()
	}
	return explain(ctx, q.doing(), q.groups[0].region, permission{action, resource}, err)
}

// scannedBytes returns what all queries so far have scanned.
func (c *Client) scannedBytes() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.scanned
}

func (c *Client) addScanned(bytes float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scanned += bytes
}

func (c *Client) overBudget() bool { return c.scannedBytes() > c.cfg.InsightsBudget*gigabyte }

// Costs describes what Logs Insights has cost so far, rounded up; it is empty if it was
// not used.
func (c *Client) Costs() string {
	scanned := c.scannedBytes() / gigabyte
	if scanned == 0 {
		return ""
	}
	return fmt.Sprintf("Logs Insights scanned %s, about $%.2f, of insights-budget %g GB.",
		gigabytes(scanned), math.Ceil(scanned*DollarsPerGB*100)/100, c.cfg.InsightsBudget)
}

func gigabytes(n float64) string {
	if n < 1 {
		return fmt.Sprintf("%.1f MB", n*1024)
	}
	return fmt.Sprintf("%.1f GB", n)
}

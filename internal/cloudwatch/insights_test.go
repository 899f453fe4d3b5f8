package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/source"
)

// newVault returns a world with a group that only Logs Insights can read.
func newVault(t *testing.T, events ...cloudwatchtest.Event) *world {
	w := newWorld(t)
	w.config.FilterPattern, w.config.AllPages, w.config.InsightsBudget = cloudwatch.DefaultFilterPattern, 3, 1
	w.config.RequestsPerSecond, w.service.QueryPolls = 25, 1
	w.service.Infrequent = []string{"/vault"}
	w.put("/vault", events...)
	return w
}

func (w *world) readAll(g *cloudwatch.Group) ([]event.Record, source.Result, error) {
	var records []event.Record
	result, err := g.Read(context.Background(), source.Request{From: noon.Add(-time.Hour)}, func(r event.Record) { records = append(records, r) })
	return records, result, err
}

// A record has the same time, stream and text in both APIs.
func TestInsightsFillsRecords(t *testing.T) {
	const stream = "web/1"
	at := noon.Add(-time.Minute + 250*time.Millisecond)
	w := newVault(t, cloudwatchtest.Event{Stream: stream, Time: at, Message: "ERROR boom/1 \"x\"\n"}, cloudwatchtest.Event{Stream: stream, Time: at, Message: "INFO"})
	records, result, err := w.readAll(w.group("/vault"))
	if err != nil {
		t.Fatal(err)
	}
	want := []event.Record{{
		ID: records[0].ID, Source: "cloudwatch:eu-central-1:/vault", Stream: stream, Time: at, Text: "ERROR boom/1 \"x\"\n", Service: "vault",
		URL: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/" +
			"$252Fvault/log-events/web$252F1$3Fstart$3D1773489540250",
	}}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Error(diff)
	}
	if !result.Complete.Equal(noon) || result.Reader != "insights: the class is Infrequent Access" {
		t.Errorf("%+v", result)
	}
}

// The service may refuse a log class with an error code that it also uses for other mistakes.
func TestInsightsIsChosenByTheRefusal(t *testing.T) {
	w := newVault(t, series("s", noon.Add(-10*time.Minute), 3)...)
	w.service.Break = func(q fake.Request) *fake.Fault {
		if q.Path == "FilterLogEvents" {
			return cloudwatchtest.Refusal("InvalidParameterException", "FilterLogEvents is not supported for INFREQUENT_ACCESS log groups.")
		}
		return nil
	}
	records, result, err := w.readAll(w.group("/vault"))
	if err != nil || len(records) != 3 || !strings.HasPrefix(result.Reader, "insights: ") {
		t.Errorf("%d records, %+v, %v", len(records), result, err)
	}
}

// However many events there are, each is read once, by at most four concurrent queries.
func TestInsightsDividesAFullAnswer(t *testing.T) {
	var events []cloudwatchtest.Event
	for i := range 45_000 { // denser towards the end
		at := noon.Add(-time.Duration(i*i/45_000) * time.Hour / 50_000).Truncate(time.Millisecond)
		events = append(events, cloudwatchtest.Event{Stream: "s", Time: at, Message: fmt.Sprint("ERROR ", i)})
	}
	w := newVault(t, events...)
	c := w.client()
	records, result, err := w.readAll(w.groups(c, "/vault")[0])
	if err != nil || len(records) != len(events) || len(unique(ids(records))) != len(events) || !result.Cut.IsZero() {
		t.Fatalf("%d records of %d, %+v, %v", len(records), len(events), result, err)
	}
	if !slices.IsSortedFunc(records, func(a, b event.Record) int { return a.Time.Compare(b.Time) }) {
		t.Error("not in the order of time")
	}
	if now, peak := w.service.Queries(); now != 0 || peak < 2 || peak > 4 {
		t.Errorf("%d queries run, and at most %d ran at once", now, peak)
	}
	t.Log(c.Requests(), c.Costs())
}

func TestInsightsWarnsOfAFullSecond(t *testing.T) {
	at := noon.Add(-20 * time.Minute)
	events := make([]cloudwatchtest.Event, 10_500)
	for i := range events {
		events[i] = cloudwatchtest.Event{Stream: "s", Time: at, Message: "ERROR"}
	}
	w := newVault(t, events...)
	records, result, err := w.readAll(w.group("/vault"))
	if err != nil || len(records) != 10_000 || !result.Cut.Equal(at) || !strings.Contains(result.Warning, "2026-03-14 11:40:00 UTC") ||
		!strings.HasPrefix(result.Warning, `log group "/vault", or one queried together with it, has`) {
		t.Errorf("%d records, %+v, %v", len(records), result, err)
	}
	full := newVault(t, events[:10_000]...)
	records, result, err = full.readAll(full.group("/vault"))
	if err != nil || len(records) != 10_000 || !result.Cut.IsZero() || result.Warning != "" {
		t.Errorf("all: %d records, %+v, %v", len(records), result, err)
	}
}

func TestInsightsRefusals(t *testing.T) {
	allow := []string{"logs:FilterLogEvents", "logs:StartQuery", "logs:GetQueryResults", "logs:StopQuery"}
	for _, test := range []struct {
		name, want string
		set        func(*world)
	}{
		{"no budget", "insights-budget", func(w *world) { w.config.InsightsBudget = 0 }},
		{"reader filter", "insights-budget", func(w *world) { w.config.Reader = cloudwatch.Filter }},
		{"no permission to start", "logs:StartQuery on arn:", func(w *world) { w.service.Allow = allow[:1] }},
		{"no permission to read", "logs:GetQueryResults on *", func(w *world) { w.service.Allow = allow[:2] }},
		{"budget too small", "raise insights-budget", func(w *world) { w.config.InsightsBudget = 1e-6 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newVault(t, series("s", noon.Add(-time.Hour-time.Minute), 3600)...)
			test.set(w)
			records, result, err := w.readAll(w.group("/vault"))
			var mendable *finding.Mendable
			if !errors.As(err, &mendable) || !strings.Contains(err.Error(), test.want) || len(records) > 0 || !result.Complete.IsZero() {
				t.Errorf("%d records, %+v, %v", len(records), result, err)
			}
			if now, _ := w.service.Queries(); now > 0 && test.name != "no permission to read" {
				t.Errorf("%d queries still run", now)
			}
		})
	}
}

// Groups that are read in the same run share queries, 50 at a time. A group that is refused does not affect
// the others.
func TestInsightsReadsGroupsTogether(t *testing.T) {
	for _, refused := range []bool{false, true} {
		w := newWorld(t)
		w.config.InsightsBudget, w.config.RequestsPerSecond = 1, 25
		for i := range 60 {
			name := fmt.Sprintf("/ia/%02d", i)
			w.service.Infrequent = append(w.service.Infrequent, name)
			w.put(name, series("s", noon.Add(-time.Duration(i+1)*time.Minute), 5)...)
		}
		if refused {
			w.service.Break = func(q fake.Request) *fake.Fault {
				if q.Path == "StartQuery" && strings.Contains(string(q.Body), "/ia/07") {
					return cloudwatchtest.Refusal("AccessDeniedException", "no")
				}
				return nil
			}
		}
		c := w.client()
		groups := w.groups(c, "/ia/*")
		planAll(groups, source.Request{From: noon.Add(-time.Hour)})
		for i, g := range groups {
			records, _, err := w.readAll(g)
			if want := 5; (err != nil || len(records) != want) && !(refused && i == 7) && i != 59 { // the last group's first event is an hour old
				t.Errorf("%s: %d records, want %d, %v", g.Name(), len(records), want, err)
			}
		}
		if n := c.Requests()["StartQuery"]; !refused && n != 4 { // two for each batch: a window's first minute, then the rest
			t.Errorf("%d queries", n)
		}
	}
}

// No query keeps running after a run is out of time or stopped by a signal.
func TestInsightsStopsItsQueries(t *testing.T) {
	for polls := range 4 {
		w := newVault(t, series("s", noon.Add(-time.Hour), 10)...)
		w.service.QueryPolls = 100
		ctx, cancel := context.WithCancelCause(context.Background())
		stopped := errors.New("stopped by a signal")
		w.config.Clock = clock.Clock{Now: w.time, Sleep: func(ctx context.Context, d time.Duration) error {
			if len(w.service.Requests()) > 2+polls {
				cancel(stopped)
				return context.Cause(ctx)
			}
			return w.sleep(ctx, d)
		}}
		_, _, err := read(ctx, w.group("/vault"))
		if now, peak := w.service.Queries(); !errors.Is(err, stopped) || now != 0 || peak != 1 {
			t.Errorf("%d queries run of %d, %v", now, peak, err)
		}
	}
}

// If a signal arrives while the service starts a query, the query is stopped even though its id was not
// awaited.
func TestInsightsStopsAQueryThatStarts(t *testing.T) {
	w := newVault(t, series("s", noon.Add(-time.Hour), 10)...)
	w.service.QueryPolls = 100
	ctx, cancel := context.WithCancelCause(context.Background())
	stopped := errors.New("stopped by a signal")
	w.service.Break = func(q fake.Request) *fake.Fault {
		if q.Path == "StartQuery" {
			cancel(stopped)
		}
		return nil
	}
	_, _, err := read(ctx, w.group("/vault"))
	if now, peak := w.service.Queries(); !errors.Is(err, stopped) || now != 0 || peak != 1 {
		t.Errorf("%d queries run of %d, %v", now, peak, err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// A stalled service does not delay a run that was stopped: the job is killed 10 s after the signal.
func TestInsightsGivesUpAStalledStart(t *testing.T) {
	w := newWorld(t)
	w.config.Reader, w.config.InsightsBudget = cloudwatch.Insights, 1
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped by a signal")
		c, began := w.client(), time.Now()
		c.Transport(transport(func(r *http.Request) (*http.Response, error) {
			cancel(stopped)
			select {
			case <-r.Context().Done():
				return nil, r.Context().Err()
			case <-time.After(time.Minute):
				return nil, errors.New("timeout")
			}
		}))
		_, _, err := read(ctx, w.groups(c, "/vault")[0])
		if took := time.Since(began); !errors.Is(err, stopped) || took > 5*time.Second {
			t.Errorf("%v after %s", err, took)
		}
	})
}

// The error of a failed shared query shows that another group may be the cause.
func TestInsightsCountsTheGroupsThatFailTogether(t *testing.T) {
	w := newVault(t)
	w.config.Reader = cloudwatch.Insights
	w.put("/ia/1")
	w.put("/ia/2")
	w.service.Break = func(q fake.Request) *fake.Fault {
		if q.Path == "GetQueryResults" {
			return &fake.Fault{Status: http.StatusOK, Body: `{"status":"Timeout"}`}
		}
		return nil
	}
	groups := w.groups(w.client(), "/ia/*")
	planAll(groups, source.Request{From: noon.Add(-time.Hour)})
	_, _, err := w.readAll(groups[0])
	want := `query log group "/ia/1" and 1 more in eu-central-1 with Logs Insights: the query ended with status Timeout`
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A quiet first minute proves nothing: a query that turns out to exceed the budget is stopped.
func TestInsightsStopsAboveTheBudget(t *testing.T) {
	var events []cloudwatchtest.Event
	for i := range 40 {
		events = append(events, cloudwatchtest.Event{Stream: "s", Time: noon.Add(-time.Duration(i) * time.Second), Message: strings.Repeat("x", 1<<12)})
	}
	w := newVault(t, events...)
	w.config.InsightsBudget, w.service.QueryPolls = 2.5e-5, 9
	c := w.client()
	records, _, err := w.readAll(w.groups(c, "/vault")[0])
	if err == nil || !strings.Contains(err.Error(), "raise insights-budget") || len(records) > 0 {
		t.Errorf("%d records, %v", len(records), err)
	}
	if now, _ := w.service.Queries(); now != 0 || !strings.HasPrefix(c.Costs(), "Logs Insights scanned 0.00 GB") {
		t.Errorf("%d queries run; %s", now, c.Costs())
	}
}

// If groups together exceed the budget, those that fit are read.
func TestInsightsReadsWhatTheBudgetAllows(t *testing.T) {
	w := newVault(t)
	w.config.InsightsBudget = 0.000775 // enough for four and a half groups
	for i := range 20 {
		name := fmt.Sprintf("/ia/%02d", i)
		w.service.Infrequent = append(w.service.Infrequent, name)
		for minute := range 60 { // 180 KB an hour
			w.put(name, cloudwatchtest.Event{Stream: "s", Time: noon.Add(-time.Duration(minute)*time.Minute - 30*time.Second), Message: "ERROR" + strings.Repeat("x", 3<<10)})
		}
	}
	c := w.client()
	groups := w.groups(c, "/ia/*")
	planAll(groups, source.Request{From: noon.Add(-time.Hour)})
	read := 0
	for _, g := range groups {
		if records, _, err := w.readAll(g); err == nil && len(records) == 60 {
			read++
		} else if err == nil || !strings.Contains(err.Error(), "raise insights-budget") {
			t.Errorf("%s: %d records, %v", g.Name(), len(records), err)
		}
	}
	if read != 4 {
		t.Errorf("%d groups of 20 were read; %s", read, c.Costs())
	}
}

// A window that would take longer than the run has left is read by Logs Insights if there is a budget, and
// by filter if that fails.
func TestInsightsReadsWhatTakesTooLong(t *testing.T) {
	for _, test := range []struct {
		name, reader string
		left         time.Duration
		budget       float64
		allow        []string
	}{
		{"time enough", "filter: read-all-pages is 0", time.Hour, 1, nil},
		{"too slow", "insights: filter would take 18s", 10 * time.Second, 1, nil},
		{"no budget", "filter: read-all-pages is 0", 10 * time.Second, 0, nil},
		{"no permission", "filter: Logs Insights failed", 10 * time.Second, 1, []string{"logs:FilterLogEvents"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.config.FilterPattern, w.config.InsightsBudget = cloudwatch.DefaultFilterPattern, test.budget
			w.service.PageEvents, w.service.Allow = 100, test.allow
			w.put("/shop", series("s", noon.Add(-time.Hour), 3600)...)
			ctx, cancel := w.config.Clock.WithTimeout(context.Background(), test.left, errors.New("over"))
			defer cancel()
			n := 0
			result, err := w.group("/shop").Read(ctx, source.Request{From: noon.Add(-time.Hour)}, func(event.Record) { n++ })
			if err != nil || n != 3600 || result.Reader != test.reader || (result.Warning != "") != (test.allow != nil) {
				t.Errorf("%d records, %+v, %v", n, result, err)
			}
		})
	}
}

// The regular expression matches what the default pattern matches, and most errors that no term of it can
// match.
func TestInsightsPattern(t *testing.T) {
	pattern := regexp.MustCompile(cloudwatch.InsightsPattern)
	kind := ""
	for _, l := range lines {
		if l.line == "" {
			kind, _, _ = strings.Cut(l.name, ":")
			continue
		}
		found := pattern.MatchString(l.line)
		if want := kind == "FOUND" || kind == "IN VAIN"; found != want && kind != "MISSED" {
			t.Errorf("%s: found is %v, want %v: %q", l.name, found, want, l.line)
		}
		if kind == "MISSED" {
			t.Logf("%s: %v", l.name, found)
		}
	}
}

// Doctor estimates the cost of a group that only Logs Insights can read.
func TestCheckNamesTheReader(t *testing.T) {
	w := newWorld(t)
	w.put("/shop", series("s", noon.Add(-time.Minute), 1)...)
	specs, err := cloudwatch.ParseSpecs([]string{"/shop"}, region)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL_STS", w.endpoint.URL)
	for pages, want := range []string{"; Standard, reader filter", "; Standard, reader all up to 1 pages, then filter"} {
		w.config.AllPages = pages
		if found := w.client().Check(context.Background(), specs, time.Hour); len(found) != 2 || !strings.HasSuffix(found[1].Text, want) {
			t.Errorf("%+v, want %q", found, want)
		}
	}
}

func TestInsightsCheck(t *testing.T) {
	w := newVault(t, cloudwatchtest.Event{Stream: "s", Time: noon.Add(-time.Minute), Message: strings.Repeat("x", 1<<19)})
	specs, err := cloudwatch.ParseSpecs([]string{"/vault"}, region)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL_STS", w.endpoint.URL)
	found := w.client().Check(context.Background(), specs, time.Hour)
	want := "Infrequent Access, reader insights; at the rate of the last 5m, runs every 15 minutes scan 10.12 GB a month, about $0.05"
	if last := found[len(found)-1]; last.Level != finding.OK || last.Text != want {
		t.Errorf("%+v", last)
	}
	if now, _ := w.service.Queries(); now != 0 {
		t.Errorf("%d queries run", now)
	}
}

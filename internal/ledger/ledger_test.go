package ledger

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/source"
)

func start(t *testing.T) (*Ledger, *githubtest.Server) {
	t.Helper()
	server := githubtest.New("acme", "shop")
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	client, err := github.New(github.Config{Token: "token", BaseURL: listener.URL, Owner: "acme", Repo: "shop", Clock: clock.System()})
	if err != nil {
		t.Fatal(err)
	}
	return &Ledger{GitHub: client, Render: render.Renderer{Redactor: safe.NewRedactor(), Label: "errmon"}}, server
}

func row(key string, events int64) marker.Row {
	return marker.Row{Title: key, Reason: string(plan.OverMax), Marker: marker.Marker{Keys: []string{key}, Level: "error", Sentry: map[string]int64{"1": events}}}
}

// GitHub may drop the label of a new issue but accept it right afterwards.
func TestEnsureLabelled(t *testing.T) {
	for _, refuses := range []bool{false, true} {
		l, server := start(t)
		server.Add(githubtest.Issue{Title: "boom"})
		server.Configure(func(to *githubtest.Settings) { to.NoPush = refuses })
		issue, err := l.GitHub.Get(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		err = EnsureLabelled(t.Context(), l.GitHub, issue, "errmon")
		after := server.Issue(1)
		if errors.Is(err, ErrUnlabelled) != refuses || (after.State == "closed") != refuses || slices.Contains(after.Labels, "errmon") == refuses {
			t.Errorf("refused %v: %v, %+v", refuses, err, after)
		}
	}
}

// A dashboard by a stranger is ignored, and the older of two dashboards of ours stays.
func TestDashboards(t *testing.T) {
	l, server := start(t)
	add := func(author string, d marker.Dashboard) {
		body := l.Render.Dashboard(render.Board{Dashboard: d}, "")
		server.Add(githubtest.Issue{Title: "errmon dashboard", Author: author, Labels: []string{"errmon:dashboard"}, Body: body})
	}
	add("mallory", marker.Dashboard{Read: map[string]count.Millis{"a": 9}})
	add(github.WorkflowLogin, marker.Dashboard{Read: map[string]count.Millis{"a": 5, "b": 1}, Waiting: []marker.Row{row("exc1:a", 1)}})
	add(github.WorkflowLogin, marker.Dashboard{Read: map[string]count.Millis{"a": 3, "b": 4, "c": 2}, Waiting: []marker.Row{row("exc1:b", 1)}})
	server.Configure(func(to *githubtest.Settings) { to.Login = "octocat" })
	k, err := l.List(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]count.Millis{"a": 3, "b": 1, "c": 2}
	if diff := cmp.Diff(want, k.Dashboard.Read); diff != "" || k.home.Number != 2 || len(k.duplicates) != 1 || len(k.Dashboard.Waiting) != 2 {
		t.Errorf("%s%+v", diff, k)
	}
	if len(k.Warnings) != 1 || !strings.Contains(k.Warnings[0], `dashboard #1 was written by "mallory"`) {
		t.Errorf("warnings %q", k.Warnings)
	}
}

// People can trust an App's login, whatever its letter case.
func TestTrustedLogins(t *testing.T) {
	l, server := start(t)
	body := l.Render.Dashboard(render.Board{Dashboard: marker.Dashboard{Version: "1"}}, "")
	server.Add(githubtest.Issue{Title: "errmon dashboard", Author: "Errmon[bot]", Labels: []string{"errmon:dashboard"}, Body: body})
	l.Trusted = []string{"errmon[bot]"}
	k, err := l.List(t.Context(), nil)
	if err != nil || k.home.Number != 1 || len(k.Warnings) != 0 {
		t.Errorf("%v, dashboard #%d, warnings %q", err, k.home.Number, k.Warnings)
	}
}

// A waiting delivery is stored even if there is no dashboard yet. The new dashboard then lists the filed
// issues.
func TestFirstDashboardByADelivery(t *testing.T) {
	l, server := start(t)
	waiting := row("exc1:a", 1).Marker
	waiting.Deliveries = map[string]count.Inbox{"slack": {IDs: count.IDs{"id": 1}}}
	results := []plan.Result{{Action: plan.Action{Kind: plan.Wait, Reason: plan.OverMax, Next: waiting, Groups: []*grouping.Group{{}}}}}
	wrote, err := l.SaveDeliveries(t.Context(), Known{Issues: []plan.Issue{{Number: 7}}}, results, time.Now())
	if err != nil || !wrote {
		t.Fatal(wrote, err)
	}
	d, err := marker.ReadDashboard(server.Issue(1).Body)
	if err != nil || !slices.Equal(d.Filed, []int{7}) || len(d.Waiting) != 1 {
		t.Errorf("%v, %+v", err, d)
	}
}

// A full dashboard drops its last rows, so ticked ones come first.
func TestTickedRowsComeFirst(t *testing.T) {
	var results []plan.Result
	for _, r := range []marker.Row{row("exc1:a", 9), row("exc1:b", 1), row("exc1:c", 5), row("exc1:d", 2)} {
		results = append(results, plan.Result{Action: plan.Action{Kind: plan.Wait, Reason: plan.OverMax, Next: r.Marker}})
	}
	results = append(results, plan.Result{Err: render.ErrNoRoom, Action: plan.Action{Kind: plan.Create, Next: row("exc1:e", 3).Marker}})
	var got []string
	for _, r := range (Known{Ticked: []string{"exc1:b", "exc1:d"}}).after(results, Read{Now: time.Unix(1e9, 0)}).Waiting {
		got = append(got, r.Marker.Key()+" "+r.Reason)
	}
	over := " " + string(plan.OverMax)
	want := []string{"exc1:d" + over, "exc1:b" + over, "exc1:a" + over, "exc1:c" + over, "exc1:e " + string(plan.NoRoom)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A delivery of a worse level raises the level of the row that waits.
func TestRowsOfOneErrorHaveTheWorseLevel(t *testing.T) {
	waits, worse := row("exc1:a", 1), row("exc1:a", 2)
	waits.Marker.Level, worse.Marker.Level = "error", "fatal"
	for _, rows := range [][]marker.Row{mergeRows([]marker.Row{waits}, []marker.Row{worse}), mergeRows([]marker.Row{worse}, []marker.Row{waits})} {
		if len(rows) != 1 || rows[0].Marker.Level != "fatal" {
			t.Errorf("%+v", rows)
		}
	}
}

func TestStatus(t *testing.T) {
	k := Known{
		Issues: []plan.Issue{
			{Number: 1, Open: true}, {Number: 2}, {Number: 3, Open: true, Ignored: true}, {Number: 4, Closed: plan.NotPlanned},
			{Number: 5, Closed: plan.ClosedAsDup}, {Number: 6, Marker: marker.Marker{DupOf: 1}},
			{Number: 7, Open: true, Snooze: plan.Snooze{For: time.Hour}},
		},
		Dashboard: marker.Dashboard{Waiting: []marker.Row{row("exc1:a", 1)}, More: 2},
	}
	if want, got := "Errors: 1 open, 1 closed, 4 muted, 3 waiting for an issue.", k.Status(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A time far in the future was stored by a run whose clock was wrong.
func TestStartIgnoresTheFuture(t *testing.T) {
	now := time.Unix(1e9, 0).UTC()
	w := Window{Now: now, Lookback: time.Hour}
	for ahead, want := range map[time.Duration]time.Time{
		time.Hour: now.Add(-time.Hour).Truncate(time.Minute), maxAhead: (plan.Settled(now.Add(maxAhead), 0) + 1).Start(),
	} {
		k := Known{Dashboard: marker.Dashboard{Read: map[string]count.Millis{"a": count.At(now.Add(ahead))}}}
		if from, gap := k.Start("a", w); !from.Equal(want) || gap {
			t.Errorf("%v ahead: from %v, want %v", ahead, from, want)
		}
	}
}

// A duplicate that was closed is read by nobody, so an old tick in it counts for nothing.
func TestTicksOfClosedDuplicates(t *testing.T) {
	l, server := start(t)
	for i, state := range []string{"closed", "open", "closed"} { // the oldest one is the dashboard
		board := render.Board{Dashboard: marker.Dashboard{Waiting: []marker.Row{row(fmt.Sprintf("exc1:%d", i), 1)}}}
		body := strings.ReplaceAll(l.Render.Dashboard(board, ""), "- [ ] ", "- [x] ")
		server.Add(githubtest.Issue{Author: github.WorkflowLogin, Labels: []string{"errmon:dashboard"}, Body: body, State: state})
	}
	k, err := l.List(t.Context(), nil)
	if diff := cmp.Diff([]string{"exc1:0", "exc1:1"}, k.Ticked); err != nil || diff != "" {
		t.Errorf("%v%s", err, diff)
	}
}

// Such a time gives way to the progress of a run that read completely.
func TestProgressReplacesTheFuture(t *testing.T) {
	now := time.Unix(1e9, 0).UTC()
	for _, stored := range []time.Duration{-time.Hour, time.Second, time.Hour} {
		k := Known{Dashboard: marker.Dashboard{Read: map[string]count.Millis{"a": count.At(now.Add(stored))}}}
		after := k.after(nil, Read{Now: now, Sources: []source.Health{{Name: "a"}}, Completed: map[string]time.Time{"a": now}})
		want := now
		if stored == time.Second { // another run's clock may be ahead
			want = now.Add(stored)
		}
		if got := after.Read["a"].Time(); !got.Equal(want) {
			t.Errorf("stored %v from now: %v, want %v", stored, got, want)
		}
	}
}

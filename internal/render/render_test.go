package render

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const shop = "cloudwatch:eu-central-1:/ecs/shop"

var renderer = Renderer{Redactor: safe.NewRedactor(), Label: "errmon"}

const trace = `TypeError: Cannot read properties of undefined (reading 'id')
    at Cart.total (/app/src/cart.js:10:11)
    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)`

// action is an error with a trace, seen five times over two days.
func action() plan.Action {
	g := &grouping.Group{
		Key: "exc1:0123456789abcdef0123", Type: "TypeError", Template: "Cannot read properties of undefined (reading '<*>')", Service: "shop",
		Place: event.Frame{Function: "Cart.total", File: "/app/src/cart.js", Line: 10, InApp: true},
		Sample: event.Event{
			Text: "2026-11-22T12:00:00Z ERROR request failed\n" + trace, Stack: trace, Release: "2026.11.3", Environment: "production",
			Exceptions: []event.Exception{{Type: "TypeError", Frames: []event.Frame{
				{Function: "Cart.total", File: "/app/src/cart.js", Line: 10, InApp: true},
				{Function: "Layer.handle", File: "/app/node_modules/express/lib/router/layer.js", Line: 95},
			}}},
		},
	}
	m := marker.Marker{Keys: []string{g.Key}, Template: g.Template, Service: "shop", Level: "error", Facts: plan.FactsOf(g)}
	m.Span(noon.Add(-30*time.Hour), noon)
	m.SetSource(shop, count.Tally{
		Through: count.MinuteOf(noon.Add(-20 * time.Hour)), Frozen: 3, Days: map[count.Day]int64{count.MinuteOf(noon).Day() - 1: 3},
		Cells: map[count.Minute]int64{count.MinuteOf(noon): 2}, URL: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1", Newest: count.At(noon),
	})
	return plan.Action{Kind: plan.Create, Reason: plan.FirstSeen, Title: plan.Titles{}.Title(g), Next: m, Groups: []*grouping.Group{g}}
}

func TestBodies(t *testing.T) {
	public := renderer
	public.HoldBack = true
	kept := action()
	kept.Groups = nil
	lost := kept
	lost.Next.Facts = marker.Facts{} // no event of it was ever read
	line := action()
	line.Groups[0].Type, line.Groups[0].Place = "", event.Frame{}
	line.Groups[0].Sample = event.Event{Text: "2026-11-22T12:00:00Z ERROR order 17 lost"}
	line.Next.Facts = plan.FactsOf(line.Groups[0])
	first, err := renderer.Body(action(), "")
	if err != nil {
		t.Fatal(err)
	}
	regressed := action()
	regressed.Comment, regressed.Note = plan.Regression, "regression 0001-01-01T00:00:00Z"
	tests := []struct {
		name     string
		renderer Renderer
		action   plan.Action
		previous string
	}{
		{"trace", renderer, action(), ""},
		{"message", renderer, line, ""},
		{"public repository", public, action(), ""},
		{"log lines gone", renderer, lost, ""},
		{"people wrote around it", renderer, kept, "Known since May.\n\n" + first + "\n\nSee the runbook.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, err := tt.renderer.Body(tt.action, tt.previous)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name, body)
		})
	}
	t.Run("comment", func(t *testing.T) { golden(t, "comment", renderer.Comment(regressed)) })
}

func TestDashboard(t *testing.T) {
	const pay = "cloudwatch:eu-central-1:/ecs/pay"
	d := marker.Dashboard{Read: map[string]count.Millis{shop: count.At(noon)}, Filed: []int{1, 2}, More: 3, Requests: 9, Version: "v1.4.0",
		Health: map[string]marker.Health{shop: {Success: count.At(noon), Events: 12}, pay: {Failures: 2}}}
	for _, minutes := range []int{0, 60, 125, 185, 600} {
		d.Runs = append(d.Runs, count.At(noon.Add(time.Duration(minutes-600)*time.Minute)))
	}
	d.Waiting = append(d.Waiting, marker.Row{Title: "order <*> lost | @everyone", Reason: string(plan.BelowMin), Marker: action().Next})
	fatal, owned := action().Next, action().Next
	fatal.Level, fatal.Owners = "fatal", []string{"@acme/checkout"}
	issues := []plan.Issue{
		{Number: 1, Title: "order <*> lost", URL: "https://github.com/acme/shop/issues/1", Open: true, Marker: owned, Owners: []string{"octocat"}},
		{Number: 2, Title: "panic | everything", URL: "https://github.com/acme/shop/issues/2", Open: true, Marker: fatal},
		{Number: 3, Title: "closed", Marker: owned},
		{Number: 4, Title: "mail is slow", Marker: owned, Open: true, Ignored: true},
		{Number: 5, Title: "mail is late", Marker: owned, Open: true, Snooze: plan.Snooze{For: 7 * 24 * time.Hour}},
	}
	today := count.MinuteOf(noon).Day()
	d.Muted = map[int]marker.Mute{
		4: {Since: count.At(noon.Add(-72 * time.Hour)), Surged: count.At(noon), Sources: map[string]count.Tally{
			shop: {Frozen: 605, Through: count.MinuteOf(noon), Days: map[count.Day]int64{today - 2: 3, today - 1: 1, today: 601}}}},
		5: {Since: count.At(noon.Add(-time.Hour))},
	}
	body := renderer.Dashboard(Board{Dashboard: d, Issues: issues, Now: noon.Add(3 * time.Minute)}, "")
	golden(t, "dashboard", body)
}

func TestDashboardFits(t *testing.T) {
	d := marker.Dashboard{Read: map[string]count.Millis{shop: count.At(noon)}}
	for i := range 150 {
		m := action().Next
		m.Keys = []string{fmt.Sprintf("exc1:%d", i)}
		tally := m.Sources[shop]
		tally.URL += "#" + strings.Repeat(fmt.Sprint(i*7919), 140)
		m.SetSource(shop, tally)
		d.Waiting = append(d.Waiting, marker.Row{Title: strings.Repeat("order lost ", 15), Reason: string(plan.OverMax), Marker: m})
	}
	body := renderer.Dashboard(Board{Dashboard: d, Now: noon}, "Our notes.")
	if n := utf8.RuneCountInString(body); n > MaxBody {
		t.Errorf("%d characters", n)
	}
	got, err := marker.ReadDashboard(body)
	if err != nil || len(got.Waiting)+got.More != 150 || !strings.Contains(body, " more\n") {
		t.Errorf("%d rows and %d more: %v", len(got.Waiting), got.More, err)
	}
}

// state is compressed, and what it holds is tested where it is made.
var state = regexp.MustCompile(`(<!-- errmon:state v1 )\S+ \S+`)

func golden(t *testing.T, name, got string) {
	t.Helper()
	got = state.ReplaceAllString(got, "${1}…")
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".md")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestBodyFitsWhateverIsLogged(t *testing.T) {
	for name, text := range map[string]string{
		"a long trace":       strings.Repeat("    at f (/app/x.js:1:2)\n", 20_000),
		"all backticks":      strings.Repeat("`", 60_000),
		"other scripts":      strings.Repeat("Größe überschritten 💥\n", 10_000),
		"lines of a million": strings.Repeat("x", 1_000_000),
	} {
		for _, people := range []string{"", strings.Repeat("We know. ", 5_000)} {
			t.Run(name, func(t *testing.T) {
				a := action()
				a.Groups[0].Sample.Stack, a.Groups[0].Sample.Text = text, text+"\nand more"
				previous := ""
				if people != "" {
					first, err := renderer.Body(action(), "")
					if err != nil {
						t.Fatal(err)
					}
					previous = people + "\n\n" + first
				}
				body, err := renderer.Body(a, previous)
				if err != nil {
					t.Fatal(err)
				}
				if n := utf8.RuneCountInString(body); n > MaxBody || !utf8.ValidString(body) {
					t.Errorf("%d characters, valid UTF-8: %v", n, utf8.ValidString(body))
				}
				if m, err := marker.Read(body); err != nil || m.Count() != 5 {
					t.Errorf("marker: %v, count %d", err, m.Count())
				}
				if !strings.HasPrefix(body, people) {
					t.Error("people's text was cut")
				}
			})
		}
	}
}

func TestLongCallPathKeepsItsEnds(t *testing.T) {
	var e event.Event
	for i := range maxChain + 3 { // the last one is the root cause
		x := event.Exception{Type: fmt.Sprintf("Error%d", i), Frames: []event.Frame{{Function: "pay", File: "/app/pay.js", Line: i}}}
		e.Exceptions = append(e.Exceptions, x)
	}
	path := renderer.path(e, true)
	if !strings.Contains(path, "Root cause: Error8\n") || !strings.Contains(path, "→ Error0\n") || strings.Count(path, "Error") != maxChain {
		t.Error(path)
	}
}

func TestBodyOfALogWithoutTimes(t *testing.T) {
	body, err := renderer.Body(plan.Action{}, "")
	if err != nil || !strings.Contains(body, "** · time unknown\n") {
		t.Errorf("body %q, error %v", body, err)
	}
}

func TestBodyWithoutRoom(t *testing.T) {
	first, err := renderer.Body(action(), "")
	if err != nil {
		t.Fatal(err)
	}
	a := action()
	a.Issue.Number = 7
	_, err = renderer.Body(a, first+strings.Repeat("x", MaxBody-500))
	if err == nil || !strings.Contains(err.Error(), "issue #7 has no room") {
		t.Errorf("error %v", err)
	}
}

func TestTitleIsCut(t *testing.T) {
	a := action()
	a.Title = strings.Repeat("ä", 400)
	if n := utf8.RuneCountInString(renderer.Title(a)); n != 256 {
		t.Errorf("%d characters, want 256", n)
	}
}

// A kept sample that no longer fits beside people's text is left out, and says so.
func TestKeptSampleIsLeftOut(t *testing.T) {
	long := action()
	long.Groups[0].Sample.Text = strings.Repeat("an ordinary line\n", 1500)
	long.Groups[0].Sample.Stack = ""
	first, err := renderer.Body(long, "")
	if err != nil {
		t.Fatal(err)
	}
	kept := action()
	kept.Groups = nil
	body, err := renderer.Body(kept, strings.Repeat("We know. ", 5_000)+"\n\n"+first)
	if err != nil || utf8.RuneCountInString(body) > MaxBody {
		t.Fatalf("%d characters: %v", utf8.RuneCountInString(body), err)
	}
	if strings.Contains(body, "an ordinary line") || !strings.Contains(body, "The sample was left out") {
		t.Error("the sample is still there, or nothing says that it is not")
	}
}

// A comment names the release of the event that it is about, not that of an earlier one.
func TestCommentNamesNoOldRelease(t *testing.T) {
	a := plan.Action{Kind: plan.Reopen, Next: marker.Marker{Facts: marker.Facts{Release: "1.2.3"}}}
	for release, group := range map[string]*grouping.Group{
		"2.0.0": {Sample: event.Event{Release: "2.0.0"}}, "": {Sentry: &event.SentryIssue{ID: "7"}},
	} {
		a.Groups = []*grouping.Group{group}
		got := renderer.Comment(a)
		if strings.Contains(got, "1.2.3") || strings.Contains(got, "Release `2.0.0`") != (release != "") {
			t.Errorf("release %q: %q", release, got)
		}
	}
}

func TestCommentAfterASnooze(t *testing.T) {
	for n, want := range map[int64]string{1: "happened once, most", 6: "happened 6 times, most"} {
		a := plan.Action{Comment: plan.SnoozeOver, Next: marker.Marker{Sentry: map[string]int64{"1": n}}}
		if got := (Renderer{}).Comment(a); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

package story

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// tick ticks the box of a waiting error as a person does, and returns the dashboard's number.
func (w *world) tick(words string) int {
	w.t.Helper()
	d := w.dashboard()
	for line := range strings.Lines(d.Body) {
		if strings.HasPrefix(line, "- [ ] ") && strings.Contains(line, words) {
			w.github.EditBody(d.Number, strings.Replace(d.Body, line, "- [x] "+strings.TrimPrefix(line, "- [ ] "), 1))
			return d.Number
		}
	}
	w.t.Fatalf("no box for %q in\n%s", words, d.Body)
	return 0
}

// flood logs n errors at once, each with its own trace.
func (w *world) flood(n int) {
	for i := range n {
		name := fmt.Sprintf("Cart.%c%c%c%c", 'a'+i/1000, 'a'+i/100%10, 'a'+i/10%10, 'a'+i%10)
		w.log(time.Minute, "ERROR request failed\n%s", strings.ReplaceAll(nodeTrace, "Cart.total", name))
	}
}

// Of 5,000 new errors, ten get an issue at once and thirty in a day, plus those that people tick.
func TestFloodOfFiveThousandErrors(t *testing.T) {
	w := newWorld(t)
	w.flood(5000)
	w.run("scan").mustSucceed(t)
	body := w.dashboard().Body
	if n := len(w.errorIssues()); n != 10 || !strings.Contains(body, "### Waiting for an issue: 4990\n") || utf8.RuneCountInString(body) > 65_536 {
		t.Fatalf("%d issues, and a dashboard of %d characters:\n%.3000s", n, utf8.RuneCountInString(body), body)
	}
	w.advance(15 * time.Minute)
	w.tick("Cart.aa")
	if w.run("scan", "--max-new-issues", "0").mustSucceed(t); len(w.errorIssues()) != 11 {
		t.Fatalf("%d issues after a tick", len(w.errorIssues()))
	}
	for range 6 {
		w.advance(time.Hour)
		w.run("scan").mustSucceed(t)
	}
	body = w.dashboard().Body
	if n := len(w.errorIssues()); n != 30 || strings.Contains(body, "[x]") || !strings.Contains(body, "more than max-new-issues-per-day") {
		t.Errorf("%d issues in a day, want 30:\n%.3000s", n, body)
	}
	w.advance(24 * time.Hour)
	if w.run("scan").mustSucceed(t); len(w.errorIssues()) != 40 {
		t.Errorf("%d issues a day later, want 40", len(w.errorIssues()))
	}
}

func TestTicks(t *testing.T) {
	tests := []struct {
		name  string
		run   func(w *world) // the next run, after the tick
		want  string         // part of the dashboard; empty if the error has an issue
		again string
	}{
		{"filed by the next run", func(w *world) { w.run("scan", "--min-events", "5").mustSucceed(w.t) }, "", ""},
		{"its source is down", func(w *world) {
			delete(w.env, "AWS_LOG_GROUP_NAME")
			w.run("scan", "--min-events", "5", "--log-groups", "/ecs/none")
		}, "- [x] <!-- errmon:file", "its source was not read"},
		{"GitHub refuses the issue", func(w *world) {
			w.github.Configure(func(s *githubtest.Settings) {
				s.Break = func(r fake.Request) *fake.Fault {
					if r.Method == "POST" && r.Path == "/repos/acme/shop/issues" {
						return &fake.Fault{Status: 422, Body: `{"message":"no"}`}
					}
					return nil
				}
			})
			w.run("scan", "--min-events", "5")
		}, "- [x] <!-- errmon:file", "refused by GitHub"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.log(time.Minute, "ERROR the b store is down")
			w.run("scan", "--min-events", "5").mustSucceed(t)
			w.tick("store is down")
			w.advance(15 * time.Minute)
			tt.run(w)
			body := w.dashboard().Body
			if filed := len(w.errorIssues()) == 1; filed != (tt.want == "") || !strings.Contains(body, tt.want) || !strings.Contains(body, tt.again) {
				t.Errorf("%d issues; the dashboard says\n%s", len(w.errorIssues()), body)
			}
			w.github.Configure(func(s *githubtest.Settings) { s.Break = nil })
			w.advance(15 * time.Minute)
			w.run("scan", "--min-events", "5", "--log-groups", "/ecs/shop").mustSucceed(t)
			if i := w.find("store is down"); !strings.Contains(i.Body, "store is down\n```") || strings.Contains(w.dashboard().Body, "[x]") {
				t.Errorf("filed without its event, or the tick stays:\n%s\n%s", i.Body, w.dashboard().Body)
			}
		})
	}
}

// A box that is ticked during a run, which the run cannot have seen, is still ticked afterwards.
func TestTickDuringARun(t *testing.T) {
	w := newWorld(t)
	w.log(time.Minute, "ERROR the b store is down")
	w.run("scan", "--min-events", "5").mustSucceed(t)
	w.advance(15 * time.Minute)
	ticked := false
	w.github.Configure(func(s *githubtest.Settings) {
		s.Break = func(r fake.Request) *fake.Fault {
			if r.Method == "GET" && r.Path == fmt.Sprintf("/repos/acme/shop/issues/%d", 1) && !ticked {
				ticked = true
				w.tick("store is down")
			}
			return nil
		}
	})
	w.run("scan", "--min-events", "5").mustSucceed(t)
	if !ticked || !strings.Contains(w.dashboard().Body, "- [x] ") {
		t.Fatalf("the tick is lost:\n%s", w.dashboard().Body)
	}
	w.advance(15 * time.Minute)
	w.run("scan", "--min-events", "5").mustSucceed(t)
	w.find("store is down")
}

// A log group that was removed from the settings leaves the dashboard after two weeks.
func TestDashboardForgetsSources(t *testing.T) {
	w := newWorld(t)
	w.run("scan", "--log-groups", "/ecs/shop,/ecs/none")
	for day := range 15 {
		w.advance(24 * time.Hour)
		w.run("scan").mustSucceed(t)
		body := w.dashboard().Body
		if shown := strings.Contains(body, "/ecs/none` |"); shown != (day < 13) || !strings.Contains(body, "/ecs/shop` |") {
			t.Fatalf("day %d: shown: %v\n%s", day+1, shown, body)
		}
	}
}

func TestDashboardShowsHowItGoes(t *testing.T) {
	w := newWorld(t)
	w.log(time.Minute, "FATAL the b store is down")
	w.log(time.Minute, "ERROR order 1 lost")
	for _, pause := range []time.Duration{15, 62, 61, 300} {
		w.run("scan").mustSucceed(t)
		w.advance(pause * time.Minute)
	}
	w.run("scan", "--log-groups", "/ecs/shop,/ecs/none")
	body := w.dashboard().Body
	for _, want := range []string{
		"### Open errors: 2 (1 fatal, 1 error)", "| `the b store is down` |", "every 1h2m (median of the last 5 runs", "| `cloudwatch:eu-central-1:/ecs/shop` |",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q:\n%s", want, body)
		}
	}
}

package story

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// nodeEvent returns an event of a Node service: an exception with two in-app frames.
func nodeEvent(kind, message, function string) *sentrytest.Event {
	return &sentrytest.Event{Exceptions: []sentrytest.Exception{{Type: kind, Value: message, Frames: []sentrytest.Frame{
		{Function: "Object.?", Filename: "node:internal/main", Line: 1},
		{Function: "checkout", Module: "server", Filename: "./src/server.js", AbsPath: "app:///src/server.js", Line: 10, Column: 3, InApp: true},
		{Function: function, Module: "cart", Filename: "./src/cart.js", AbsPath: "app:///src/cart.js", Line: 42, Column: 7, InApp: true},
	}}}}
}

// nodeLog returns the same failure as a log shows it.
func nodeLog(kind, message, function string) string {
	return fmt.Sprintf("ERROR request failed\n%s: %s\n    at %s (/usr/src/app/src/cart.js:42:7)\n    at async checkout (/usr/src/app/src/server.js:10:3)\n    at node:internal/main:1:1",
		kind, message, function)
}

// errorWrites returns the writes to issues other than the dashboard.
func (w *world) errorWrites(r result) []string {
	var writes []string
	for _, q := range r.writes() {
		number, _ := strconv.Atoi(regexp.MustCompile(`issues/(\d+)`).FindString(q.Path)[max(0, len("issues/")):])
		for _, l := range w.github.Issue(number).Labels {
			if l == "errmon" {
				writes = append(writes, q.Method+" "+q.Path)
			}
		}
	}
	return writes
}

// TestSentryIssues files 250 Sentry issues of three projects and follows them: nothing new, more events,
// resolved in Sentry, regressed in Sentry.
func TestSentryIssues(t *testing.T) {
	for _, size := range []int{2, 7, 100} {
		t.Run(fmt.Sprintf("pages of %d", size), func(t *testing.T) {
			w := newWorld(t)
			w.withSentry("web", "api", "jobs")
			sentry := w.sentry
			sentry.Configure(func(s *sentrytest.Settings) { s.PageSize = size })
			delete(w.env, "AWS_LOG_GROUP_NAME")
			w.env["ERRMON_MAX_NEW_ISSUES"], w.env["ERRMON_MAX_DURATION"] = "300", "2h"
			ids := map[int]string{}
			for i := range 250 {
				kind, message := fmt.Sprintf("Failure%dError", i), fmt.Sprintf("failure %d of the shop", i)
				ids[i] = sentry.Put(sentrytest.Issue{Project: []string{"web", "api", "jobs"}[i%3], Title: kind + ": " + message,
					Count: int64(10 + i), First: w.now.Add(-200 * 24 * time.Hour), Event: nodeEvent(kind, message, "Cart.total")})
			}
			r := w.run("scan").mustSucceed(t)
			t.Logf("first run: %s", headlineOf(r.stdout))
			if issues := w.errorIssues(); len(issues) != 250 {
				t.Fatalf("%d issues, want 250", len(issues))
			}
			for _, i := range []int{0, 13, 249} {
				body := w.find(fmt.Sprintf("Failure%dError", i)).Body
				if !strings.Contains(body, fmt.Sprintf("**%d events**", 10+i)) || !strings.Contains(body, "/issues/"+ids[i]+"/") {
					t.Errorf("issue %d does not tell its count and address:\n%s", i, body)
				}
				if strings.Contains(body, sentrytest.UserMail) || strings.Contains(body, sentrytest.UserAddress) {
					t.Errorf("issue %d tells who the user was:\n%s", i, body)
				}
			}

			w.advance(15 * time.Minute)
			r = w.run("scan").mustSucceed(t)
			t.Logf("second run: %s", headlineOf(r.stdout))
			if writes := w.errorWrites(r); len(writes) > 0 {
				t.Errorf("nothing happened, and it wrote %v", writes)
			}

			sentry.Happen(ids[13], 7, w.now)
			w.advance(15 * time.Minute)
			r = w.run("scan").mustSucceed(t)
			t.Logf("7 more: %s", headlineOf(r.stdout))
			if body := w.find("Failure13Error").Body; !strings.Contains(body, "**30 events**") || !strings.Contains(body, "Cart.total") {
				t.Errorf("want 23 + 7 events, and the trace kept:\n%s", body)
			}
			if writes := w.errorWrites(r); len(writes) != 1 {
				t.Errorf("one issue grew, and it wrote %v", writes)
			}

			sentry.Change(ids[13], func(i *sentrytest.Issue) { i.Status = "resolved" })
			sentry.Change(ids[14], func(i *sentrytest.Issue) { i.Status = "ignored" })
			w.advance(15 * time.Minute)
			r = w.run("scan").mustSucceed(t)
			t.Logf("resolved and archived there: %s", headlineOf(r.stdout))
			w.wantState("Failure13Error", "closed", "completed")
			w.wantState("Failure14Error", "closed", "not_planned")

			sentry.Happen(ids[13], 1, w.now.Add(time.Minute))
			sentry.Change(ids[14], func(i *sentrytest.Issue) { i.Status = "unresolved" })
			w.advance(15 * time.Minute)
			r = w.run("scan").mustSucceed(t)
			t.Logf("regressed there: %s", headlineOf(r.stdout))
			w.wantState("Failure13Error", "open", "reopened")
			w.wantState("Failure14Error", "open", "reopened")
			w.advance(15 * time.Minute)
			if writes := w.errorWrites(w.run("scan").mustSucceed(t)); len(writes) > 0 {
				t.Errorf("both sides agree, and it wrote %v", writes)
			}
		})
	}
}

func headlineOf(stdout string) string {
	return regexp.MustCompile(`(?m)^.* created,.*$`).FindString(stdout)
}

func (w *world) wantState(title, state, reason string) {
	w.t.Helper()
	if i := w.find(title); i.State != state || i.StateReason != reason {
		w.t.Errorf("%s is %s (%s), want %s (%s)", title, i.State, i.StateReason, state, reason)
	}
}

// TestOneErrorAcrossSources wants one issue for the same TypeError in a log and in Sentry, naming both, in
// either order, in one run or two.
func TestOneErrorAcrossSources(t *testing.T) {
	const message = "Cannot read properties of undefined (reading 'id')"
	type step func(*world, *sentrytest.Server)
	log := func(w *world, _ *sentrytest.Server) {
		w.log(2*time.Minute, "%s", nodeLog("TypeError", message, "Cart.total"))
	}
	inSentry := func(w *world, s *sentrytest.Server) {
		s.Put(sentrytest.Issue{Title: "TypeError: " + message, Count: 5, Event: nodeEvent("TypeError", message, "Cart.total")})
	}
	run := func(w *world, _ *sentrytest.Server) { w.run("scan").mustSucceed(w.t); w.advance(10 * time.Minute) }
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"one run", []step{log, inSentry, run}},
		{"one run, then another", []step{log, inSentry, run, run}},
		{"log first", []step{log, run, inSentry, run, run}},
		{"Sentry first", []step{inSentry, run, log, run, run}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.withSentry("web")
			sentry := w.sentry
			for _, step := range c.steps {
				step(w, sentry)
			}
			if issues := w.errorIssues(); len(issues) != 1 {
				for title := range issues {
					t.Log(title)
				}
				t.Fatalf("%d issues, want one", len(issues))
			}
			body := w.find("TypeError").Body
			for _, part := range []string{"**5 events**", "`cloudwatch:eu-central-1:/ecs/shop` | 1 | [", "`Sentry WEB-4101` | 5 | [", "https://sentry.example/organizations/acme/issues/4101/"} {
				if !strings.Contains(body, part) {
					t.Errorf("the issue lacks %q:\n%s", part, body)
				}
			}
			t.Log("one issue: " + strings.Join(regexp.MustCompile(`(?m)^\| .(cloudwatch|Sentry).*$`).FindAllString(body, -1), " "))
		})
	}
}

// TestSentryKeepsTwoApart wants two issues that Sentry keeps separate to stay separate, even if a log also
// shows their exception.
func TestSentryKeepsTwoApart(t *testing.T) {
	for _, first := range []string{"log", "Sentry"} {
		t.Run(first+" first", func(t *testing.T) {
			w := newWorld(t)
			w.withSentry("web", "api")
			sentry := w.sentry
			both := func() {
				for _, project := range []string{"web", "api"} {
					sentry.Put(sentrytest.Issue{Project: project, Title: "TypeError: x", Count: 5, Event: nodeEvent("TypeError", "x", "Cart.total")})
				}
			}
			log := func() { w.log(2*time.Minute, "%s", nodeLog("TypeError", "x", "Cart.total")) }
			if first == "log" {
				log, both = both, log
			}
			both()
			w.run("scan").mustSucceed(t)
			w.advance(5 * time.Minute)
			log()
			w.run("scan").mustSucceed(t)
			named := 0
			for _, i := range w.github.Issues() {
				if strings.Contains(i.Body, "`Sentry ") && strings.Contains(i.Body, "`cloudwatch:eu") {
					named++
				}
			}
			if n := len(w.github.Issues()) - 1; n != 2 || named != 1 {
				t.Errorf("%d issues, %d of both sources; want 2 and 1", n, named)
			}
		})
	}
}

// TestPreviewOfSentry shows what a scan would file from both sources, and sends GitHub no request.
func TestPreviewOfSentry(t *testing.T) {
	w := newWorld(t)
	w.withSentry("web")
	w.sentry.Put(sentrytest.Issue{Title: "TypeError: x", Count: 5, Event: nodeEvent("TypeError", "x", "Cart.total")})
	w.sentry.Put(sentrytest.Issue{Title: "RangeError: y", Count: 3, Event: nodeEvent("RangeError", "y", "Cart.total")})
	w.log(2*time.Minute, "%s", nodeLog("TypeError", "x", "Cart.total"))
	r := w.run("preview").mustSucceed(t)
	for _, part := range []string{"error · 5 events", "error · 3 events", "at Cart.total", "2 issues would be filed for 9 error events in 2 sources."} {
		if !strings.Contains(r.stdout, part) {
			t.Errorf("the preview lacks %q:\n%s", part, r.stdout)
		}
	}
	if len(r.requests) > 0 {
		t.Errorf("GitHub was asked: %v", r.requests)
	}
}

package story

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// progress returns the time until which a source was read, as the dashboard shows it.
func (w *world) progress(source string) time.Time {
	w.t.Helper()
	for _, i := range w.github.Issues() {
		if i.Title == "errmon dashboard" {
			d, err := marker.ReadDashboard(i.Body)
			if err != nil {
				w.t.Fatal(err)
			}
			return d.Read[source].Time()
		}
	}
	return time.Time{}
}

// TestSentryIsDown makes Sentry fail in every way. CloudWatch's errors must be filed, Sentry's progress
// must not move, nothing may be closed, and the next good run must catch up.
func TestSentryIsDown(t *testing.T) {
	afterList := func(q fake.Request) bool { return !strings.HasSuffix(q.Path, "/issues/") }
	for _, c := range []struct {
		name  string
		fault func(fake.Request) *fake.Fault
		says  []string
	}{
		{"500", func(fake.Request) *fake.Fault { return &fake.Fault{Status: 500} }, []string{"Sentry answered 500", "sentry-url", "the next run tries again"}},
		{"no answer", func(fake.Request) *fake.Fault { return &fake.Fault{Cut: true} }, []string{"cannot reach", "sentry-url"}},
		{"429 for good", func(fake.Request) *fake.Fault { return &fake.Fault{Status: 429} }, []string{"rate limit", "run less often"}},
		{"second page", func(q fake.Request) *fake.Fault {
			if q.Query.Has("cursor") {
				return &fake.Fault{Status: 503}
			}
			return nil
		}, []string{"Sentry answered 503"}},
		{"events alone", func(q fake.Request) *fake.Fault {
			if afterList(q) {
				return &fake.Fault{Status: 502}
			}
			return nil
		}, []string{"get event", "Sentry answered 502"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.withSentry("web")
			w.sentry.Configure(func(s *sentrytest.Settings) { s.PageSize = 2 })
			for _, kind := range []string{"AError", "BError", "CError"} {
				w.sentry.Put(sentrytest.Issue{Title: kind + ": x", Event: nodeEvent(kind, "x", "Cart.total")})
			}
			w.run("scan").mustSucceed(t)
			before := w.progress("sentry:acme")
			if before.IsZero() {
				t.Fatal("Sentry has no progress")
			}

			w.advance(15 * time.Minute)
			w.sentry.Put(sentrytest.Issue{Title: "DError: x", Event: nodeEvent("DError", "x", "Cart.total")})
			w.sentry.Configure(func(s *sentrytest.Settings) { s.Break = c.fault })
			w.log(time.Minute, "ERROR order 1 lost")
			r := w.run("scan")
			if r.code != 1 {
				t.Errorf("exit code %d, want 1", r.code)
			}
			for _, part := range c.says {
				if !strings.Contains(r.stderr, part) {
					t.Errorf("stderr lacks %q: %s", part, r.stderr)
				}
			}
			t.Logf("exit %d: %s", r.code, strings.TrimSpace(r.stderr))
			w.find("order")
			for _, title := range []string{"AError", "BError", "CError"} {
				if i := w.find(title); i.State != "open" {
					t.Errorf("%s is %s", title, i.State)
				}
			}
			if now := w.progress("sentry:acme"); !now.Equal(before) {
				t.Errorf("Sentry's progress moved from %s to %s", before, now)
			}
			if w.progress("cloudwatch:eu-central-1:/ecs/shop").Before(before.Add(14 * time.Minute)) {
				t.Error("CloudWatch's progress stayed")
			}

			w.sentry.Configure(func(s *sentrytest.Settings) { s.Break = nil })
			w.advance(15 * time.Minute)
			w.run("scan").mustSucceed(t)
			w.find("DError")
			if len(w.errorIssues()) != 5 || !w.progress("sentry:acme").After(before) {
				t.Errorf("%d issues, read up to %s", len(w.errorIssues()), w.progress("sentry:acme"))
			}
		})
	}
}

// TestSentryRefuses checks that each refusal names the input to fix, and that CloudWatch's errors are still
// filed.
func TestSentryRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*world)
		says  []string
	}{
		{"401", func(w *world) { w.env["SENTRY_AUTH_TOKEN"] = "typo" }, []string{"401", "sentry-auth-token"}},
		{"403", func(w *world) {
			w.sentry.Configure(func(s *sentrytest.Settings) { s.Tokens["token"] = []string{"org:read"} })
		}, []string{"403", "sentry-auth-token", "event:read"}},
		{"404 organization", func(w *world) { w.env["SENTRY_ORGANIZATION"] = "acne" }, []string{"404", "sentry-organization", "acne"}},
		{"404 project", func(w *world) {
			w.env["SENTRY_PROJECT"] = "web,wbe"
			w.sentry.Configure(func(s *sentrytest.Settings) { s.UnknownProject = 404 })
		}, []string{"404", "sentry-projects", "wbe"}},
		{"403 project", func(w *world) { w.env["SENTRY_PROJECT"] = "web,wbe" }, []string{"403", "sentry-projects", "wbe"}},
		{"another server", func(w *world) { w.env["SENTRY_URL"] = "http://127.0.0.1:1" }, []string{"cannot reach", "sentry-url"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.withSentry("web")
			c.spoil(w)
			w.log(time.Minute, "ERROR order 1 lost")
			r := w.run("scan")
			t.Logf("exit %d: %s", r.code, strings.TrimSpace(r.stderr))
			if r.code != 1 {
				t.Errorf("exit code %d, want 1", r.code)
			}
			for _, part := range c.says {
				if !strings.Contains(r.stderr, part) {
					t.Errorf("stderr lacks %q", part)
				}
			}
			w.find("order")
		})
	}
}

// TestOneUnreadableEvent checks that an event that Sentry cannot deliver affects only its own issue.
func TestOneUnreadableEvent(t *testing.T) {
	w := newWorld(t)
	w.withSentry("web")
	bad := w.sentry.Put(sentrytest.Issue{Title: "BadError: x", Level: "fatal", Count: 99, Event: nodeEvent("BadError", "x", "Cart.total")})
	w.sentry.Put(sentrytest.Issue{Title: "GoodError: x", Event: nodeEvent("GoodError", "x", "Cart.total")})
	w.sentry.Configure(func(s *sentrytest.Settings) {
		s.Break = func(q fake.Request) *fake.Fault {
			if strings.Contains(q.Path, "/"+bad+"/events/") {
				return &fake.Fault{Status: 500}
			}
			return nil
		}
	})
	if r := w.run("scan"); r.code != 1 || !strings.Contains(r.stderr, "get event") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	w.find("GoodError")
	if len(w.errorIssues()) != 1 {
		t.Errorf("%d issues, want one", len(w.errorIssues()))
	}
	w.advance(15 * time.Minute)
	w.sentry.Configure(func(s *sentrytest.Settings) { s.Break = nil })
	w.run("scan").mustSucceed(t)
	w.find("BadError")
}

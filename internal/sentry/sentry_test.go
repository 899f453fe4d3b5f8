package sentry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// house is a server, a clock that moves only by sleeping, and the settings of a client.
type house struct {
	*sentrytest.Server
	now    time.Time
	config sentry.Config
}

func newHouse(t *testing.T, projects ...string) *house {
	t.Helper()
	h := &house{Server: sentrytest.New(projects...), now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	h.Configure(func(s *sentrytest.Settings) { s.Now = func() time.Time { return h.now } })
	web := httptest.NewServer(h.Server)
	t.Cleanup(web.Close)
	h.config = sentry.Config{Token: "token", URL: web.URL, Organization: "acme", Projects: projects, Query: "is:unresolved", Clock: clock.Clock{
		Now:   func() time.Time { return h.now },
		Sleep: func(ctx context.Context, d time.Duration) error { h.now = h.now.Add(d); return context.Cause(ctx) },
	}}
	return h
}

func (h *house) client(t *testing.T) *sentry.Client {
	t.Helper()
	client, err := sentry.New(h.config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestIssuesReadsEveryPage(t *testing.T) {
	for _, size := range []int{2, 3, 50, 99, 100} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			h := newHouse(t, "web", "api", "jobs")
			for i := range 250 {
				h.Put(sentrytest.Issue{Project: []string{"web", "api", "jobs"}[i%3], Count: int64(i + 10), Last: h.now.Add(-time.Duration(i%7) * time.Minute)})
			}
			h.Put(sentrytest.Issue{Status: "resolved"})
			h.Configure(func(s *sentrytest.Settings) { s.PageSize = size })
			issues, err := h.client(t).Issues(t.Context())
			if err != nil || len(issues) != 250 {
				t.Fatalf("%d issues, %v; want 250", len(issues), err)
			}
			ids, total := map[string]bool{}, int64(0)
			for _, i := range issues {
				ids[i.ID] = true
				total += i.Total
			}
			if want := int64(250*10 + 249*250/2); len(ids) != 250 || total != want {
				t.Errorf("%d ids with %d events, want 250 with %d: the lifetime counts", len(ids), total, want)
			}
		})
	}
}

func TestIssuesAreWholeOrAnError(t *testing.T) {
	h := newHouse(t, "web")
	for range 10 {
		h.Put(sentrytest.Issue{})
	}
	lists := 0
	h.Configure(func(s *sentrytest.Settings) {
		s.PageSize = 2
		s.Break = func(fake.Request) *fake.Fault {
			if lists++; lists > 3 {
				return &fake.Fault{Status: 503}
			}
			return nil
		}
	})
	issues, err := h.client(t).Issues(t.Context())
	if err == nil || len(issues) != 0 {
		t.Fatalf("%d issues, %v; want none and an error", len(issues), err)
	}
	if lists != 3+4 {
		t.Errorf("%d requests, want the fourth repeated three times", lists)
	}
	want(t, err, "503", "https://status.sentry.io", "sentry-url")
}

func TestRateLimitIsObeyed(t *testing.T) {
	h := newHouse(t, "web")
	for range 40 {
		h.Put(sentrytest.Issue{})
	}
	h.Configure(func(s *sentrytest.Settings) { s.PageSize, s.Window = 2, 3 })
	begin := h.now
	issues, err := h.client(t).Issues(t.Context())
	if err != nil || len(issues) != 40 {
		t.Fatalf("%d issues, %v", len(issues), err)
	}
	if requests := len(h.Requests()); requests != 20 {
		t.Fatalf("%d requests for 20 pages: the limit was run into", requests)
	}
	if took := h.now.Sub(begin); took < 6*time.Second || took > 8*time.Second {
		t.Errorf("20 requests at 3 a second took %s", took)
	}
}

func TestRefusalsAreRepeatedAndEnd(t *testing.T) {
	for _, c := range []struct {
		name     string
		fail     int // number of requests that fail
		status   int // below 0 cuts the connection
		requests int
		says     []string // in the error; nil if the request succeeds
	}{
		{"too many requests, then room", 3, 429, 4, nil},
		{"too many requests for good", 99, 429, 5, []string{"429", "rate limit", "run less often"}},
		{"down for a moment", 2, 502, 3, nil},
		{"down for good", 99, 500, 4, []string{"500", "sentry-url", "the next run tries again"}},
		{"connection cut for a moment", 1, -1, 2, nil},
		{"connection cut for good", 99, -1, 4, []string{"cannot reach http://127.0.0.1", "sentry-url"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, "web")
			sent := 0
			h.Configure(func(s *sentrytest.Settings) {
				s.Break = func(fake.Request) *fake.Fault {
					if sent++; sent <= c.fail {
						return &fake.Fault{Status: c.status, Cut: c.status < 0}
					}
					return nil
				}
			})
			client := h.client(t)
			_, err := client.Issues(t.Context())
			want(t, err, c.says...)
			// net/http itself repeats a GET once if a kept connection was cut.
			if n := client.Requests()["list issues"]; n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
		})
	}
}

// TestEndOfRun checks that a wait longer than the rest of the run fails at once.
func TestEndOfRun(t *testing.T) {
	h := newHouse(t, "web")
	h.Configure(func(s *sentrytest.Settings) {
		s.Break = func(fake.Request) *fake.Fault { return &fake.Fault{Status: 429} }
	})
	ctx, cancel := h.config.Clock.WithTimeout(t.Context(), 3*time.Second, errors.New("over"))
	defer cancel()
	begin := h.now
	_, err := h.client(t).Issues(ctx)
	want(t, err, "Sentry's rate limit refuses requests until 2026-11-22T10:00:05Z")
	if !h.now.Equal(begin) {
		t.Errorf("slept for %s", h.now.Sub(begin))
	}
}

// TestRefusalsNameTheInput covers users' mistakes.
func TestRefusalsNameTheInput(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*house, *sentrytest.Settings)
		says   []string
		not    []string
	}{
		{"wrong token", func(h *house, _ *sentrytest.Settings) { h.config.Token = "typo" }, []string{"401", "sentry-auth-token", "Invalid token"}, []string{"typo"}},
		{"token without scope", func(_ *house, s *sentrytest.Settings) { s.Tokens["token"] = []string{"project:releases"} },
			[]string{"403", "sentry-auth-token", "event:read", "project:read"}, nil},
		{"wrong organization", func(h *house, _ *sentrytest.Settings) { h.config.Organization = "acne" },
			[]string{"404", `"acne"`, "sentry-organization"}, []string{"sentry-projects"}},
		{"wrong project", func(h *house, _ *sentrytest.Settings) { h.config.Projects = []string{"web", "wbe"} },
			[]string{"403", "project wbe", "sentry-projects"}, []string{"check sentry-organization"}},
		{"wrong project, told as not found", func(h *house, s *sentrytest.Settings) {
			h.config.Projects = []string{"wbe"}
			s.UnknownProject = 404
		}, []string{"404", "project wbe", "sentry-projects"}, nil},
		{"wrong environment", func(h *house, _ *sentrytest.Settings) { h.config.Environments = []string{"prod", "prdo"} },
			[]string{"404", "environment prdo", "sentry-environments"}, []string{"sentry-projects", "prod,"}},
		{"wrong search", func(h *house, _ *sentrytest.Settings) { h.config.Query = "is:(" }, []string{"400", "sentry-query"}, nil},
		{"redirect", func(_ *house, s *sentrytest.Settings) {
			s.Break = func(fake.Request) *fake.Fault { return &fake.Fault{Status: 301} }
		}, []string{"redirects", "sentry-url"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, "web")
			h.Put(sentrytest.Issue{Environment: "prod"})
			h.Configure(func(s *sentrytest.Settings) { c.change(h, s) })
			_, err := h.client(t).Issues(t.Context())
			want(t, err, c.says...)
			for _, word := range c.not {
				if err != nil && strings.Contains(err.Error(), word) {
					t.Errorf("%q says %q", err, word)
				}
			}
		})
	}
}

func TestOrganizationTokenIsRecognised(t *testing.T) {
	h := newHouse(t, "web")
	h.config.Token = "sntrys_eyJpYXQiOjE3"
	_, err := sentry.New(h.config)
	want(t, err, "organization token", "internal integration", "event:read", "project:read")
	if strings.Contains(err.Error(), "eyJpYXQiOjE3") {
		t.Error("the token is told")
	}
	if len(h.Requests()) > 0 {
		t.Error("Sentry was asked")
	}
}

func TestStateAndResolve(t *testing.T) {
	h := newHouse(t, "web")
	id := h.Put(sentrytest.Issue{Count: 3})
	client := h.client(t)
	state := func(want event.State) {
		t.Helper()
		if i, err := client.Issue(t.Context(), id); err != nil || i.State != want || i.ID != id {
			t.Errorf("%+v, %v; want %s", i, err, want)
		}
	}
	state(event.Unresolved)
	want(t, client.Resolve(t.Context(), id), "403", "event:write", "sentry-resolve")
	state(event.Unresolved)
	h.Configure(func(s *sentrytest.Settings) { s.Tokens["token"] = append(s.Tokens["token"], "event:write") })
	want(t, client.Resolve(t.Context(), id))
	state(event.Resolved)
	h.Change(id, func(i *sentrytest.Issue) { i.Status = "ignored" })
	state(event.Ignored)
	h.Delete(id)
	state(event.Deleted)
	want(t, client.Resolve(t.Context(), id))
}

// want checks an error: nil if there are no words, otherwise one that contains all of them.
func want(t *testing.T, err error, words ...string) {
	t.Helper()
	if (err == nil) != (len(words) == 0) {
		t.Fatalf("error %v, want one that says %q", err, words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

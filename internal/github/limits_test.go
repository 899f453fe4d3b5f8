package github_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// inSeconds returns an x-ratelimit-reset n seconds after the test clock's time.
func (s setup) inSeconds(n int) string {
	return strconv.FormatInt(s.clock.Now().Add(time.Duration(n)*time.Second).Unix(), 10)
}

// After a temporary refusal, by 403 or 429, the client waits as GitHub asks. A create that was certainly
// refused is sent again.
func TestRateLimitIsWaitedFor(t *testing.T) {
	tests := []struct {
		name   string
		header func(setup) map[string]string
		body   string
		want   time.Duration
	}{
		{"retry-after", func(s setup) map[string]string {
			return map[string]string{"Retry-After": "17", "X-RateLimit-Remaining": "700", "X-RateLimit-Reset": s.inSeconds(600)}
		}, "", 17 * time.Second},
		{"reset", func(s setup) map[string]string {
			return map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": s.inSeconds(600)}
		}, `{"message":"API rate limit exceeded"}`, 10 * time.Minute},
		{"reset already past", func(s setup) map[string]string {
			return map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": s.inSeconds(-5)}
		}, `{"message":"API rate limit exceeded"}`, time.Minute},
		{"secondary with requests left", func(s setup) map[string]string {
			return map[string]string{"X-RateLimit-Remaining": "800", "X-RateLimit-Reset": s.inSeconds(600)}
		}, `{"message":"You have exceeded a secondary rate limit"}`, time.Minute},
		{"secondary, told by the address", func(setup) map[string]string { return nil },
			`{"message":"Slow down","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`, time.Minute},
		{"old wording", func(setup) map[string]string { return nil },
			`{"message":"You have triggered an abuse detection mechanism."}`, time.Minute},
	}
	for _, test := range tests {
		for _, status := range []int{http.StatusForbidden, http.StatusTooManyRequests} {
			t.Run(test.name+" "+strconv.Itoa(status), func(t *testing.T) {
				s := start(t)
				s.breakNth(http.MethodPost, 1, 0, fake.Fault{Status: status, Header: test.header(s), Body: test.body})
				if _, err := s.Create(t.Context(), github.Edit{Title: "boom"}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]time.Duration{test.want}, s.clock.slept()); diff != "" {
					t.Error(diff)
				}
				if got := len(s.server.Issues()); got != 1 {
					t.Errorf("%d issues, want 1", got)
				}
			})
		}
	}
}

// Retry-After takes precedence, as GitHub documents, even if no requests remain.
func TestRetryAfterBeatsReset(t *testing.T) {
	s := start(t)
	s.server.Add(githubtest.Issue{Title: "there"})
	header := map[string]string{"Retry-After": "17", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": s.inSeconds(600)}
	s.breakNth(http.MethodGet, 1, 0, fake.Fault{Status: 403, Header: header})
	if _, err := s.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{17 * time.Second}, s.clock.slept()); diff != "" {
		t.Error(diff)
	}
}

// If GitHub does not say how long to wait, the waits double, and the client gives up in the end.
func TestSecondaryLimitBacksOffAndGivesUp(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodGet, 1, 100, fake.Fault{Status: 429})
	_, err := s.Get(t.Context(), 1)
	wantError(t, err, "429", "write-interval", "max-new-issues", "until 2026-11-22T15:31:00Z")
	if !errors.Is(err, github.ErrBudget) {
		t.Errorf("error %v, want ErrBudget", err)
	}
	want := []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute}
	if diff := cmp.Diff(want, s.clock.slept()); diff != "" {
		t.Error(diff)
	}
}

// A wait that would outlast the run is not started.
func TestRateLimitBeyondTheDeadline(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodPost, 1, 0, fake.Fault{Status: 403, Header: map[string]string{"Retry-After": "1200"}})
	ctx := s.until(t, 20*time.Minute)
	_, err := s.Create(ctx, github.Edit{Title: "boom"})
	wantError(t, err, "until 2026-11-22T15:20:00Z")
	if !errors.Is(err, github.ErrBudget) || errors.Is(err, github.ErrAmbiguous) {
		t.Errorf("error %v, want ErrBudget: nothing was written", err)
	}
	if slept := s.clock.slept(); slept != nil {
		t.Errorf("slept %v, want not at all", slept)
	}
}

// After a permanent refusal or the last request of the hour, reads are still sent, since GitHub's count is
// the right one.
func TestReadsAreNotHeldBack(t *testing.T) {
	faults := map[string]fake.Fault{
		"refused for good": {Status: 403, Body: `{"message":"Must have admin rights"}`, Header: map[string]string{"X-RateLimit-Remaining": "0", "Retry-After": "86400"}},
		"last request":     {Status: 200, Body: `{"full_name":"acme/shop"}`, Header: map[string]string{"X-RateLimit-Remaining": "0"}},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			fault.Header["X-RateLimit-Reset"] = strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
			s.breakNth(http.MethodGet, 1, 0, fault)
			ctx := s.until(t, time.Minute)
			_, first := s.Repository(ctx)
			if (first == nil) != (name == "last request") {
				t.Fatalf("first call: %v", first)
			}
			if _, err := s.Repository(ctx); err != nil {
				t.Errorf("second call: %v", err)
			}
			if got := len(s.server.Requests()); got != 2 {
				t.Errorf("GitHub saw %d requests, want 2", got)
			}
		})
	}
}

// Below the reserve, reads continue and writes are refused without being sent, until the hour is over.
func TestReserveIsLeftToOthers(t *testing.T) {
	s := start(t)
	s.server.Configure(func(to *githubtest.Settings) { to.HourlyLimit = 60 })
	made := 0
	var err error
	for err == nil {
		if _, err = s.Create(t.Context(), github.Edit{Title: "boom"}); err == nil {
			made++
		}
	}
	wantError(t, err, "49 more requests until 2026-11-22T16:00:00Z", "50")
	if made != 11 || !errors.Is(err, github.ErrBudget) || len(s.server.Requests()) != 11 {
		t.Errorf("%d issues by %d requests, then %v; want 11, then ErrBudget", made, len(s.server.Requests()), err)
	}
	writes := map[string]error{
		"comment": s.comment(t.Context(), 1, "x"),
		"labels":  s.AddLabels(t.Context(), 1, "x"),
		"label":   s.EnsureLabel(t.Context(), "x", "ededed", ""),
	}
	writes["edit"] = s.Edit(t.Context(), 1, github.Edit{Body: "x"})
	for what, err := range writes {
		if !errors.Is(err, github.ErrBudget) {
			t.Errorf("%s: %v, want ErrBudget", what, err)
		}
	}
	if _, err := s.Get(t.Context(), 1); err != nil {
		t.Errorf("get: %v", err)
	}
	_ = s.clock.Sleep(t.Context(), time.Hour)
	if err := s.comment(t.Context(), 1, "x"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// GitHub's times are those of its own clock.
func TestReserveIsLeftToOthersWhateverTheClock(t *testing.T) {
	for _, skew := range []time.Duration{-2 * time.Hour, 2 * time.Hour} {
		s := start(t, func(c *github.Config) {
			now := c.Clock.Now
			c.Clock.Now = func() time.Time { return now().Add(skew) }
		})
		s.server.Configure(func(to *githubtest.Settings) { to.HourlyLimit = 52 })
		made := 0
		for ; made < 10; made++ {
			if _, err := s.Create(t.Context(), github.Edit{Title: "boom"}); errors.Is(err, github.ErrBudget) {
				break
			}
		}
		_ = s.clock.Sleep(t.Context(), time.Hour)
		if _, err := s.Create(t.Context(), github.Edit{Title: "boom"}); err != nil || made != 3 {
			t.Errorf("%s ahead: %d issues in the first hour; in the next: %v", skew, made, err)
		}
	}
}

func TestNoHeadersNoBudget(t *testing.T) {
	s := start(t)
	s.server.Configure(func(to *githubtest.Settings) { to.Unlimited = true })
	for range 100 {
		if _, err := s.Create(t.Context(), github.Edit{Title: "boom"}); err != nil {
			t.Fatal(err)
		}
	}
}

// Writes are paced from the end of the previous one; reads do not wait.
func TestPacing(t *testing.T) {
	s := start(t, func(c *github.Config) { c.WriteInterval = 3 * time.Second })
	s.server.Configure(func(to *githubtest.Settings) {
		to.Break = func(r fake.Request) *fake.Fault { // each write takes two seconds
			if r.Method != http.MethodGet {
				s.clock.mu.Lock()
				s.clock.now = s.clock.now.Add(2 * time.Second)
				s.clock.mu.Unlock()
			}
			return nil
		}
	})
	steps := []func() error{
		func() error { _, err := s.Create(t.Context(), github.Edit{Title: "boom"}); return err },
		func() error { _, err := s.Get(t.Context(), 1); return err },
		func() error { return s.Edit(t.Context(), 1, github.Edit{Body: "x"}) },
		func() error { return s.clock.Sleep(t.Context(), time.Second) },
		func() error { return s.comment(t.Context(), 1, "x") },
		func() error { return s.clock.Sleep(t.Context(), 5*time.Second) },
		func() error { return s.AddLabels(t.Context(), 1, "x") },
	}
	want := [][]time.Duration{nil, nil, {3 * time.Second}, {time.Second}, {2 * time.Second}, {5 * time.Second}, nil}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		if slept := s.clock.slept(); !slices.Equal(slept, want[i]) {
			t.Errorf("step %d slept %v, want %v", i, slept, want[i])
		}
	}
	ctx := s.until(t, 2*time.Second)
	err := s.comment(ctx, 1, "too late")
	if !errors.Is(err, context.DeadlineExceeded) || s.clock.slept() != nil {
		t.Errorf("a write that must wait beyond the deadline: %v, want DeadlineExceeded without waiting", err)
	}
}

// Failed requests are retried after growing pauses, but not beyond the deadline.
func TestBackoff(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodGet, 1, 100, fake.Fault{Cut: true})
	if _, err := s.Get(t.Context(), 1); err == nil {
		t.Fatal("no error")
	}
	slept := s.clock.slept()
	if len(slept) != 3 {
		t.Fatalf("slept %v, want three pauses", slept)
	}
	for i, base := range []time.Duration{time.Second, 3 * time.Second, 9 * time.Second} {
		if slept[i] < base/2 || slept[i] > base*3/2 {
			t.Errorf("pause %d is %v, want %v give or take half", i, slept[i], base)
		}
	}
	ctx := s.until(t, 400*time.Millisecond)
	if _, err := s.Get(ctx, 1); err == nil || s.clock.slept() != nil {
		t.Errorf("near the deadline: %v, want an error without waiting", err)
	}
}

func TestCancelledRun(t *testing.T) {
	s := start(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by a signal")
	cancel(stopped)
	_, err := s.List(ctx, "errmon", nil)
	if !errors.Is(err, stopped) || len(s.server.Requests()) != 0 {
		t.Errorf("error %v after %d requests, want the cause and none", err, len(s.server.Requests()))
	}
}

package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// testClock advances only by sleeping, and records each sleep.
type testClock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.now = c.now.Add(d)
	c.sleeps = append(c.sleeps, d)
	return nil
}

// slept returns the sleeps since the last call.
func (c *testClock) slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	sleeps := c.sleeps
	c.sleeps = nil
	return sleeps
}

// setup is a client, the repository it uses, and their shared clock.
type setup struct {
	*github.Client
	server *githubtest.Server
	clock  *testClock
	url    string
}

const secret = "ghs_a-secret-of-no-fixed-length"

func start(t *testing.T, configure ...func(*github.Config)) setup {
	t.Helper()
	s := setup{server: githubtest.New("acme", "shop"), clock: &testClock{now: time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)}}
	s.server.Configure(func(to *githubtest.Settings) { to.Now, to.Token = s.clock.Now, secret })
	listener := httptest.NewServer(s.server)
	t.Cleanup(listener.Close)
	s.url = listener.URL
	config := github.Config{Token: secret, BaseURL: s.url, Owner: "acme", Repo: "shop", Clock: clock.Clock{Now: s.clock.Now, Sleep: s.clock.Sleep}}
	for _, change := range configure {
		change(&config)
	}
	client, err := github.New(config)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = client
	return s
}

// until returns a context that ends after d on the test's clock.
func (s setup) until(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := clock.Clock{Now: s.clock.Now}.WithTimeout(t.Context(), d, context.DeadlineExceeded)
	t.Cleanup(cancel)
	return ctx
}

// breakNth damages the k-th request with a method, and the next ones too if more is above 0.
func (s setup) breakNth(method string, k, more int, fault fake.Fault) {
	seen := 0
	s.server.Configure(func(to *githubtest.Settings) {
		to.Break = func(r fake.Request) *fake.Fault {
			if r.Method != method {
				return nil
			}
			seen++
			if seen < k || seen > k+more {
				return nil
			}
			return &fault
		}
	})
}

// wantError checks the words of an error, and that it does not contain the token.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("error %q shows the token", err)
	}
}

func TestNewChecksWithoutANetwork(t *testing.T) {
	tests := []struct {
		name, owner, repo, base, want string
	}{
		{"good", "acme", "shop.js", "https://api.github.com", ""},
		{"trailing slash", "acme", "shop", "https://ghes.example/api/v3/", ""},
		{"no owner", "", "shop", "https://api.github.com", "check repository"},
		{"path in name", "acme", "shop/../other", "https://api.github.com", "check repository"},
		{"no scheme", "acme", "shop", "api.github.com", "GITHUB_API_URL"},
		{"empty address", "acme", "shop", "", "GITHUB_API_URL"},
		{"other scheme", "acme", "shop", "file:///etc", "GITHUB_API_URL"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := github.New(github.Config{Token: secret, BaseURL: test.base, Owner: test.owner, Repo: test.repo, Clock: clock.System()})
			if test.want == "" && err != nil {
				t.Fatalf("New: %v", err)
			}
			if test.want != "" {
				wantError(t, err, test.want)
			}
		})
	}
}

func TestRepository(t *testing.T) {
	s := start(t)
	s.server.Configure(func(to *githubtest.Settings) { to.Private = true })
	s.server.Add(githubtest.Issue{Title: "one"})
	s.server.Add(githubtest.Issue{Title: "two", PullRequest: true})
	s.server.Add(githubtest.Issue{Title: "three", State: "closed"})
	got, err := s.Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := github.Repository{FullName: "acme/shop", Private: true, HasIssues: true, OpenIssues: 2, PushedAt: s.clock.Now()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLogin(t *testing.T) {
	for _, login := range []string{"github-actions[bot]", "octocat"} {
		t.Run(login, func(t *testing.T) {
			s := start(t)
			s.server.Configure(func(to *githubtest.Settings) { to.Login = login })
			got, err := s.Login(t.Context())
			if err != nil || got != login {
				t.Errorf("Login() = %q, %v, want %q", got, err, login)
			}
		})
	}
}

func TestReadFile(t *testing.T) {
	s := start(t)
	long := strings.Repeat("rules: ünïcode\n", 500)
	s.server.Configure(func(to *githubtest.Settings) {
		to.Files = map[string]string{".github/errmon.yml": long, "empty": "", "huge.log": strings.Repeat("x", 1<<20+1), "dir with space/a b.go": "package a"}
	})
	tests := []struct {
		path, want string
		missing    bool
		says       string
	}{
		{path: ".github/errmon.yml", want: long},
		{path: "empty"},
		{path: "dir with space/a b.go", want: "package a"},
		{path: "none.yml", missing: true, says: `"none.yml"`},
		{path: ".github", missing: true, says: "no such file"},
		{path: "../other/secret", missing: true},
		{path: "huge.log", says: "1 MB"},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			got, err := s.ReadFile(t.Context(), test.path)
			if (err != nil) != (test.missing || test.says != "") || errors.Is(err, github.ErrNotFound) != test.missing {
				t.Fatalf("ReadFile: %v", err)
			}
			if test.says != "" {
				wantError(t, err, test.says)
			}
			if string(got) != test.want {
				t.Errorf("read %d bytes, want %d", len(got), len(test.want))
			}
		})
	}
}

func TestRequestsCountsEachAttemptByKind(t *testing.T) {
	s := start(t)
	s.server.Add(githubtest.Issue{Title: "one"})
	s.breakNth(http.MethodGet, 1, 1, fake.Fault{Cut: true})
	if _, err := s.Get(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), github.Edit{Title: "two"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"get issue": 3, "create issue": 1}, s.Requests()); diff != "" {
		t.Error(diff)
	}
	if n := len(s.server.Requests()); n != 4 {
		t.Errorf("GitHub saw %d requests, want 4", n)
	}
}

// Concurrent callers are served one after the other, as GitHub asks.
func TestOneRequestAtATime(t *testing.T) {
	s := start(t)
	var mu sync.Mutex
	now, most := 0, 0
	fake := s.server
	fake.Add(githubtest.Issue{Title: "one"})
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		for range 1000 {
			runtime.Gosched() // lets other goroutines get in between
		}
		fake.ServeHTTP(w, r)
		mu.Lock()
		now--
		mu.Unlock()
	}))
	defer busy.Close()
	client, err := github.New(github.Config{Token: secret, BaseURL: busy.URL, Owner: "acme", Repo: "shop", Clock: clock.System()})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	failures := make(chan error, 20)
	for i := range 20 {
		wait.Go(func() {
			if _, err := client.Comment(t.Context(), 1, fmt.Sprint("comment ", i)); err != nil {
				failures <- err
			}
		})
	}
	wait.Wait()
	close(failures)
	for err := range failures {
		t.Error(err)
	}
	if got := len(fake.Issue(1).Comments); got != 20 || most != 1 {
		t.Errorf("%d comments with %d requests at once, want 20 with 1", got, most)
	}
}

// comment posts a comment whose content does not matter.
func (s setup) comment(ctx context.Context, number int, body string) error {
	_, err := s.Comment(ctx, number, body)
	return err
}

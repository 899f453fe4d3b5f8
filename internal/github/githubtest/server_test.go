package githubtest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
)

type setup struct {
	*githubtest.Server
	url string
	now time.Time
}

func start(t *testing.T) *setup {
	s := &setup{Server: githubtest.New("acme", "shop"), now: time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)}
	s.Configure(func(to *githubtest.Settings) { to.Now = func() time.Time { return s.now } })
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *setup) send(t *testing.T, method, path, body string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, text
}

func titles(t *testing.T, body []byte) []string {
	t.Helper()
	var list []struct{ Title string }
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, issue := range list {
		out = append(out, issue.Title)
	}
	return out
}

func (s *setup) status(t *testing.T, method, path, body string) int {
	t.Helper()
	answer, _ := s.send(t, method, path, body)
	return answer.StatusCode
}

// The limits count characters, exactly.
func TestLimitsOfText(t *testing.T) {
	s := start(t)
	s.Add(githubtest.Issue{Title: "there"})
	ü := func(n int) string { return strings.Repeat("ü", n) }
	tests := []struct {
		name, method, path, body string
		want                     int
	}{
		{"title", "POST", "/issues", `{"title":"` + ü(256) + `"}`, 201},
		{"longer title", "POST", "/issues", `{"title":"` + ü(257) + `"}`, 422},
		{"body", "POST", "/issues", `{"title":"t","body":"` + ü(65536) + `"}`, 201},
		{"longer body", "PATCH", "/issues/1", `{"body":"` + ü(65537) + `"}`, 422},
		{"comment", "POST", "/issues/1/comments", `{"body":"` + ü(65536) + `"}`, 201},
		{"longer comment", "POST", "/issues/1/comments", `{"body":"` + ü(65537) + `"}`, 422},
		{"blank title", "POST", "/issues", `{"title":" "}`, 422},
		{"not JSON", "POST", "/issues", `{"title":`, 400},
		{"unknown reason", "PATCH", "/issues/1", `{"state_reason":"bored"}`, 422},
		{"label", "POST", "/labels", `{"name":"` + ü(50) + `"}`, 201},
		{"longer label", "POST", "/issues/1/labels", `["` + ü(51) + `"]`, 422},
		{"page too far", "GET", "/issues?state=all&per_page=100&page=101", ``, 422},
		{"dispatch", "POST", "/dispatches", `{"event_type":"x","client_payload":{"a":1}}`, 204},
		{"dispatch too wide", "POST", "/dispatches", `{"event_type":"x","client_payload":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1}}`, 422},
		{"dispatch too long", "POST", "/dispatches", `{"event_type":"x","client_payload":{"a":"` + ü(65535) + `"}}`, 422},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := s.status(t, test.method, "/repos/acme/shop"+test.path, test.body); got != test.want {
				t.Errorf("status %d, want %d", got, test.want)
			}
		})
	}
	if got := s.Dispatches(); len(got) != 1 || string(got[0].Payload) != `{"a":1}` {
		t.Errorf("dispatches %v, want the one that was accepted", got)
	}
}

// A state_reason has an effect only if the state changes.
func TestStates(t *testing.T) {
	s := start(t)
	s.Add(githubtest.Issue{Title: "one"})
	steps := []struct{ body, state, reason string }{
		{`{"state_reason":"not_planned"}`, "open", ""},
		{`{"state":"closed"}`, "closed", "completed"},
		{`{"state":"closed","state_reason":"duplicate"}`, "closed", "completed"},
		{`{"state":"open","state_reason":"completed"}`, "open", "reopened"},
		{`{"state":"closed","state_reason":"not_planned"}`, "closed", "not_planned"},
		{`{"title":"one"}`, "closed", "not_planned"},
	}
	for i, step := range steps {
		s.now = s.now.Add(time.Hour)
		s.send(t, "PATCH", "/repos/acme/shop/issues/1", step.body)
		got := s.Issue(1)
		if got.State != step.state || got.StateReason != step.reason || got.ClosedAt.IsZero() != (step.state == "open") {
			t.Errorf("step %d: %s, %s, closed at %v", i, got.State, got.StateReason, got.ClosedAt)
		}
	}
}

func TestListFilters(t *testing.T) {
	s := start(t)
	s.Add(githubtest.Issue{Title: "1", Labels: []string{"a", "b"}, CreatedAt: s.now.Add(-3 * time.Hour)})
	s.Add(githubtest.Issue{Title: "2", Labels: []string{"a"}, State: "closed", Author: "x", CreatedAt: s.now.Add(-2 * time.Hour)})
	s.Add(githubtest.Issue{Title: "3", PullRequest: true, CreatedAt: s.now.Add(-time.Hour)})
	s.Add(githubtest.Issue{Title: "4", CreatedAt: s.now})
	s.EditBody(1, "touched")
	s.Delete(4)
	tests := []struct{ query, want string }{
		{"state=all", "3 2 1"},
		{"state=all&direction=asc", "1 2 3"},
		{"state=all&labels=A", "2 1"},
		{"state=all&labels=a,b", "1"},
		{"state=all&creator=X", "2"},
		{"state=all&per_page=2&page=2", "1"},
		{"state=all&per_page=2&page=9", ""},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			_, body := s.send(t, "GET", "/repos/acme/shop/issues?"+test.query, "")
			if got := strings.Join(titles(t, body), " "); got != test.want {
				t.Errorf("listed %q, want %q", got, test.want)
			}
		})
	}
}

// Primary and secondary limits refuse with GitHub's answers, and end in time.
func TestRateLimits(t *testing.T) {
	s := start(t)
	create := func() *http.Response {
		answer, _ := s.send(t, "POST", "/repos/acme/shop/issues", `{"title":"t"}`)
		return answer
	}
	for i := range 80 {
		if answer := create(); answer.StatusCode != 201 || answer.Header.Get("X-RateLimit-Remaining") != fmt.Sprint(999-i) {
			t.Fatalf("create %d: %s, %s remaining", i, answer.Status, answer.Header.Get("X-RateLimit-Remaining"))
		}
	}
	if answer := create(); answer.StatusCode != 403 || answer.Header.Get("Retry-After") != "60" {
		t.Errorf("the 81st in a minute: %s", answer.Status)
	}
	s.now = s.now.Add(time.Minute)
	if answer := create(); answer.StatusCode != 201 {
		t.Errorf("a minute later: %s", answer.Status)
	}
	s.Configure(func(to *githubtest.Settings) { to.HourlyLimit = 82 })
	answer := create()
	if answer.StatusCode != 403 || answer.Header.Get("X-RateLimit-Remaining") != "0" || answer.Header.Get("X-RateLimit-Reset") == "" {
		t.Errorf("beyond the hour's requests: %s, %v", answer.Status, answer.Header)
	}
	s.now = s.now.Add(time.Hour)
	if answer := create(); answer.StatusCode != 201 {
		t.Errorf("an hour later: %s", answer.Status)
	}
}

// A write costs five of the 900 points that GitHub allows in a minute, a read one.
func TestPointsOfAMinute(t *testing.T) {
	s := start(t)
	s.Add(githubtest.Issue{Title: "one"})
	for i := range 179 {
		if got := s.status(t, "PATCH", "/repos/acme/shop/issues/1", `{"body":"new"}`); got != 200 {
			t.Fatalf("edit %d: %d", i, got)
		}
	}
	for i, want := range []int{200, 200, 200, 200, 200, 403} {
		if got := s.status(t, "GET", "/repos/acme/shop/issues/1", ""); got != want {
			t.Errorf("read %d: %d, want %d", i, got, want)
		}
	}
	s.now = s.now.Add(time.Minute)
	if got := s.status(t, "PATCH", "/repos/acme/shop/issues/1", `{"body":"new"}`); got != 200 {
		t.Errorf("a minute later: %d", got)
	}
}

// The log contains every request, and a person may act during one.
func TestBreakAndLog(t *testing.T) {
	s := start(t)
	s.Add(githubtest.Issue{Title: "one"})
	s.Configure(func(to *githubtest.Settings) {
		to.Break = func(r fake.Request) *fake.Fault {
			s.Close(1, "not_planned")
			return &fake.Fault{Apply: r.N == 2, Status: 500}
		}
	})
	for range 2 {
		if got := s.status(t, "PATCH", "/api/v3/repos/acme/shop/issues/1?x=y", `{"body":"new"}`); got != 500 {
			t.Errorf("status %d, want 500", got)
		}
		if got := s.Issue(1).StateReason; got != "not_planned" {
			t.Errorf("reason %q", got)
		}
	}
	if got := s.Issue(1).Body; got != "new" {
		t.Errorf("body %q, want the second request's", got)
	}
	query := map[string][]string{"x": {"y"}}
	want := []fake.Request{
		{N: 1, Method: "PATCH", Path: "/repos/acme/shop/issues/1", Query: query, Body: `{"body":"new"}`},
		{N: 2, Method: "PATCH", Path: "/repos/acme/shop/issues/1", Query: query, Body: `{"body":"new"}`},
	}
	if diff := cmp.Diff(want, s.Requests()); diff != "" {
		t.Error(diff)
	}
}

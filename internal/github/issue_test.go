package github_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
)

func TestCreateAndGet(t *testing.T) {
	s := start(t)
	made, err := s.Create(t.Context(), github.Edit{Title: "<boom> & more", Body: "a\nb", Labels: []string{"errmon", "new"}})
	if err != nil {
		t.Fatal(err)
	}
	if made.Number != 1 || made.State != "open" || made.Author != "github-actions[bot]" || !slices.Equal(made.Labels, []string{"errmon", "new"}) || !made.ClosedAt.IsZero() {
		t.Errorf("created %+v", made)
	}
	got, err := s.Get(t.Context(), 1)
	if err != nil || got.Title != "<boom> & more" || got.Body != "a\nb" {
		t.Errorf("Get() = %+v, %v", got, err)
	}
}

// GitHub drops labels silently; only its answer shows that.
func TestCreateWithoutPush(t *testing.T) {
	s := start(t)
	s.server.Configure(func(to *githubtest.Settings) { to.NoPush = true })
	made, err := s.Create(t.Context(), github.Edit{Title: "boom", Labels: []string{"errmon"}, Assignees: []string{"nobody"}})
	if err != nil || made.Labels != nil {
		t.Errorf("Create() = %+v, %v, want no labels", made, err)
	}
}

func TestCreateWithAssignees(t *testing.T) {
	tests := []struct {
		name      string
		assignees []string
		requests  int
		want      []string
	}{
		{"accepted", []string{"octocat"}, 1, []string{"octocat"}},
		{"refused", []string{"octocat", "left-the-company"}, 2, nil},
		{"none", nil, 1, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			s.server.Configure(func(to *githubtest.Settings) { to.Assignable = []string{"octocat"} })
			made, err := s.Create(t.Context(), github.Edit{Title: "boom", Assignees: test.assignees})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.server.Issue(made.Number).Assignees; !slices.Equal(got, test.want) {
				t.Errorf("assigned %v, want %v", got, test.want)
			}
			if got := len(s.server.Requests()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

// damages are ways in which an answer is lost.
var damages = map[string]fake.Fault{
	"cut before":        {Cut: true},
	"cut after":         {Apply: true, Cut: true},
	"truncated":         {Truncate: true},
	"502 before":        {Status: 502, Body: "<html>"},
	"503 after":         {Apply: true, Status: 503, Body: `{"message":"Service unavailable"}`},
	"empty 201":         {Apply: true, Status: 201},
	"web page":          {Apply: true, Status: 200, Body: "<html>"},
	"another shape":     {Apply: true, Status: 200, Body: `[1]`},
	"without a number":  {Apply: true, Status: 201, Body: `{}`},
	"202 without issue": {Apply: true, Status: 202, Body: `{}`},
}

// A request that cannot be repeated is sent once, whatever happens to it.
func TestLostAnswerIsAmbiguous(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.server.Add(githubtest.Issue{Title: "there"})
			s.breakNth(http.MethodPost, 1, 100, damage)
			_, err := s.Create(t.Context(), github.Edit{Title: "boom"})
			wantError(t, err, "create issue: ")
			if !errors.Is(err, github.ErrAmbiguous) {
				t.Errorf("create: %v, want ErrAmbiguous", err)
			}
			if got := s.Requests()["create issue"]; got != 1 {
				t.Errorf("sent %d times", got)
			}
			err = s.comment(t.Context(), 1, "hello")
			wantError(t, err, "comment on issue #1: ")
			if !errors.Is(err, github.ErrAmbiguous) {
				t.Errorf("comment: %v, want ErrAmbiguous", err)
			}
			if got := s.Requests()["comment"]; got != 1 {
				t.Errorf("sent %d times", got)
			}
		})
	}
}

// A create is also ambiguous if the run is stopped while GitHub works on it.
func TestCancelledCreateIsAmbiguous(t *testing.T) {
	s := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.server.Configure(func(to *githubtest.Settings) {
		to.Break = func(fake.Request) *fake.Fault {
			cancel()
			<-ctx.Done()
			return &fake.Fault{Cut: true}
		}
	})
	_, err := s.Create(ctx, github.Edit{Title: "boom"})
	if !errors.Is(err, github.ErrAmbiguous) {
		t.Errorf("error %v, want ErrAmbiguous", err)
	}
}

// Without a connection nothing reached GitHub, so the create is not ambiguous and is retried.
func TestNoConnection(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	s := start(t, func(c *github.Config) { c.BaseURL = closed.URL })
	_, err := s.Create(t.Context(), github.Edit{Title: "boom"})
	wantError(t, err, "cannot reach "+closed.URL, "GITHUB_API_URL")
	if errors.Is(err, github.ErrAmbiguous) || s.Requests()["create issue"] != 4 {
		t.Errorf("error %v after %d attempts, want a plain one after 4", err, s.Requests()["create issue"])
	}
}

// Requests that do no harm if repeated are retried, at most three times.
func TestIdempotentRequestsAreRepeated(t *testing.T) {
	calls := map[string]struct {
		method string
		call   func(setup) error
	}{
		"list issues":  {http.MethodGet, func(s setup) error { _, err := s.List(t.Context(), "errmon", nil); return err }},
		"get issue":    {http.MethodGet, func(s setup) error { _, err := s.Get(t.Context(), 1); return err }},
		"edit issue":   {http.MethodPatch, func(s setup) error { return s.Edit(t.Context(), 1, github.Edit{Body: "new"}) }},
		"add labels":   {http.MethodPost, func(s setup) error { return s.AddLabels(t.Context(), 1, "errmon") }},
		"create label": {http.MethodPost, func(s setup) error { return s.EnsureLabel(t.Context(), "errmon", "ededed", "") }},
	}
	for kind, test := range calls {
		for _, damage := range []string{"cut before", "cut after", "truncated", "502 before", "503 after", "empty 201"} {
			t.Run(kind+" "+damage, func(t *testing.T) {
				s := start(t)
				s.server.Add(githubtest.Issue{Title: "there"})
				s.breakNth(test.method, 1, 2, damages[damage])
				if err := test.call(s); err != nil {
					t.Errorf("with three answers lost: %v", err)
				}
				if got := s.Requests()[kind]; got != 4 {
					t.Errorf("sent %d times, want 4", got)
				}
				s.breakNth(test.method, 1, 100, damages[damage])
				if err := test.call(s); err == nil || errors.Is(err, github.ErrAmbiguous) {
					t.Errorf("with every answer lost: %v, want an error and not ErrAmbiguous", err)
				}
				if got := s.Requests()[kind]; got != 8 {
					t.Errorf("sent %d times more, want 4", got-4)
				}
			})
		}
	}
}

func TestEditChangesOnlyWhatIsSaid(t *testing.T) {
	s := start(t)
	s.server.Add(githubtest.Issue{Title: "old", Body: "text", Labels: []string{"errmon", "by a person"}})
	if err := s.Edit(t.Context(), 1, github.Edit{State: "closed", StateReason: "duplicate"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if got.State != "closed" || got.StateReason != "duplicate" || got.ClosedAt.IsZero() || got.Title != "old" || got.Body != "text" || len(got.Labels) != 2 {
		t.Errorf("closed: %+v", got)
	}
	if err := s.Edit(t.Context(), 1, github.Edit{Title: "new", State: "open"}); err != nil {
		t.Fatal(err)
	}
	got, err = s.Get(t.Context(), 1)
	if err != nil || got.State != "open" || got.StateReason != "reopened" || !got.ClosedAt.IsZero() || got.Title != "new" {
		t.Errorf("reopened: %+v, %v", got, err)
	}
}

// Every call about an issue that no longer exists returns ErrGone, whatever the reason.
func TestGone(t *testing.T) {
	ways := map[string]func(*githubtest.Server){
		"deleted":      func(s *githubtest.Server) { s.Delete(1) },
		"transferred":  func(s *githubtest.Server) { s.Transfer(1) },
		"never was":    func(s *githubtest.Server) {},
		"pull request": func(s *githubtest.Server) {},
	}
	for name, remove := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.server.Add(githubtest.Issue{Title: "one"})
			s.server.Add(githubtest.Issue{Title: "two", PullRequest: true})
			remove(s.server)
			number := map[string]int{"never was": 99, "pull request": 2}[name]
			number = max(number, 1)
			_, get := s.Get(t.Context(), number)
			if !errors.Is(get, github.ErrGone) {
				t.Errorf("get: %v, want ErrGone", get)
			}
			if name == "pull request" {
				return
			}
			edit := s.Edit(t.Context(), number, github.Edit{Body: "new"})
			for what, err := range map[string]error{"edit": edit, "comment": s.comment(t.Context(), number, "x"), "label": s.AddLabels(t.Context(), number, "x")} {
				if !errors.Is(err, github.ErrGone) {
					t.Errorf("%s: %v, want ErrGone", what, err)
				}
			}
		})
	}
}

// A renamed repository or disabled issues must not look like lost issues, or these would be filed again.
func TestNotGone(t *testing.T) {
	ways := map[string]struct {
		change func(*githubtest.Settings)
		says   string
	}{
		"renamed":  {func(to *githubtest.Settings) { to.Renamed = true }, "new name"},
		"disabled": {func(to *githubtest.Settings) { to.IssuesDisabled = true }, "Features"},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.server.Add(githubtest.Issue{Title: "one"})
			s.server.Configure(way.change)
			_, get := s.Get(t.Context(), 1)
			edit := s.Edit(t.Context(), 1, github.Edit{Body: "new"})
			for what, err := range map[string]error{"get": get, "edit": edit, "comment": s.comment(t.Context(), 1, "x")} {
				wantError(t, err, way.says)
				if errors.Is(err, github.ErrGone) {
					t.Errorf("%s: ErrGone", what)
				}
			}
		})
	}
}

func TestLabels(t *testing.T) {
	s := start(t)
	for range 2 {
		if err := s.EnsureLabel(t.Context(), "errmon", "d73a4a", "Errors that errmon found"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.EnsureLabel(t.Context(), "Errmon", "d73a4a", ""); err != nil {
		t.Errorf("a label differing in case only: %v", err)
	}
	s.server.Add(githubtest.Issue{Title: "one", Labels: []string{"by a person"}})
	if err := s.AddLabels(t.Context(), 1, "errmon", "other"); err != nil {
		t.Fatal(err)
	}
	if got := s.server.Issue(1).Labels; !slices.Equal(got, []string{"by a person", "errmon", "other"}) {
		t.Errorf("issue has %v", got)
	}
	if got := s.server.Labels(); !slices.Equal(got, []string{"errmon", "by a person", "other"}) {
		t.Errorf("repository has %v", got)
	}
	s.breakNth(http.MethodPost, 1, 1, fake.Fault{Status: 422, Body: `{"message":"Unprocessable Entity"}`})
	if err := s.EnsureLabel(t.Context(), "errmon", "d73a4a", ""); err != nil {
		t.Errorf("a label that exists, refused without a reason: %v", err)
	}
	wantError(t, s.EnsureLabel(t.Context(), "d", "red", ""), "422")
	wantError(t, s.EnsureLabel(t.Context(), strings.Repeat("ü", 51), "ededed", ""), "50 characters")
	wantError(t, s.EnsureLabel(t.Context(), "b", "ededed", strings.Repeat("ü", 101)), "description", "100 characters")
}

// TestRefusedTypeAndAssignees writes an issue without the fields that GitHub refuses, and reports them.
func TestRefusedTypeAndAssignees(t *testing.T) {
	for _, test := range []struct {
		name          string
		kind          string
		assignees     []string
		requests      int // requests of the edit
		wantType      string
		wantAssignees []string
		refused       []string
	}{
		{"accepted", "Bug", []string{"octocat"}, 1, "Bug", []string{"octocat"}, nil},
		{"the type", "Bgu", []string{"octocat"}, 2, "", []string{"octocat"}, []string{`the issue type "Bgu"`}},
		{"both", "Bgu", []string{"octcat"}, 3, "", nil, []string{`the issue type "Bgu"`, "the assignees octcat"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			s.server.Configure(func(to *githubtest.Settings) { to.Assignable, to.Types = []string{"octocat"}, []string{"Bug"} })
			made, err := s.Create(t.Context(), github.Edit{Title: "boom"})
			if err != nil {
				t.Fatal(err)
			}
			before := len(s.server.Requests())
			err = s.Edit(t.Context(), made.Number, github.Edit{Body: "text", Labels: []string{"a"}, Assignees: test.assignees, Type: test.kind})
			if err != nil {
				t.Fatal(err)
			}
			i := s.server.Issue(made.Number)
			if i.Body != "text" || !slices.Equal(i.Labels, []string{"a"}) || i.Type != test.wantType || !slices.Equal(i.Assignees, test.wantAssignees) {
				t.Errorf("%+v", i)
			}
			if n := len(s.server.Requests()) - before; n != test.requests || !slices.Equal(s.Refused(), test.refused) {
				t.Errorf("%d requests, refused %q", n, s.Refused())
			}
		})
	}
}

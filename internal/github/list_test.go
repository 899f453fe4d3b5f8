package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
)

func numbers(issues []github.Issue) []int {
	var out []int
	for _, issue := range issues {
		out = append(out, issue.Number)
	}
	return out
}

func TestListTakesOverEveryField(t *testing.T) {
	s := start(t)
	made, closed := s.clock.Now().Add(-48*time.Hour), s.clock.Now().Add(-time.Hour)
	s.server.Add(githubtest.Issue{
		Title: "boom", Body: "text", Author: "github-actions[bot]", Labels: []string{"errmon", "bug"},
		State: "closed", StateReason: "not_planned", CreatedAt: made, ClosedAt: closed,
	})
	got, err := s.List(t.Context(), "errmon", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []github.Issue{{
		Number: 1, Title: "boom", Body: "text", State: "closed", StateReason: "not_planned",
		URL: "https://github.com/acme/shop/issues/1", Author: "github-actions[bot]", Labels: []string{"errmon", "bug"},
		CreatedAt: made, ClosedAt: closed,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The listing is complete however GitHub links the pages, and contains no pull requests and no issues with
// other labels.
func TestListIsWhole(t *testing.T) {
	for _, prefix := range []string{"", "/api/v3"} {
		for _, cursor := range []bool{false, true} {
			t.Run(fmt.Sprintf("cursor %v below %q", cursor, prefix), func(t *testing.T) {
				s := start(t, func(c *github.Config) { c.BaseURL += prefix })
				s.server.Configure(func(to *githubtest.Settings) { to.CursorPages = cursor })
				var want []int
				for i := 1; i <= 350; i++ {
					issue := githubtest.Issue{Title: "t", Labels: []string{"Errmon"}, PullRequest: i%7 == 0}
					if i%2 == 0 {
						issue.State = "closed"
					}
					if i%5 == 0 {
						issue.Labels = []string{"other"}
					} else if i%7 != 0 {
						want = append(want, i)
					}
					s.server.Add(issue)
				}
				got, err := s.List(t.Context(), "errmon", nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, numbers(got)); diff != "" {
					t.Error(diff)
				}
				if n := len(s.server.Requests()); n != 3 {
					t.Errorf("%d requests for 280 of 100 a page, want 3", n)
				}
			})
		}
	}
}

// Above about 10,000 issues (here 200) page numbers fail, and only cursors reach the end.
func TestListBeyondPageNumbers(t *testing.T) {
	for _, cursor := range []bool{false, true} {
		t.Run(fmt.Sprint("cursor ", cursor), func(t *testing.T) {
			s := start(t)
			s.server.Configure(func(to *githubtest.Settings) { to.CursorPages, to.PagesReach = cursor, 200 })
			for range 250 {
				s.server.Add(githubtest.Issue{Title: "t", Labels: []string{"errmon"}})
			}
			got, err := s.List(t.Context(), "errmon", nil)
			if cursor && (err != nil || len(got) != 250) {
				t.Errorf("listed %d, %v, want all 250", len(got), err)
			}
			if !cursor && (!errors.Is(err, github.ErrPartialListing) || got != nil) {
				t.Errorf("listed %d, %v, want ErrPartialListing", len(got), err)
			}
		})
	}
}

const (
	one = `{"number":1,"state":"open","title":"one"}`
	two = `{"number":2,"state":"open","title":"two"}`
)

// pages serves a listing page by page, each with a Link header, where {} stands for the server's address.
func pages(t *testing.T, answers ...[2]string) (*github.Client, *int) {
	t.Helper()
	requests := 0
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := answers[min(requests, len(answers)-1)]
		requests++
		if answer[1] != "" {
			w.Header().Set("Link", strings.ReplaceAll(answer[1], "{}", server.URL))
		}
		_, _ = w.Write([]byte(answer[0]))
	}))
	t.Cleanup(server.Close)
	tick := &testClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	client, err := github.New(github.Config{Token: secret, BaseURL: server.URL, Owner: "acme", Repo: "shop", Clock: clock.Clock{Now: tick.Now, Sleep: tick.Sleep}})
	if err != nil {
		t.Fatal(err)
	}
	return client, &requests
}

func TestListFailsClosed(t *testing.T) {
	next := `<{}/repositories/1/issues?after=%s>; rel="next"`
	tests := []struct {
		name  string
		pages [][2]string
		says  string
	}{
		{"empty page with a next link", [][2]string{{`[]`, fmt.Sprintf(next, "a")}}, "empty page"},
		{"empty page in the middle", [][2]string{{"[" + one + "]", fmt.Sprintf(next, "a")}, {`[]`, fmt.Sprintf(next, "b")}}, "empty page"},
		{"the same page again", [][2]string{{"[" + one + "]", fmt.Sprintf(next, "a")}, {"[" + one + "]", fmt.Sprintf(next, "b")}}, "sent before"},
		{"the same address again", [][2]string{{"[" + one + "]", fmt.Sprintf(next, "a")}, {"[" + two + "]", fmt.Sprintf(next, "a")}}, "sent before"},
		{"another host", [][2]string{{"[" + one + "]", `<https://evil.example/issues?page=2>; rel="next"`}}, "evil.example"},
		{"another port", [][2]string{{"[" + one + "]", `<http://127.0.0.1:1/issues?page=2>; rel="next"`}}, "does not lead to GitHub"},
		{"broken address", [][2]string{{"[" + one + "]", `<http://[::1>; rel="next"`}}, "does not lead to GitHub"},
		{"half the JSON", [][2]string{{"[" + one + ",", ""}}, "cut short"},
		{"no body", [][2]string{{"", ""}}, "cut short"},
		{"a web page", [][2]string{{"<html>Sign in</html>", ""}}, "GITHUB_API_URL"},
		{"null", [][2]string{{"null", ""}}, "not a list"},
		{"an object", [][2]string{{`{"message":"ok"}`, ""}}, "not a list"},
		{"something else in the list", [][2]string{{`[{"id":5}]`, ""}}, "not an issue"},
		{"null in the list", [][2]string{{`[null]`, ""}}, "not an issue"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client, _ := pages(t, test.pages...)
			got, err := client.List(t.Context(), "errmon", nil)
			wantError(t, err, "list issues: ", test.says)
			if !errors.Is(err, github.ErrPartialListing) || got != nil {
				t.Errorf("List() = %v, %v, want no issues and ErrPartialListing", got, err)
			}
		})
	}
}

func TestListDropsDoubles(t *testing.T) {
	client, requests := pages(t,
		[2]string{"[" + one + "]", `<{}/x?page=0>; rel="prev", </x?page=2>; rel="next"`},
		[2]string{"[" + one + "," + two + "]", `<{}/x?page=1>; rel="prev"`})
	got, err := client.List(t.Context(), "errmon", nil)
	if err != nil || !slices.Equal(numbers(got), []int{1, 2}) || *requests != 2 {
		t.Errorf("List() = %v, %v after %d requests, want 1 and 2 after 2", numbers(got), err, *requests)
	}
}

func TestListAsksTheRightThings(t *testing.T) {
	s := start(t)
	if _, err := s.List(t.Context(), "errmon:dashboard", nil); err != nil {
		t.Fatal(err)
	}
	want := "direction=asc&labels=errmon%3Adashboard&per_page=100&sort=created&state=all"
	if got := s.server.Requests()[0].Query.Encode(); got != want {
		t.Errorf("query %s, want %s", got, want)
	}
}

func TestListByCreator(t *testing.T) {
	s := start(t)
	for i := range 300 {
		author := "octocat"
		if i%2 == 0 {
			author = "github-actions[bot]"
		}
		s.server.Add(githubtest.Issue{Title: "t", Author: author, State: []string{"open", "closed"}[i%3%2]})
	}
	got, err := s.ListByCreator(t.Context(), "github-actions[bot]")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 150 || got[0].Number != 1 || got[149].Number != 299 {
		t.Errorf("got %v, want the odd numbers up to 299", numbers(got))
	}
	s.server.Configure(func(to *githubtest.Settings) { to.IssuesDisabled = true })
	_, err = s.ListByCreator(t.Context(), "octocat")
	if !errors.Is(err, github.ErrPartialListing) {
		t.Errorf("error %v, want ErrPartialListing", err)
	}
}

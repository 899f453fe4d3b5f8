package github_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// texts are findings as "LEVEL about: text".
func texts(found []finding.Finding) (out []string) {
	for _, f := range found {
		out = append(out, fmt.Sprintf("%d %s: %s", f.Level, f.About, f.Text))
	}
	return out
}

// GitHub answers 404 to a token that may read a private repository but not write to it.
func TestCheckFindsATokenThatOnlyReads(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodPost, 1, 0, fake.Fault{Status: 404, Body: `{"message":"Not Found"}`})
	found := s.Check(t.Context())
	if last := found[len(found)-1]; last.Level != finding.Failure || !strings.Contains(last.Text, "can read acme/shop but not write") {
		t.Errorf("%+v", last)
	}
	if last := s.Check(t.Context())[2]; last.Level != finding.OK {
		t.Errorf("with a token that may write: %+v", last)
	}
}

func TestCheckCode(t *testing.T) {
	s := start(t)
	if diff := cmp.Diff([]string{"0 code: acme/shop is readable, but has no commits"}, texts(s.CheckCode(t.Context()))); diff != "" {
		t.Error(diff)
	}
	s, _, _, _ = withCode(t)
	for status, want := range map[int]string{
		0: "0 CODEOWNERS: no mistakes", 404: "", 500: "1 CODEOWNERS: GitHub answered 500 Internal Server Error (no message)",
	} {
		s.server.Configure(func(to *githubtest.Settings) {
			to.Break = func(r fake.Request) *fake.Fault {
				if status == 0 || !strings.HasSuffix(r.Path, "/codeowners/errors") {
					return nil
				}
				return &fake.Fault{Status: status}
			}
		})
		if got := strings.Join(texts(s.CheckCode(t.Context()))[1:], "; "); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
}

// A person's repository has no issue types.
func TestCheckNamesWithoutTypes(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodGet, 1, 0, fake.Fault{Status: 404, Body: `{"message":"Not Found"}`})
	if diff := cmp.Diff([]string{`1 rules: no issue type "Bug"`}, texts(s.CheckNames(t.Context(), github.Names{Types: []string{"Bug"}}))); diff != "" {
		t.Error(diff)
	}
}

func TestCheckNamesWhenListingTypesFails(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodGet, 1, 0, fake.Fault{Status: 400})
	want := []string{"2 rules: list issue types: GitHub answered 400 Bad Request (no message)"}
	if diff := cmp.Diff(want, texts(s.CheckNames(t.Context(), github.Names{Types: []string{"Bug"}}))); diff != "" {
		t.Error(diff)
	}
}

func TestCheckNamesWhenAnotherCheckFails(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodGet, 2, 0, fake.Fault{Status: 400})
	want := []string{`1 rules: no issue type "Bug"`, `2 rules: check assignee octocat: GitHub answered 400 Bad Request (no message)`}
	got := texts(s.CheckNames(t.Context(), github.Names{Types: []string{"Bug"}, Assignees: []string{"octocat"}}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// If the answer to a deletion was lost, the comment is already gone when the deletion is repeated.
func TestDeleteCommentTwice(t *testing.T) {
	s := start(t)
	s.server.Add(githubtest.Issue{Title: "one"})
	posted, err := s.Comment(t.Context(), 1, "hello")
	if err != nil {
		t.Fatal(err)
	}
	s.breakNth(http.MethodDelete, 1, 0, fake.Fault{Apply: true, Cut: true})
	if err := s.DeleteComment(t.Context(), posted.ID); err != nil || len(s.server.Issue(1).Comments) != 0 || s.Requests()["delete comment"] != 2 {
		t.Errorf("%v, %+v, %v", err, s.server.Issue(1), s.Requests())
	}
}

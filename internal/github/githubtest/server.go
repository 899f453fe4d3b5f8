// Package githubtest is an in-memory GitHub for tests: one repository, its issues, and the part of the API
// that errmon uses, with GitHub's wire format and limits. Serve it with httptest.NewServer; under /api/v3 it
// also answers like GitHub Enterprise Server. The methods in people.go act as people do.
//
// It imports nothing of this project but package fake, so that it does not share the client's mistakes.
package githubtest

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/fake"
)

// Settings is what a test may change about the repository and the token. In a field's comment, the default
// follows a semicolon; without one, it is the zero value.
type Settings struct {
	Now   func() time.Time // the clock; time.Now
	Token string           // the only valid token; "token"
	Login string           // who the token belongs to; "github-actions[bot]", which may not GET /user

	NoIssuesWrite  bool // the token lacks issues: write
	NoPush         bool // labels, assignees and types are dropped silently, but writes to /labels are refused
	IssuesDisabled bool
	Private        bool
	Archived       bool // every write to issues and labels is refused
	Renamed        bool // the repository has a new name, so New's name redirects

	Skew     time.Duration // how far the Date header is ahead of Now
	PushedAt time.Time     // the last push; Now if zero
	// Workflows maps a workflow's file to its state, such as "active"; if nil, the token lacks actions: read.
	Workflows map[string]string

	Git            string            // folder of the git repository with the code, whose branch is main
	CodeRepository string            // its OWNER/REPO; the repository of the issues if empty
	CodePrivate    bool              // CodeRepository is private
	NoContents     bool              // the token lacks contents: read, but can still read Files
	TreeTruncated  bool              // the repository has too many files to list
	OwnerErrors    []object          // errors in CODEOWNERS, as the API lists them (the file exists if Git is set)
	Accounts       map[string]string // commit author's name to login
	Pulls          map[string]int    // commit's SHA to the number of its pull request

	Assignable []string          // logins that can be assigned; none
	Types      []string          // the organization's issue types; none, as in a person's repository
	Files      map[string]string // path to content, on the default branch

	CursorPages bool // the link to the next page has a cursor, not a page number
	PagesReach  int  // how many issues can be reached by page number; 10,000
	HourlyLimit int  // requests per hour; 1,000
	Unlimited   bool // no rate limits and no rate limit headers, like GitHub Enterprise Server by default

	// Break, if set, is called for each request, one at a time. Paths lack an Enterprise Server's /api/v3.
	Break func(fake.Request) *fake.Fault
}

// Server is the fake. Create it with New.
type Server struct {
	fake.Service[Settings]
	owner, repo string
	mux         *http.ServeMux

	issues      []*Issue // by number, from 1
	labels      []string
	dispatches  []Dispatch
	limits      limits
	lastComment int // the id of the latest comment
}

// New returns an empty repository.
func New(owner, repo string) *Server {
	s := &Server{owner: owner, repo: repo, mux: http.NewServeMux()}
	s.Settings = Settings{Now: time.Now, Token: "token", Login: "github-actions[bot]", PagesReach: 10000, HourlyLimit: 1000}
	s.route()
	return s
}

// Clone returns a copy without Settings.Break or recorded requests. It shares the maps and lists in Settings.
func (s *Server) Clone() *Server {
	s.Lock()
	defer s.Unlock()
	c := New(s.owner, s.repo)
	c.Settings, c.limits, c.lastComment = s.Settings, s.limits, s.lastComment
	c.Settings.Break = nil
	c.issues = each(s.issues, func(i *Issue) *Issue { return new(i.copy()) })
	c.labels, c.dispatches = slices.Clone(s.labels), slices.Clone(s.dispatches)
	c.limits.sent = slices.Clone(s.limits.sent)
	return c
}

// now returns GitHub's time, which is in whole seconds.
func (s *Server) now() time.Time { return s.Settings.Now().UTC().Truncate(time.Second) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.URL.Path = strings.TrimPrefix(r.URL.Path, enterprisePrefix)
	s.Lock()
	w.Header().Set("Date", s.Settings.Now().Add(s.Settings.Skew).UTC().Format(http.TimeFormat))
	s.Unlock()
	s.Serve(w, r, &s.Settings.Break, func(w http.ResponseWriter, r *http.Request) {
		s.admit(w.Header(), r)
		s.mux.ServeHTTP(w, r)
	})
}

type (
	object  = fake.Object
	answer  = fake.Answer
	handler func(*http.Request) answer
)

var must = fake.Must

func each[T, W any](list []T, wire func(T) W) []W {
	out := []W{}
	for _, item := range list {
		out = append(out, wire(item))
	}
	return out
}

func reply(status int, body any) answer { return answer{Status: status, Body: body} }

// docs and api begin the URLs in answers. No client requests these URLs.
const docs, api = "https://docs.github.com/rest", "https://api.github.com"

func fail(status int, message string) answer {
	return reply(status, object{"message": message, "documentation_url": docs, "status": strconv.Itoa(status)})
}

// valid refuses a request with a validation error like GitHub's unless ok.
func valid(ok bool, field, code, message string) {
	must(ok, reply(http.StatusUnprocessableEntity, object{
		"message": "Validation Failed", "documentation_url": docs, "status": "422",
		"errors": []object{{"resource": "Issue", "field": field, "code": code, "message": message}},
	}))
}

// fits refuses a text with more characters than GitHub allows.
func fits(field, text string, most int) {
	message := fmt.Sprintf("%s is too long (maximum is %d characters)", field, most)
	valid(utf8.RuneCountInString(text) <= most, field, "custom", message)
}

func (s *Server) repositoryURL() string { return api + "/repos/" + s.owner + "/" + s.repo }

// pageURL returns the address of an issue's page. GitHub uses another for pull requests; the fake does not.
func (s *Server) pageURL(issue *Issue) string {
	return fmt.Sprintf("https://github.com/%s/%s/issues/%d", s.owner, s.repo, issue.Number)
}

func (s *Server) wireIssue(issue *Issue) object {
	page, address := s.pageURL(issue), fmt.Sprintf("%s/issues/%d", s.repositoryURL(), issue.Number)
	out := object{
		"id": 100000 + issue.Number, "node_id": fmt.Sprintf("I_%d", issue.Number), "number": issue.Number,
		"url": address, "repository_url": s.repositoryURL(), "html_url": page,
		"labels_url": address + "/labels{/name}", "comments_url": address + "/comments", "events_url": address + "/events",
		"title": issue.Title, "body": issue.Body, "user": person(issue.Author),
		"state": issue.State, "state_reason": issue.StateReason, "locked": issue.Locked,
		"labels": each(issue.Labels, s.wireLabel), "assignee": nil, "assignees": each(issue.Assignees, person), "milestone": nil,
		"comments": len(issue.Comments), "updated_at": timestamp(issue.CreatedAt),
		"created_at": timestamp(issue.CreatedAt), "closed_at": timestamp(issue.ClosedAt),
	}
	if issue.StateReason == "" {
		out["state_reason"] = nil
	}
	if issue.PullRequest {
		out["pull_request"] = object{"url": address, "html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch", "merged_at": nil}
	}
	return out
}

// timestamp returns a time as GitHub writes it; null if it is zero.
func timestamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

func (s *Server) wireComment(issue *Issue, c Comment) object {
	return object{
		"id": c.ID, "node_id": fmt.Sprintf("IC_%d", c.ID), "body": c.Body, "user": person(c.Author),
		"url":        fmt.Sprintf("%s/issues/comments/%d", s.repositoryURL(), c.ID),
		"issue_url":  fmt.Sprintf("%s/issues/%d", s.repositoryURL(), issue.Number),
		"html_url":   fmt.Sprintf("%s#issuecomment-%d", s.pageURL(issue), c.ID),
		"created_at": timestamp(c.CreatedAt), "updated_at": timestamp(c.CreatedAt),
	}
}

func (s *Server) wireLabel(name string) object {
	i := slices.Index(s.labels, name)
	return object{
		"id": 1000 + i, "node_id": fmt.Sprintf("LA_%d", i), "name": name, "color": "ededed", "description": nil, "default": false,
		"url": s.repositoryURL() + "/labels/" + url.PathEscape(name),
	}
}

func (s *Server) wireEntry(name string) object {
	address := s.repositoryURL() + "/contents/" + name
	return object{
		"type": "file", "name": path.Base(name), "path": name, "size": 0, "sha": fmt.Sprintf("%040x", len(name)),
		"url": address, "git_url": nil, "html_url": nil, "download_url": nil,
		"_links": object{"self": address, "git": nil, "html": nil},
	}
}

// person returns a user in the shape that GitHub's schema calls "simple user".
func person(login string) object {
	address := api + "/users/" + url.PathEscape(login)
	out := object{"login": login, "id": 1, "node_id": "U_1", "type": "User", "site_admin": false, "gravatar_id": "", "url": address}
	const parts = "avatar html events followers following gists organizations received_events repos starred subscriptions"
	for part := range strings.FieldsSeq(parts) {
		out[part+"_url"] = address + "/" + part
	}
	return out
}

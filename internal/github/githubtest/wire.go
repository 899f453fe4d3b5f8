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

// docs and api are how URLs in answers begin. No client requests these URLs.
const docs, api = "https://docs.github.com/rest", "https://api.github.com"

func fail(status int, message string) answer {
	return reply(status, object{"message": message, "documentation_url": docs, "status": strconv.Itoa(status)})
}

// valid refuses a request unless ok, in the form of GitHub's validation errors.
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
		"url":       fmt.Sprintf("%s/issues/comments/%d", s.repositoryURL(), c.ID),
		"issue_url": fmt.Sprintf("%s/issues/%d", s.repositoryURL(), issue.Number), "html_url": fmt.Sprintf("%s#issuecomment-%d", s.pageURL(issue), c.ID),
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

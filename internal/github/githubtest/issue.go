package githubtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// GitHub's limits on an issue, in characters and labels.
const (
	maxTitle     = 256
	maxBody      = 65536
	maxLabels    = 100
	maxAssignees = 10
)

// Issue is an issue, or a pull request, as a test sees it.
type Issue struct {
	Number      int
	Title       string
	Body        string
	State       string // "open" or "closed"
	Locked      bool
	StateReason string
	Author      string
	Labels      []string
	Assignees   []string
	Type        string // empty for none
	Comments    []Comment
	PullRequest bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ClosedAt    time.Time // zero while open
}

type stored struct {
	Issue
	deleted, transferred bool
	closer               string // the commit that closed it last
}

// issueRequest is the body of a create or edit; nil leaves a field alone.
type issueRequest struct {
	Title       *string   `json:"title"`
	Body        *string   `json:"body"`
	State       *string   `json:"state"`
	StateReason *string   `json:"state_reason"`
	Labels      *[]string `json:"labels"`
	Assignees   *[]string `json:"assignees"`
	Type        *string   `json:"type"`
}

// decode reads a request's JSON, which is valid: see admitted. Our own client sends
// no field of another type.
func decode[T any](r *http.Request) T {
	var in T
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		panic(err)
	}
	return in
}

func (s *Server) createIssue(r *http.Request) answer {
	in := decode[issueRequest](r)
	if in.Title == nil {
		return notSupplied("title")
	}
	if strings.TrimSpace(*in.Title) == "" {
		return invalid(problem{Resource: "Issue", Field: "title", Code: "missing_field"})
	}
	if problems := s.problems(in); problems != nil {
		return invalid(problems...)
	}
	now := s.now()
	issue := &stored{Issue: Issue{Number: len(s.issues) + 1, State: "open", Author: s.settings.Login, CreatedAt: now, UpdatedAt: now}}
	s.issues = append(s.issues, issue)
	in.State, in.StateReason = nil, nil
	s.change(issue, in)
	return reply(http.StatusCreated, s.wireIssue(r, issue)).with("Location", s.issueURL(r, issue.Number))
}

func (s *Server) getIssue(r *http.Request, issue *stored) answer {
	return reply(http.StatusOK, s.wireIssue(r, issue))
}

func (s *Server) editIssue(r *http.Request, issue *stored) answer {
	in := decode[issueRequest](r)
	if problems := s.problems(in); problems != nil {
		return invalid(problems...)
	}
	s.change(issue, in)
	return reply(http.StatusOK, s.wireIssue(r, issue))
}

// getAssignee answers whether a login can be assigned.
func (s *Server) getAssignee(r *http.Request) answer {
	if !slices.Contains(s.settings.Assignable, r.PathValue("login")) {
		return notFound()
	}
	return answer{status: http.StatusNoContent}
}

func (s *Server) listTypes(*http.Request) answer {
	types := []object{}
	for _, name := range s.settings.Types {
		types = append(types, wireType(name))
	}
	return reply(http.StatusOK, types)
}

// problems are where a request exceeds GitHub's limits.
func (s *Server) problems(in issueRequest) []problem {
	problems := slices.Concat(
		tooLong("Issue", "title", in.Title, maxTitle),
		tooLong("Issue", "body", in.Body, maxBody),
		oneOf("state", in.State, "open", "closed"),
		oneOf("state_reason", in.StateReason, "completed", "not_planned", "duplicate", "reopened"),
	)
	if in.Labels != nil {
		problems = append(problems, labelProblems(*in.Labels)...)
	}
	if in.Type != nil && !s.settings.NoPush && !slices.Contains(s.settings.Types, *in.Type) {
		problems = append(problems, problem{Resource: "Issue", Field: "type", Code: "invalid"})
	}
	if in.Assignees != nil && !s.settings.NoPush {
		for _, login := range *in.Assignees {
			if !slices.Contains(s.settings.Assignable, login) {
				problems = append(problems, problem{Resource: "Issue", Field: "assignees", Code: "invalid", Value: login})
			}
		}
	}
	return problems
}

func tooLong(resource, field string, text *string, limit int) []problem {
	if text == nil || utf8.RuneCountInString(*text) <= limit {
		return nil
	}
	return []problem{tooLongProblem(resource, field, limit)}
}

func oneOf(field string, value *string, allowed ...string) []problem {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	return []problem{{Resource: "Issue", Field: field, Code: "invalid", Value: *value}}
}

// change applies what differs, and touches UpdatedAt only then.
func (s *Server) change(issue *stored, in issueRequest) {
	changed := set(&issue.Title, in.Title)
	changed = set(&issue.Body, in.Body) || changed
	if !s.settings.NoPush {
		changed = set(&issue.Type, in.Type) || changed
	}
	if in.Labels != nil && !s.settings.NoPush && !slices.Equal(issue.Labels, *in.Labels) {
		issue.Labels = nil
		s.attach(issue, *in.Labels)
		changed = true
	}
	if in.Assignees != nil && !s.settings.NoPush && !slices.Equal(issue.Assignees, *in.Assignees) {
		issue.Assignees = (*in.Assignees)[:min(len(*in.Assignees), maxAssignees)]
		changed = true
	}
	if in.State != nil && *in.State != issue.State {
		reason := ""
		if in.StateReason != nil {
			reason = *in.StateReason
		}
		s.setState(issue, *in.State, reason)
		changed = true
	}
	if changed {
		issue.UpdatedAt = s.now()
	}
}

func set(field *string, to *string) bool {
	if to == nil || *field == *to {
		return false
	}
	*field = *to
	return true
}

// setState opens or closes an issue. The reason counts only here: GitHub ignores
// it on an issue whose state stays.
func (s *Server) setState(issue *stored, state, reason string) {
	issue.State, issue.StateReason, issue.closer = state, reason, ""
	switch {
	case state == "open":
		issue.StateReason, issue.ClosedAt = "reopened", time.Time{}
	case reason == "" || reason == "reopened":
		issue.StateReason = "completed"
	}
	if state == "closed" {
		issue.ClosedAt = s.now()
	}
	issue.UpdatedAt = s.now()
}

// now is GitHub's time: whole seconds.
func (s *Server) now() time.Time { return s.settings.Now().UTC().Truncate(time.Second) }

// Comment is a comment on an issue.
type Comment struct {
	ID        int
	Author    string
	Body      string
	CreatedAt time.Time
}

func (s *Server) listComments(r *http.Request, issue *stored) answer {
	since, _ := time.Parse(time.RFC3339, r.URL.Query().Get("since"))
	size := positive(r.URL.Query().Get("per_page"), 30, 100)
	out := []object{}
	for i, comment := range issue.Comments {
		if !comment.CreatedAt.Before(since) && len(out) < size {
			out = append(out, s.wireComment(r, issue, i))
		}
	}
	return reply(http.StatusOK, out)
}

func (s *Server) createComment(r *http.Request, issue *stored) answer {
	in := decode[struct{ Body string }](r)
	problems := tooLong("IssueComment", "body", &in.Body, maxBody)
	if strings.TrimSpace(in.Body) == "" {
		problems = []problem{{Resource: "IssueComment", Field: "body", Code: "missing_field"}}
	}
	if len(problems) > 0 {
		return invalid(problems...)
	}
	s.lastComment++
	issue.Comments = append(issue.Comments, Comment{ID: s.lastComment, Author: s.settings.Login, Body: in.Body, CreatedAt: s.now()})
	issue.UpdatedAt = s.now()
	return reply(http.StatusCreated, s.wireComment(r, issue, len(issue.Comments)-1))
}

func (s *Server) deleteComment(r *http.Request) answer {
	id, _ := strconv.Atoi(r.PathValue("id"))
	for _, issue := range s.issues {
		before := len(issue.Comments)
		issue.Comments = slices.DeleteFunc(issue.Comments, func(c Comment) bool { return c.ID == id })
		if len(issue.Comments) < before {
			return answer{status: http.StatusNoContent}
		}
	}
	return notFound()
}

package githubtest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
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
	must(in.Title != nil, notSupplied("title"))
	p := s.problems(in)
	p.want(strings.TrimSpace(*in.Title) != "", "title", "missing_field")
	p.refuse()
	now := s.now()
	issue := &stored{Issue: Issue{Number: len(s.issues) + 1, State: "open", Author: s.settings.Login, CreatedAt: now, UpdatedAt: now}}
	s.issues = append(s.issues, issue)
	in.State, in.StateReason = nil, nil
	s.change(issue, in)
	return reply(http.StatusCreated, s.wireIssue(r, issue)).With("Location", s.issueURL(r, issue.Number))
}

func (s *Server) getIssue(r *http.Request, issue *stored) answer {
	return reply(http.StatusOK, s.wireIssue(r, issue))
}

func (s *Server) editIssue(r *http.Request, issue *stored) answer {
	in := decode[issueRequest](r)
	s.problems(in).refuse()
	s.change(issue, in)
	return reply(http.StatusOK, s.wireIssue(r, issue))
}

func (s *Server) getAssignee(r *http.Request) answer {
	must(slices.Contains(s.settings.Assignable, r.PathValue("login")), notFound())
	return answer{Status: http.StatusNoContent}
}

func (s *Server) listTypes(*http.Request) answer {
	return reply(http.StatusOK, each(s.settings.Types, wireType))
}

func (s *Server) problems(in issueRequest) (p problems) {
	p.length("title", in.Title, maxTitle)
	p.length("body", in.Body, maxBody)
	p.want(in.State == nil || slices.Contains([]string{"open", "closed"}, *in.State), "state", "invalid")
	reasons := []string{"completed", "not_planned", "duplicate", "reopened"}
	p.want(in.StateReason == nil || slices.Contains(reasons, *in.StateReason), "state_reason", "invalid")
	if in.Labels != nil {
		p.labels(*in.Labels)
	}
	if s.settings.NoPush { // then the rest is dropped
		return p
	}
	p.want(in.Type == nil || slices.Contains(s.settings.Types, *in.Type), "type", "invalid")
	if in.Assignees != nil {
		for _, login := range *in.Assignees {
			p.want(slices.Contains(s.settings.Assignable, login), "assignees", "invalid")
		}
	}
	return p
}

// change applies what differs, and touches UpdatedAt only then.
func (s *Server) change(issue *stored, in issueRequest) {
	before := issue.copy()
	set(&issue.Title, in.Title)
	set(&issue.Body, in.Body)
	if !s.settings.NoPush {
		set(&issue.Type, in.Type)
		set(&issue.Assignees, in.Assignees)
		issue.Assignees = issue.Assignees[:min(len(issue.Assignees), maxAssignees)]
		if in.Labels != nil {
			issue.Labels = nil
			s.attach(issue, *in.Labels)
		}
	}
	if in.State != nil && *in.State != issue.State {
		reason := ""
		set(&reason, in.StateReason)
		s.setState(issue, *in.State, reason)
	}
	if !reflect.DeepEqual(before, issue.copy()) {
		issue.UpdatedAt = s.now()
	}
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
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
	var p problems
	p.length("body", &in.Body, maxBody)
	p.want(strings.TrimSpace(in.Body) != "", "body", "missing_field")
	p.refuse()
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
			return answer{Status: http.StatusNoContent}
		}
	}
	return notFound()
}

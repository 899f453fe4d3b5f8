package githubtest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GitHub's limits on issues and labels, in characters unless they say otherwise.
const (
	maxTitle            = 256
	maxBody             = 65536
	maxLabels           = 100 // labels of an issue
	maxAssignees        = 10  // people; GitHub ignores more
	maxLabelName        = 50
	maxLabelDescription = 100
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

	gone   gone
	closer string // the commit that closed it last
}

type gone int

const (
	deleted gone = iota + 1
	transferred
)

// Comment is a comment on an issue.
type Comment struct {
	ID        int
	Author    string
	Body      string
	CreatedAt time.Time
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

// decode reads a request's JSON, which admit found valid. Our own client sends no field
// of another type.
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
	issue := &Issue{Number: len(s.issues) + 1, State: "open", Author: s.settings.Login, CreatedAt: s.now(), UpdatedAt: s.now()}
	s.issues = append(s.issues, issue)
	in.State, in.StateReason = nil, nil
	s.change(issue, in)
	return reply(http.StatusCreated, s.wireIssue(issue))
}

func (s *Server) getIssue(_ *http.Request, issue *Issue) answer {
	return reply(http.StatusOK, s.wireIssue(issue))
}

func (s *Server) editIssue(r *http.Request, issue *Issue) answer {
	in := decode[issueRequest](r)
	s.problems(in).refuse()
	s.change(issue, in)
	return reply(http.StatusOK, s.wireIssue(issue))
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
	if s.settings.NoPush { // the rest is dropped then
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

// change applies the fields that differ, and touches UpdatedAt only if any do.
func (s *Server) change(issue *Issue, in issueRequest) {
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

// setState opens or closes an issue. GitHub ignores the reason unless the state changes.
func (s *Server) setState(issue *Issue, state, reason string) {
	issue.State, issue.StateReason, issue.ClosedAt, issue.closer = state, reason, s.now(), ""
	switch {
	case state == "open":
		issue.StateReason, issue.ClosedAt = "reopened", time.Time{}
	case reason == "" || reason == "reopened":
		issue.StateReason = "completed"
	}
}

func (s *Server) listComments(r *http.Request, issue *Issue) answer {
	since, _ := time.Parse(time.RFC3339, r.URL.Query().Get("since"))
	found := slices.DeleteFunc(slices.Clone(issue.Comments), func(c Comment) bool { return c.CreatedAt.Before(since) })
	size := positive(r.URL.Query().Get("per_page"), 30, 100)
	return reply(http.StatusOK, each(found[:min(len(found), size)], func(c Comment) object { return s.wireComment(issue, c) }))
}

func (s *Server) createComment(r *http.Request, issue *Issue) answer {
	in := decode[struct{ Body string }](r)
	var p problems
	p.length("body", &in.Body, maxBody)
	p.want(strings.TrimSpace(in.Body) != "", "body", "missing_field")
	p.refuse()
	s.lastComment++
	comment := Comment{ID: s.lastComment, Author: s.settings.Login, Body: in.Body, CreatedAt: s.now()}
	issue.Comments, issue.UpdatedAt = append(issue.Comments, comment), s.now()
	return reply(http.StatusCreated, s.wireComment(issue, comment))
}

func (s *Server) deleteComment(r *http.Request) answer {
	id, _ := strconv.Atoi(r.PathValue("id"))
	for _, issue := range s.issues {
		if i := slices.IndexFunc(issue.Comments, func(c Comment) bool { return c.ID == id }); i >= 0 {
			issue.Comments = slices.Delete(issue.Comments, i, i+1)
			return answer{Status: http.StatusNoContent}
		}
	}
	return notFound()
}

func (s *Server) getLabel(r *http.Request) answer {
	i := labelIndex(s.labels, r.PathValue("name"))
	must(i >= 0, notFound())
	return reply(http.StatusOK, s.wireLabel(s.labels[i]))
}

// labelIndex finds a label in any case, as GitHub does; -1 if it is not there.
func labelIndex(names []string, name string) int {
	return slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

var sixHex = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)

func (s *Server) createLabel(r *http.Request) answer {
	in := decode[struct {
		Name               *string
		Color, Description string
	}](r)
	must(!s.settings.NoPush, s.notAccessible())
	must(in.Name != nil, notSupplied("name"))
	var p problems
	p.length("name", in.Name, maxLabelName)
	p.length("description", &in.Description, maxLabelDescription)
	p.want(*in.Name != "", "name", "missing_field")
	p.want(in.Color == "" || sixHex.MatchString(in.Color), "color", "invalid")
	p.want(labelIndex(s.labels, *in.Name) < 0, "name", "already_exists")
	p.refuse()
	s.labels = append(s.labels, *in.Name)
	return reply(http.StatusCreated, s.wireLabel(*in.Name))
}

func (s *Server) addLabels(r *http.Request, issue *Issue) answer {
	names := decode[[]string](r)
	must(!s.settings.NoPush, s.notAccessible())
	var p problems
	p.labels(slices.Concat(issue.Labels, names))
	p.refuse()
	before := len(issue.Labels)
	s.attach(issue, names)
	if len(issue.Labels) > before {
		issue.UpdatedAt = s.now()
	}
	return reply(http.StatusOK, each(issue.Labels, s.wireLabel))
}

func (s *Server) removeLabel(r *http.Request, issue *Issue) answer {
	i := labelIndex(issue.Labels, r.PathValue("name"))
	must(!s.settings.NoPush, s.notAccessible())
	must(i >= 0, fail(http.StatusNotFound, "Label does not exist"))
	issue.Labels, issue.UpdatedAt = slices.Delete(issue.Labels, i, i+1), s.now()
	return reply(http.StatusOK, each(issue.Labels, s.wireLabel))
}

// attach adds labels to an issue, and creates those that the repository lacks.
func (s *Server) attach(issue *Issue, names []string) {
	for _, name := range names {
		i := labelIndex(s.labels, name)
		if i < 0 {
			i = len(s.labels)
			s.labels = append(s.labels, name)
		}
		if !slices.Contains(issue.Labels, s.labels[i]) {
			issue.Labels = append(issue.Labels, s.labels[i])
		}
	}
}

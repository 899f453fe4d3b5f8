package githubtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is GitHub's limit on the text of an issue or comment, in characters.
const maxBody = 65536

// Issue is an issue or a pull request. Requests are decoded into it, so its fields are named as in requests.
type Issue struct {
	Number      int
	Title       string
	Body        string
	State       string // "open" or "closed"
	Locked      bool
	StateReason string `json:"state_reason"`
	Author      string
	Labels      []string
	Assignees   []string
	Type        string // empty if it has none
	Comments    []Comment
	PullRequest bool
	CreatedAt   time.Time
	ClosedAt    time.Time // zero while open

	gone   int    // HTTP status: 410 once deleted, 301 once transferred, else 0
	closer string // the commit that closed it; empty if it is open or was closed by hand
}

// Comment is a comment on an issue.
type Comment struct {
	ID        int
	Author    string
	Body      string
	CreatedAt time.Time
}

// decode returns a copy of to, updated from the request's JSON. It refuses a body that does not decode.
func decode[T any](r *http.Request, to T) T {
	body, _ := io.ReadAll(r.Body)
	must(json.Unmarshal(body, &to) == nil, fail(http.StatusBadRequest, "Problems parsing JSON"))
	return to
}

func (s *Server) createIssue(r *http.Request) answer {
	issue := &Issue{Number: len(s.issues) + 1, State: "open", Author: s.Settings.Login, CreatedAt: s.now()}
	to := decode(r, *issue)
	must(to.Title != "", fail(http.StatusUnprocessableEntity, "Invalid request.\n\n\"title\" wasn't supplied."))
	to.State, to.StateReason = "open", ""
	s.change(issue, to)
	s.issues = append(s.issues, issue)
	return reply(http.StatusCreated, s.wireIssue(issue))
}

func (s *Server) getIssue(_ *http.Request, issue *Issue) answer {
	return reply(http.StatusOK, s.wireIssue(issue))
}

func (s *Server) editIssue(r *http.Request, issue *Issue) answer {
	s.change(issue, decode(r, issue.copy()))
	return reply(http.StatusOK, s.wireIssue(issue))
}

// change validates and applies the fields that differ. GitHub ignores the reason unless the state changes.
func (s *Server) change(issue *Issue, to Issue) {
	if s.Settings.NoPush { // GitHub drops these silently
		to.Type, to.Labels, to.Assignees = issue.Type, issue.Labels, issue.Assignees
	}
	if to.Title != issue.Title {
		valid(strings.TrimSpace(to.Title) != "", "title", "missing_field", "")
		fits("title", to.Title, 256)
	}
	if to.Body != issue.Body {
		fits("body", to.Body, maxBody)
	}
	reasons := []string{"", "completed", "not_planned", "duplicate", "reopened"}
	valid(to.State == "open" || to.State == "closed", "state", "invalid", "")
	valid(slices.Contains(reasons, to.StateReason), "state_reason", "invalid", "")
	valid(len(to.Labels) <= 100, "labels", "invalid", "")
	for _, name := range to.Labels {
		fits("name", name, 50)
	}
	valid(to.Type == issue.Type || slices.Contains(s.Settings.Types, to.Type), "type", "invalid", "")
	for _, login := range to.Assignees {
		known := slices.Contains(issue.Assignees, login) || slices.Contains(s.Settings.Assignable, login)
		valid(known, "assignees", "invalid", "")
	}
	to.Labels = s.labelled(to.Labels)
	to.Assignees = to.Assignees[:min(len(to.Assignees), 10)] // GitHub ignores the rest
	reason := to.StateReason
	to.StateReason = issue.StateReason
	if to.State != issue.State {
		s.setState(&to, to.State, reason)
	}
	*issue = to
}

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
	return reply(http.StatusOK, each(found[:min(len(found), 100)], func(c Comment) object { return s.wireComment(issue, c) }))
}

func (s *Server) createComment(r *http.Request, issue *Issue) answer {
	in := decode(r, struct{ Body string }{})
	fits("body", in.Body, maxBody)
	valid(strings.TrimSpace(in.Body) != "", "body", "missing_field", "")
	s.lastComment++
	comment := Comment{ID: s.lastComment, Author: s.Settings.Login, Body: in.Body, CreatedAt: s.now()}
	issue.Comments = append(issue.Comments, comment)
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

// labelIndex returns the index of a label, ignoring case like GitHub, or -1.
func labelIndex(names []string, name string) int {
	return slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

func (s *Server) createLabel(r *http.Request) answer {
	in := decode(r, struct{ Name, Color, Description string }{})
	valid(in.Name != "", "name", "missing_field", "")
	fits("name", in.Name, 50)
	fits("description", in.Description, 100)
	valid(labelIndex(s.labels, in.Name) < 0, "name", "already_exists", "")
	s.labels = append(s.labels, in.Name)
	return reply(http.StatusCreated, s.wireLabel(in.Name))
}

func (s *Server) addLabels(r *http.Request, issue *Issue) answer {
	to := issue.copy()
	to.Labels = append(to.Labels, decode(r, []string{})...)
	s.change(issue, to)
	return reply(http.StatusOK, each(issue.Labels, s.wireLabel))
}

func (s *Server) removeLabel(r *http.Request, issue *Issue) answer {
	i := labelIndex(issue.Labels, r.PathValue("name"))
	must(i >= 0, fail(http.StatusNotFound, "Label does not exist"))
	issue.Labels = slices.Delete(issue.Labels, i, i+1)
	return reply(http.StatusOK, each(issue.Labels, s.wireLabel))
}

// labelled returns the names as the repository writes them, without duplicates. It creates missing labels.
func (s *Server) labelled(names []string) (labels []string) {
	for _, name := range names {
		i := labelIndex(s.labels, name)
		if i < 0 {
			i = len(s.labels)
			s.labels = append(s.labels, name)
		}
		if !slices.Contains(labels, s.labels[i]) {
			labels = append(labels, s.labels[i])
		}
	}
	return labels
}

// listIssues lists issues of every state, sorted by creation time. It supports no other listing.
func (s *Server) listIssues(r *http.Request) answer {
	query := r.URL.Query()
	must(query.Get("state") == "all" && !query.Has("since") && cmp.Or(query.Get("sort"), "created") == "created",
		fail(http.StatusNotImplemented, "githubtest does not imitate such a list of issues"))
	sign := map[bool]int{true: 1, false: -1}[query.Get("direction") == "asc"]
	order := func(a, b *Issue) int { return sign * cmp.Or(a.CreatedAt.Compare(b.CreatedAt), a.Number-b.Number) }
	last, _ := strconv.Atoi(strings.TrimPrefix(query.Get("after"), cursor))
	creator, labels := query.Get("creator"), strings.FieldsFunc(query.Get("labels"), func(r rune) bool { return r == ',' })
	found := slices.DeleteFunc(s.present(), func(i *Issue) bool {
		lacks := func(label string) bool { return labelIndex(i.Labels, label) < 0 }
		others := creator != "" && !strings.EqualFold(creator, i.Author)
		return others || slices.ContainsFunc(labels, lacks) || last > 0 && order(i, s.issue(last)) <= 0
	})
	slices.SortFunc(found, order)
	number := func(name string, otherwise int) int {
		n, _ := strconv.Atoi(cmp.Or(query.Get(name), strconv.Itoa(otherwise)))
		return max(n, 1)
	}
	size, page := min(number("per_page", 30), 100), number("page", 1)
	must(page*size <= s.Settings.PagesReach, fail(http.StatusUnprocessableEntity,
		"Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)"))
	found = found[min((page-1)*size, len(found)):]
	shown := found[:min(size, len(found))]
	out := reply(http.StatusOK, each(shown, s.wireIssue))
	if len(shown) == len(found) {
		return out
	}
	query.Set("page", strconv.Itoa(page+1))
	if s.Settings.CursorPages {
		query.Del("page")
		query.Set("after", cursor+strconv.Itoa(shown[size-1].Number))
	}
	return out.With("Link", fmt.Sprintf(`<%s/repositories/%d/issues?%s>; rel="next"`, base(r), repositoryID, query.Encode()))
}

// cursor is the prefix of a cursor, which ends in the number of the page's last issue.
const cursor = "cursor:v2:"

package githubtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Comment is a comment on an issue.
type Comment struct {
	ID        int
	Author    string
	Body      string
	CreatedAt time.Time
}

func (s *Server) listComments(w http.ResponseWriter, r *http.Request, issue *stored) {
	since, _ := time.Parse(time.RFC3339, r.URL.Query().Get("since"))
	size := positive(r.URL.Query().Get("per_page"), 30, 100)
	out := []object{}
	for i, comment := range issue.Comments {
		if !comment.CreatedAt.Before(since) && len(out) < size {
			out = append(out, s.wireComment(r, issue, i))
		}
	}
	reply(w, http.StatusOK, out)
}

func (s *Server) createComment(w http.ResponseWriter, r *http.Request, issue *stored) {
	var in struct {
		Body string `json:"body"`
	}
	if !decode(w, r, &in) {
		return
	}
	problems := tooLong("IssueComment", "body", &in.Body, maxBody)
	if strings.TrimSpace(in.Body) == "" {
		problems = []problem{{Resource: "IssueComment", Field: "body", Code: "missing_field"}}
	}
	if len(problems) > 0 {
		invalid(w, problems...)
		return
	}
	s.lastComment++
	issue.Comments = append(issue.Comments, Comment{ID: s.lastComment, Author: s.settings.Login, Body: in.Body, CreatedAt: s.now()})
	issue.UpdatedAt = s.now()
	reply(w, http.StatusCreated, s.wireComment(r, issue, len(issue.Comments)-1))
}

func (s *Server) deleteComment(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	for _, issue := range s.issues {
		before := len(issue.Comments)
		issue.Comments = slices.DeleteFunc(issue.Comments, func(c Comment) bool { return c.ID == id })
		if len(issue.Comments) < before {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	notFound(w, r)
}

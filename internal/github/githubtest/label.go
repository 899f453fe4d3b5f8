package githubtest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// GitHub's limits on a label, in characters.
const (
	maxLabelName        = 50
	maxLabelDescription = 100
)

type label struct{ name, color, description string }

func (s *Server) getLabel(w http.ResponseWriter, r *http.Request) {
	i := s.findLabel(r.PathValue("name"))
	if i < 0 {
		fail(w, http.StatusNotFound, "Not Found")
		return
	}
	reply(w, http.StatusOK, s.wireLabel(r, i))
}

var sixHex = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)

func (s *Server) createLabel(w http.ResponseWriter, r *http.Request) {
	in := struct {
		Name               *string
		Color, Description string
	}{Color: "ededed"}
	if !decode(w, r, &in) {
		return
	}
	if s.settings.NoPush {
		fail(w, http.StatusForbidden, s.notAccessible())
		return
	}
	if in.Name == nil {
		notSupplied(w, "name")
		return
	}
	problems := slices.Concat(
		tooLong("Label", "name", in.Name, maxLabelName),
		tooLong("Label", "description", &in.Description, maxLabelDescription),
	)
	switch {
	case *in.Name == "":
		problems = append(problems, problem{Resource: "Label", Field: "name", Code: "missing_field"})
	case !sixHex.MatchString(in.Color):
		problems = append(problems, problem{Resource: "Label", Field: "color", Code: "invalid"})
	case s.findLabel(*in.Name) >= 0:
		problems = append(problems, problem{Resource: "Label", Field: "name", Code: "already_exists"})
	}
	switch {
	case len(problems) > 0 && s.settings.BareErrors:
		fail(w, http.StatusUnprocessableEntity, "Unprocessable Entity")
		return
	case len(problems) > 0:
		invalid(w, problems...)
		return
	}
	s.labels = append(s.labels, label{*in.Name, in.Color, in.Description})
	reply(w, http.StatusCreated, s.wireLabel(r, len(s.labels)-1))
}

// findLabel returns the index of a label, or -1. Case does not matter to GitHub.
func (s *Server) findLabel(name string) int {
	return slices.IndexFunc(s.labels, func(l label) bool { return strings.EqualFold(l.name, name) })
}

func (s *Server) addLabels(w http.ResponseWriter, r *http.Request, issue *stored) {
	var names []string
	if !decode(w, r, &names) {
		return
	}
	if s.settings.NoPush {
		fail(w, http.StatusForbidden, s.notAccessible())
		return
	}
	if problems := labelProblems(slices.Concat(issue.Labels, names)); len(problems) > 0 {
		invalid(w, problems...)
		return
	}
	before := len(issue.Labels)
	s.attach(issue, names)
	if len(issue.Labels) > before {
		issue.UpdatedAt = s.now()
	}
	reply(w, http.StatusOK, s.wireLabels(r, issue))
}

// attach gives an issue labels, and makes those that the repository lacks.
func (s *Server) attach(issue *stored, names []string) {
	for _, name := range names {
		i := s.findLabel(name)
		if i < 0 {
			i = len(s.labels)
			s.labels = append(s.labels, label{name: name, color: "ededed"})
		}
		if !slices.Contains(issue.Labels, s.labels[i].name) {
			issue.Labels = append(issue.Labels, s.labels[i].name)
		}
	}
}

func labelProblems(names []string) []problem {
	var problems []problem
	if len(names) > maxLabels {
		problems = append(problems, problem{Resource: "Issue", Field: "labels", Code: "custom", Message: fmt.Sprintf("cannot have more than %d labels", maxLabels)})
	}
	for _, name := range names {
		if utf8.RuneCountInString(name) > maxLabelName {
			problems = append(problems, tooLongProblem("Label", "name", maxLabelName))
		}
	}
	return problems
}

package githubtest

import (
	"cmp"
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

// plainColor is that of a label that was created without one.
const plainColor = "ededed"

type label struct{ name, color, description string }

func (s *Server) getLabel(r *http.Request) answer {
	i := s.findLabel(r.PathValue("name"))
	if i < 0 {
		return fail(http.StatusNotFound, "Not Found")
	}
	return reply(http.StatusOK, s.wireLabel(r, i))
}

var sixHex = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)

func (s *Server) createLabel(r *http.Request) answer {
	in := decode[struct {
		Name               *string
		Color, Description string
	}](r)
	if s.settings.NoPush {
		return fail(http.StatusForbidden, s.notAccessible())
	}
	if in.Name == nil {
		return notSupplied("name")
	}
	problems := slices.Concat(
		tooLong("Label", "name", in.Name, maxLabelName),
		tooLong("Label", "description", &in.Description, maxLabelDescription),
	)
	switch {
	case *in.Name == "":
		problems = append(problems, problem{Resource: "Label", Field: "name", Code: "missing_field"})
	case !sixHex.MatchString(cmp.Or(in.Color, plainColor)):
		problems = append(problems, problem{Resource: "Label", Field: "color", Code: "invalid"})
	case s.findLabel(*in.Name) >= 0:
		problems = append(problems, problem{Resource: "Label", Field: "name", Code: "already_exists"})
	}
	switch {
	case len(problems) > 0 && s.settings.BareErrors:
		return fail(http.StatusUnprocessableEntity, "Unprocessable Entity")
	case len(problems) > 0:
		return invalid(problems...)
	}
	s.labels = append(s.labels, label{*in.Name, cmp.Or(in.Color, plainColor), in.Description})
	return reply(http.StatusCreated, s.wireLabel(r, len(s.labels)-1))
}

// findLabel returns the index of a label, or -1. Case does not matter to GitHub.
func (s *Server) findLabel(name string) int {
	return slices.IndexFunc(s.labels, func(l label) bool { return strings.EqualFold(l.name, name) })
}

func (s *Server) addLabels(r *http.Request, issue *stored) answer {
	names := decode[[]string](r)
	if s.settings.NoPush {
		return fail(http.StatusForbidden, s.notAccessible())
	}
	if problems := labelProblems(slices.Concat(issue.Labels, names)); len(problems) > 0 {
		return invalid(problems...)
	}
	before := len(issue.Labels)
	s.attach(issue, names)
	if len(issue.Labels) > before {
		issue.UpdatedAt = s.now()
	}
	return reply(http.StatusOK, s.wireLabels(r, issue))
}

func (s *Server) removeLabel(r *http.Request, issue *stored) answer {
	i := slices.IndexFunc(issue.Labels, func(l string) bool { return strings.EqualFold(l, r.PathValue("name")) })
	switch {
	case s.settings.NoPush:
		return fail(http.StatusForbidden, s.notAccessible())
	case i < 0:
		return fail(http.StatusNotFound, "Label does not exist")
	}
	issue.Labels = slices.Delete(issue.Labels, i, i+1)
	issue.UpdatedAt = s.now()
	return reply(http.StatusOK, s.wireLabels(r, issue))
}

// attach gives an issue labels, and makes those that the repository lacks.
func (s *Server) attach(issue *stored, names []string) {
	for _, name := range names {
		i := s.findLabel(name)
		if i < 0 {
			i = len(s.labels)
			s.labels = append(s.labels, label{name: name, color: plainColor})
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

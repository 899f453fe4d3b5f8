package githubtest

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
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
	must(i >= 0, notFound())
	return reply(http.StatusOK, s.wireLabel(r, i))
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
	p.want(sixHex.MatchString(cmp.Or(in.Color, plainColor)), "color", "invalid")
	p.want(s.findLabel(*in.Name) < 0, "name", "already_exists")
	must(p == nil || !s.settings.BareErrors, fail(http.StatusUnprocessableEntity, "Unprocessable Entity"))
	p.refuse()
	s.labels = append(s.labels, label{*in.Name, cmp.Or(in.Color, plainColor), in.Description})
	return reply(http.StatusCreated, s.wireLabel(r, len(s.labels)-1))
}

func (s *Server) findLabel(name string) int {
	return slices.IndexFunc(s.labels, func(l label) bool { return strings.EqualFold(l.name, name) })
}

func (s *Server) addLabels(r *http.Request, issue *stored) answer {
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
	return reply(http.StatusOK, s.wireLabels(r, issue))
}

func (s *Server) removeLabel(r *http.Request, issue *stored) answer {
	i := slices.IndexFunc(issue.Labels, func(l string) bool { return strings.EqualFold(l, r.PathValue("name")) })
	must(!s.settings.NoPush, s.notAccessible())
	must(i >= 0, fail(http.StatusNotFound, "Label does not exist"))
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

package group

import (
	"slices"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// exception and frame are what is printed of a type chain.
type exception struct {
	Type    string  `json:"type"`
	Message string  `json:"message"`
	Frames  []frame `json:"frames"`
}

type frame struct {
	Function string `json:"function"`
	Module   string `json:"module,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	InApp    bool   `json:"in-app"`
}

// exceptions makes a type chain fit to be printed.
func (p Printer) exceptions(chain []event.Exception) []exception {
	shown := []exception{}
	for _, x := range chain {
		frames := []frame{}
		for _, f := range x.Frames {
			frames = append(frames, frame{p.text(f.Function), p.text(f.Module), p.text(f.File), f.Line, f.InApp})
		}
		shown = append(shown, exception{p.text(x.Type), p.text(x.Message), frames})
	}
	return shown
}

// rule is what a rule of the settings file contributes.
type rule struct {
	Line    int               `json:"line"`
	Effects map[string]string `json:"effects"`
}

func (p Printer) rules(g *grouping.Group) []rule {
	var shown []rule
	for _, c := range p.Rules.Policy.Effects(g.Matched, g.Sample.Decision.Rules, g.Level).Rules {
		r := rule{c.Line, map[string]string{}}
		for _, e := range c.Effects {
			r.Effects[e.Name] = p.text(e.Text)
		}
		shown = append(shown, r)
	}
	return shown
}

func ruleOf(g *grouping.Group) grouping.Rule {
	if g.Name != "" {
		return grouping.ByName
	}
	return g.Rule
}

func (p Printer) text(s string) string { return p.Redactor.Command(s).String() }

// keys are those by which an issue would know the group, its own first.
func keys(g *grouping.Group) []string {
	all := []string{g.Key}
	if g.Name != "" {
		all = []string{g.Name, g.Key}
	}
	for _, key := range append(slices.Clone(g.Also), g.Aliases...) {
		if !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	return all
}

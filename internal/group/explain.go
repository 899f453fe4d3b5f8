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

func (p Printer) text(s string) string { return p.Redactor.Command(s).String() }

// keys are those by which an issue would know the group, its own first.
func keys(g *grouping.Group) []string {
	all := []string{g.Key}
	for _, key := range append(slices.Clone(g.Also), g.Aliases...) {
		if !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	return all
}

package plan

import (
	"fmt"
	"path"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// Title names an error: what happened, where, and in which service. It is
// foreign text still.
func Title(g *grouping.Group) string {
	title := what(g)
	if where := Place(g.Place); where != "" {
		title += " in " + where
	}
	if g.Service != "" {
		title += " [" + g.Service + "]"
	}
	return title
}

func what(g *grouping.Group) string {
	switch {
	case g.Template == "" && g.Type == "":
		return "(empty message)"
	case g.Template == "":
		return g.Type
	case strings.HasPrefix(g.Template, g.Type): // a Go runtime error's message begins with its kind
		return g.Template
	}
	return g.Type + ": " + g.Template
}

// Location is a frame's file and line, as far as they are known.
func Location(f event.Frame) string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// Place names the function of a frame as its developers call it: with the last
// part of its class, package or module, and without the path to it. An
// anonymous function goes by its file.
func Place(f event.Frame) string {
	if f.Function == "" {
		if f.File == "" {
			return ""
		}
		return path.Base(f.File)
	}
	owner := f.Module[strings.LastIndexAny(f.Module, "./")+1:]
	if owner == "" || strings.HasPrefix(f.Function, owner+".") {
		return f.Function
	}
	return owner + "." + f.Function
}

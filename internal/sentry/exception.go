package sentry

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// wireException is one value of an event's exception, in the API and in webhooks.
type wireException struct {
	Type       string
	Value      string
	Module     string
	Stacktrace *struct{ Frames []wireFrame } // the oldest call first
	Mechanism  *struct {
		Source      string
		ExceptionID *int `json:"exception_id"`
		ParentID    *int `json:"parent_id"`
	}
}

// wireFrame is one frame, symbolicated by Sentry if possible. The API writes the names
// of its fields in camel case, webhooks in snake case.
type wireFrame struct {
	Function     string
	Module       string
	Filename     string
	AbsPath      string
	AbsPathSnake string `json:"abs_path"`
	Line         int    `json:"lineno"` // "lineNo" too: the case does not matter
	Column       int    `json:"colno"`
	InApp        bool
	InAppSnake   bool `json:"in_app"`
}

// chainOf returns the chain of exceptions, the one that surfaced first. Sentry lists
// it last, and the frames of each with the oldest call first.
func chainOf(values []wireException) []event.Exception {
	var chain []event.Exception
	for _, v := range slices.Backward(withoutSuppressed(values)) {
		chain = append(chain, v.exception())
	}
	return chain
}

// withoutSuppressed leaves out what went wrong while an exception was handled, which
// did not cause it, and its own causes.
func withoutSuppressed(values []wireException) []wireException {
	dropped := map[int]bool{}
	for range values { // a parent may stand behind its children
		for _, v := range values {
			if m := v.Mechanism; m != nil && m.ExceptionID != nil &&
				(strings.HasPrefix(m.Source, "suppressed") || m.ParentID != nil && dropped[*m.ParentID]) {
				dropped[*m.ExceptionID] = true
			}
		}
	}
	return slices.DeleteFunc(values, func(v wireException) bool {
		return v.Mechanism != nil && v.Mechanism.ExceptionID != nil && dropped[*v.Mechanism.ExceptionID]
	})
}

// exception turns a value into ours. The module of its type is put in front of that,
// as most runtimes print it.
func (v wireException) exception() event.Exception {
	x := event.Exception{Type: v.Type, Message: v.Value}
	if v.Module != "" {
		x.Type = v.Module + "." + v.Type
	}
	if v.Stacktrace == nil {
		return x
	}
	for _, f := range slices.Backward(v.Stacktrace.Frames) {
		x.Frames = append(x.Frames, event.Frame{
			Function: f.Function, Module: f.Module, File: cmp.Or(f.AbsPath, f.AbsPathSnake, f.Filename),
			Line: max(f.Line, 0), Column: max(f.Column, 0), InApp: f.InApp || f.InAppSnake,
		})
	}
	return x
}

// runtime names a platform as package stacktrace does.
func runtime(platform string) string {
	switch platform {
	case "javascript":
		return "browser"
	case "csharp":
		return "dotnet"
	}
	return platform
}

package faults

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// wrote is a text written by people, which must stay.
type wrote struct {
	issue int
	title bool // in the title; otherwise in the body
	text  string
}

// numberOf finds an error's issue as a person would: by its name, among the open issues with the label, or
// else the oldest one.
func (w *world) numberOf(name string) int {
	number := 0
	for _, i := range w.github.Issues() {
		if tracked(i) && about(i, name) && (number == 0 || w.github.Issue(number).State != "open" && i.State == "open") {
			number = i.Number
		}
	}
	return number
}

func tracked(i githubtest.Issue) bool { return labelled(i, "errmon") }

func labelled(i githubtest.Issue, name string) bool {
	for _, l := range i.Labels {
		if l == name {
			return true
		}
	}
	return false
}

// about reports whether an issue's title, or the text above its sample, contains an error's name. No name
// occurs in the words of another.
func about(i githubtest.Issue, name string) bool {
	above, _, _ := strings.Cut(i.Body, "<!-- errmon:sample -->")
	return strings.Contains(strings.ToLower(i.Title+above), name)
}

// onIssue returns a deed on the issue of an error.
func onIssue(name string, do func(w *world, number int)) func(*world) bool {
	return func(w *world) bool {
		number := w.numberOf(name)
		if number != 0 {
			do(w, number)
		}
		return number != 0
	}
}

func closing(name, reason string) func(*world) bool {
	return onIssue(name, func(w *world, n int) { w.github.Close(n, reason) })
}

func labelling(name, label string) func(*world) bool {
	return onIssue(name, func(w *world, n int) { w.github.Label(n, label) })
}

func renaming(name, title string) func(*world) bool {
	return onIssue(name, func(w *world, n int) {
		w.github.Edit(n, func(i *githubtest.Issue) { i.Title = title })
		w.wrote = append(w.wrote, wrote{n, true, title})
	})
}

// pasting appends a note and a copy of the body, each line of the copy preceded by mark.
func pasting(mark string) func(*world) bool {
	const note = "It said so yesterday."
	return onIssue("alpha", func(w *world, n int) {
		body := w.github.Issue(n).Body
		w.github.EditBody(n, body+"\n\n"+note+"\n\n"+mark+strings.ReplaceAll(body, "\n", "\n"+mark))
		w.wrote = append(w.wrote, wrote{n, false, note})
	})
}

// formerly is the label of issues that lost errmon's.
const formerly = "formerly errmon"

func renamingLabel(w *world) bool {
	if !slices.Contains(w.github.Labels(), "errmon") {
		return false
	}
	w.github.RenameLabel("errmon", formerly)
	return true
}

func deletingLabel(w *world) bool {
	for _, i := range w.github.Issues() {
		if tracked(i) {
			w.github.Label(i.Number, formerly) // for whoever puts it back
		}
	}
	w.github.RenameLabel("errmon", "")
	return true
}

// relabelling restores the label on the issues that had it.
func relabelling(w *world) {
	for _, i := range w.github.Issues() {
		if labelled(i, formerly) {
			w.github.Unlabel(i.Number, formerly)
			w.github.Label(i.Number, "errmon")
		}
	}
}

// writingAround adds a text above and one below the issue's body.
func writingAround(name, above, below string) func(*world) bool {
	return onIssue(name, func(w *world, n int) {
		body := w.github.Issue(n).Body
		if above != "" {
			body = above + "\n\n" + body
			w.wrote = append(w.wrote, wrote{n, false, above})
		}
		if below != "" {
			body += "\n\n" + below
			w.wrote = append(w.wrote, wrote{n, false, below})
		}
		w.github.EditBody(n, body)
	})
}

// Package terminal describes the terminal that a person sits in front of: how
// wide it is, and whether it shows colours. Its zero value is none, as in a
// pipe or a workflow's log, where text stays plain.
//
// It imports nothing of this project.
package terminal

import (
	"cmp"
	"os"

	"golang.org/x/term"
)

// Screen is what text is shown on.
type Screen struct {
	Width  int // columns; 0 if it is not a terminal
	Colour bool
}

// Of returns the screen behind a file. Colours are off if NO_COLOR is set
// (https://no-color.org) or the terminal is a dumb one.
func Of(file *os.File, getenv func(string) string) Screen {
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return Screen{}
	}
	return Screen{Width: width, Colour: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
}

// Columns returns the screen's width, or without a terminal the given one.
func (s Screen) Columns(otherwise int) int { return cmp.Or(s.Width, otherwise) }

// Style is how a text stands out.
type Style string

// The styles, by their ECMA-48 codes.
const (
	Bold   Style = "1"
	Faint  Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// Show returns the text in a style, or as it is if the screen has no colours.
func (s Screen) Show(style Style, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}

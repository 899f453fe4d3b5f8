// Package terminal describes the user's terminal: its width, and whether it shows colours. Output to a pipe
// or a workflow's log has no terminal and stays plain.
//
// It imports nothing of this project.
package terminal

import (
	"os"

	"golang.org/x/term"
)

// Screen is where text is shown; the zero Screen is not a terminal.
type Screen struct {
	Width  int // columns; 0 if it is not a terminal
	Colour bool
}

// Of returns the screen behind a file. Colours are off if NO_COLOR (no-color.org) is set or TERM is "dumb".
func Of(file *os.File, getenv func(string) string) Screen {
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return Screen{}
	}
	return Screen{Width: width, Colour: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
}

// Style is a style of text, written as its ECMA-48 (ANSI escape) code.
type Style string

// The styles.
const (
	Bold   Style = "1"
	Faint  Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// Show returns the text in a style, or unchanged if the screen has no colours.
func (s Screen) Show(style Style, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}

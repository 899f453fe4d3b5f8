// Package page writes the errors of a preview as one HTML page that needs no network:
// a list of errors, each with its issue as GitHub shows it, and a timeline.
//
// The page's policy allows only its own style and script, by their hashes, so that nothing in a log can run
// or load anything. The page is built from strings because Go's template packages make the linker keep every
// exported method of the program, which is half its size again.
//
// The build tag nopage leaves out pages and goldmark: 600 KB that the action's image does not need.
//
// It is pure and imports nothing of this project.
package page

import "io"

// Write writes the page. Its last argument is a line of plain text about what was read.
// It is nil in a build with the tag nopage.
var Write func(io.Writer, []Issue, string) error

// Issue is one error and its issue.
type Issue struct {
	Title   string          `json:"title"` // plain text, as GitHub shows it
	Level   string          `json:"level"`
	Service string          `json:"service"` // may be empty
	Events  int64           `json:"events"`
	Body    string          `json:"body"`    // Markdown, safe for GitHub
	Minutes map[int64]int64 `json:"minutes"` // events by minute since 1970
}

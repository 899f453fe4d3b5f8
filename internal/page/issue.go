// Package page writes the errors of a preview as one HTML page that needs no network:
// a list of errors, each with its issue as GitHub would show it, and a timeline.
//
// The page's content security policy allows only its own style and script, by hash, so nothing in a log can
// run or load anything. The page is built from strings because Go's template packages make the linker keep
// every exported method of the program, which makes the binary half as large again.
//
// The build tag nopage leaves out this code and goldmark: 600 KB that the action's image does not need.
//
// It is pure and imports nothing of this project.
package page

import "io"

// Write writes the page. Its last argument is one line of plain text that summarises what was read.
// Write is nil in a build with the tag nopage.
var Write func(io.Writer, []Issue, string) error

// Issue is one error and the issue that would be filed for it.
type Issue struct {
	Title   string          `json:"title"` // plain text, as for an issue on GitHub
	Level   string          `json:"level"`
	Service string          `json:"service"` // may be empty
	Events  int64           `json:"events"`
	Body    string          `json:"body"`    // Markdown, safe for GitHub
	Minutes map[int64]int64 `json:"minutes"` // number of events by minute since 1970 (UTC)
}

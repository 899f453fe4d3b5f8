// Package page writes the errors of a preview as one HTML page that needs no network:
// a list of errors, each with its issue as GitHub shows it, and a timeline.
//
// The page's policy forbids everything but its own style and script, which are named
// by their hashes, so that nothing in a log can run or load anything. It is built from
// strings because the linker keeps every exported method of a program that uses Go's
// template packages, which is half its size again.
//
// The build tag nopage leaves pages out of the program, and with them goldmark: 600 KB
// that the action's image needs for nothing.
//
// It is pure and imports nothing of this project.
package page

// Issue is one error and the issue that it gets.
type Issue struct {
	Title   string          `json:"title"` // plain text, as GitHub shows it
	Level   string          `json:"level"`
	Service string          `json:"service"` // may be empty
	Events  int64           `json:"events"`
	Body    string          `json:"body"`    // Markdown, safe for GitHub
	Minutes map[int64]int64 `json:"minutes"` // events by minute since 1970
}

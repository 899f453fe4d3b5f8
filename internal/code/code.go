// Package code maps the frames of a failure to the repository: which commit ran, which file and
// line a frame is in, who owns the file, and which change of the line may be the cause.
//
// It is right or silent. A commit has a Certainty, and the lower it is, the more the code itself
// must match the frame: see Tree.Find and Named. Anything ambiguous is left out.
//
// It is pure and imports event only: enrich asks GitHub and passes the answers in.
package code

import (
	"path"
	"strings"
)

// Certainty is how certain it is that a commit is the one that ran.
type Certainty int

// How a commit was found.
const (
	Unknown Certainty = iota
	Guessed           // the head of the default branch, since no SHA or tag identifies the release
	Tagged            // exactly one commit has a tag that matches the release
	Exact             // the event carries the SHA
)

// Commit is a commit of the repository.
type Commit struct {
	SHA       string // 40 hexadecimal digits
	Name      string // the tag or branch it was found by; empty if Exact
	Certainty Certainty
}

// Source is what the repository says about one event.
type Source struct {
	Commit Commit
	Page   string // the repository's page, such as https://github.com/acme/shop
	Links  []Link // in-app frames, in the order of the trace
	Guide  string // path of the contributing guide; empty if there is none
	// The fields below are empty if the issue is more public than the code, or the top frame has no link.
	Excerpt  Excerpt   // at the first link
	Owners   Owners    // of the first link's file
	Suspects []Suspect // for any of the links
}

// Guides lists the paths of contributing guides, the one for coding agents first.
var Guides = []string{"AGENTS.md", "CONTRIBUTING.md", ".github/CONTRIBUTING.md", "docs/CONTRIBUTING.md"}

// Link is a frame's place in the repository.
type Link struct {
	Function string
	Path     string
	Line     int // number of a line in the file, from 1
}

// Excerpt is some code around a line.
type Excerpt struct {
	First    int // number of the first line
	Line     int // number of the failing line
	Lines    []string
	Language string // name for a code fence; empty if unknown
}

const around = 5 // lines of an excerpt on either side

// ExcerptOf returns the code around a line of a file; the zero Excerpt if the file has no such line.
func ExcerptOf(file, text string, line int) Excerpt {
	lines := Lines(text)
	if line < 1 || line > len(lines) {
		return Excerpt{}
	}
	first, last := max(1, line-around), min(len(lines), line+around)
	return Excerpt{First: first, Line: line, Lines: lines[first-1 : last], Language: languages[path.Ext(file)]}
}

// Lines splits a file into lines. A final line break does not begin another line.
func Lines(text string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
}

// languages maps file extensions to the language names of code fences, as in GitHub's Linguist.
var languages = map[string]string{
	".js": "js", ".mjs": "js", ".cjs": "js", ".jsx": "jsx", ".ts": "ts", ".mts": "ts", ".cts": "ts", ".tsx": "tsx", ".vue": "vue", ".svelte": "svelte",
	".py": "python", ".java": "java", ".kt": "kotlin", ".kts": "kotlin", ".scala": "scala", ".go": "go", ".rb": "ruby", ".erb": "erb", ".php": "php",
	".cs": "csharp", ".fs": "fsharp", ".vb": "vb", ".rs": "rust", ".ex": "elixir", ".exs": "elixir", ".pl": "perl", ".pm": "perl", ".tcl": "tcl",
}

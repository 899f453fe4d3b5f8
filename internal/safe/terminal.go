package safe

import (
	"regexp"
	"strings"
)

const (
	// maxTerminal lets a whole issue through, whose body GitHub limits to 65,536 characters.
	maxTerminal = 70_000
	// maxCommand is where the runner cuts an annotation's message.
	maxCommand = 4096
)

// Terminal returns s for stdout or stderr, line breaks kept, in at most 70,000
// runes. The runner reads commands from both: "::name::" at the start of a
// line, even after white space, and "##[name]" anywhere. A visible space breaks them,
// because the runner's culture-sensitive comparison ignores a zero-width one.
func (r *Redactor) Terminal(s string) Text {
	text, more := r.prepare(s, maxTerminal)
	return fit(text, more, maxTerminal, "\n"+cutMark, partCommands)
}

// Command returns s as the data of an annotation, on one line and in at most
// 4,096 runes. The caller must percent-encode it.
func (r *Redactor) Command(s string) Text {
	return r.line(s, maxCommand, " "+cutMark, partCommands)
}

var lineCommand = regexp.MustCompile(`(?m)^([\pZ\t]*:):`)

func partCommands(s string) string {
	s = strings.ReplaceAll(s, "##[", "## [")
	s = lineCommand.ReplaceAllString(s, "$1 :")
	if strings.HasPrefix(s, ":") {
		s = " " + s // the text printed before it may end in a colon
	}
	return s
}

package render

import (
	"strings"
	"unicode/utf8"
)

// block names a part of the body that a later run keeps if it has nothing newer.
// Comments enclose it, which log text cannot forge (package safe).
type block string

const (
	codeBlock    block = "code"    // of the last version that failed
	pathBlock    block = "path"    // of the sample
	sampleBlock  block = "sample"  // the newest event that was read whole
	contextBlock block = "context" // lines around the error, within the sample
)

func (b block) begin() string { return "<!-- errmon:" + string(b) + " -->" }
func (b block) end() string   { return "<!-- errmon:" + string(b) + " end -->" }

// of returns the block's text in an old section; nothing if it has none.
func (b block) of(section string) string {
	_, rest, _ := strings.Cut(section, b.begin())
	inside, _, ok := strings.Cut(rest, b.end())
	if !ok {
		return ""
	}
	return strings.TrimSpace(inside)
}

// enclose returns the text as a block, or nothing if it is blank or longer than limit
// characters.
func (b block) enclose(text string, limit int) string {
	if text = strings.TrimSpace(text); text == "" || utf8.RuneCountInString(text) > limit {
		return ""
	}
	return b.begin() + "\n" + text + "\n" + b.end()
}

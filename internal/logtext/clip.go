package logtext

import (
	"strings"
	"unicode/utf8"
)

// MaxText bounds Event.Text and Event.Stack, each in bytes. GitHub takes
// 65,536 characters in an issue's body, so that more could never be shown.
const MaxText = 64 << 10

// maxLines bounds the lines of one event: a dump of thousands of goroutines
// tells no more by its middle.
const maxLines = 2000

const cutMark = "[…]"

// clip shortens s to MaxText by cutting out of its middle, on rune boundaries:
// a trace tells most at its two ends, Python's exception being the last line.
func clip(s string) string {
	if len(s) <= MaxText {
		return s
	}
	head, tail := MaxText*3/4, len(s)-(MaxText/4-len(cutMark)-2)
	for !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + "\n" + cutMark + "\n" + s[tail:]
}

// clipLines shortens lines alike, to maxLines and about MaxText in all.
func clipLines(lines []string) []string {
	if len(lines) > maxLines {
		kept := append(lines[:maxLines*3/4:maxLines*3/4], cutMark)
		lines = append(kept, lines[len(lines)-(maxLines/4-1):]...)
	}
	return strings.Split(clip(strings.Join(lines, "\n")), "\n")
}

package logtext

import (
	"strings"
	"unicode/utf8"
)

// MaxText bounds Event.Text and Event.Stack, each in bytes. GitHub takes
// 65,536 characters in an issue's body, so that more could never be shown.
const MaxText = 64 << 10

// maxLines bounds the lines of one event: the middle of a huge goroutine dump
// adds nothing.
const maxLines = 2000

const cutMark = "[…]"

// lines is the text of an event while it grows.
type lines struct {
	lines []string
	size  int // in bytes
}

func (l *lines) add(line string) {
	if len(line) > MaxText {
		line = strings.Clone(clip(line))
	}
	l.lines = append(l.lines, line)
	l.size += len(line) + 1
	if len(l.lines) > 2*maxLines || l.size > 4*MaxText {
		l.lines = clipLines(l.lines)
		l.size = MaxText
	}
}

// trim drops blank lines at the end.
func (l *lines) trim() {
	for len(l.lines) > 1 && isBlank(l.lines[len(l.lines)-1]) {
		l.lines = l.lines[:len(l.lines)-1]
	}
}

// below joins the lines, with another one in the first's place.
func (l *lines) below(first string) string {
	if len(l.lines) > maxLines {
		l.lines = clipLines(l.lines)
	}
	l.lines[0] = first
	return clip(strings.Join(l.lines, "\n"))
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// clip shortens s to MaxText by cutting out of its middle, on rune boundaries:
// a trace says most at its two ends, Python's exception being the last line.
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

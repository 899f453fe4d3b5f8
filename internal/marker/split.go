package marker

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/count"
)

// This file finds our section in a body that people edit: they write around it,
// quote its lines, paste an earlier body, and delete lines that look like noise.
// Only a whole line at the left margin counts, and the state decides: of several
// sections, the one with the newest state is ours. Anything that is not clearly
// ours belongs to people and stays.

// The visible text of an issue's section begins with "**N events**" and ends with a line that
// begins like this. Both mark the section's bounds if its own lines were deleted.
const LastLine = "<sub>Filed by errmon"

var firstRead = regexp.MustCompile(`^\*\*\d[\d,]* events?\*\*`)

// Split splits a body into the text before our section, the section with its first
// and last line, and the text after it.
func Split(body string) (before, section, behind string, ok bool) {
	found, ok := find(body)
	if !ok {
		return body, "", "", false
	}
	from, to := found.lines[0].from, found.lines[len(found.lines)-1].to
	return body[:from], body[from:to], body[to:], true
}

// place is our section in a body.
type place struct {
	lines   []line // at least one
	state   line   // zero if it is gone
	foreign bool   // another issue's section was pasted as well
}

// line is one of our lines in a body, or a line of visible text.
type line struct {
	prefix   string // which of our lines; empty for others
	value    string // of our lines, between prefix and suffix
	text     string // without trailing white space
	from, to int    // in the body, without its line break
}

// version returns the number that one of our lines begins with, 0 if it has none, and what follows.
func (l line) version() (v int, rest string) {
	number, rest, _ := strings.Cut(l.value, " ")
	v, _ = strconv.Atoi(number)
	return v, rest
}

// read reads a state line. It returns ErrNewer or ErrDamaged.
func (l line) read(state any) error {
	v, rest := l.version()
	if v > Version {
		return ErrNewer
	}
	sum, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if v != Version {
		return ErrDamaged
	}
	return decode(text, sum, state)
}

func find(body string) (place, bool) {
	lines := linesOf(body)
	if at, foreign := newestState(lines); at >= 0 {
		return place{lines[firstLine(lines, at) : endOf(lines, at)+1], lines[at], foreign}, true
	}
	for _, prefix := range []string{beginPrefix, keyPrefix} {
		if first := slices.IndexFunc(lines, func(l line) bool { return l.prefix == prefix }); first >= 0 {
			return place{lines: lines[first : lastLine(lines, first)+1]}, true
		}
	}
	return place{}, false
}

func linesOf(body string) []line {
	var lines []line
	from := 0
	for raw := range strings.SplitSeq(body, "\n") {
		l := line{text: strings.TrimRight(raw, " \t\r"), from: from}
		l.to = from + len(l.text)
		for _, prefix := range []string{beginPrefix, keyPrefix, statePrefix, endLine} {
			if strings.HasPrefix(l.text, prefix) && strings.HasSuffix(l.text, suffix) {
				l.prefix, l.value = prefix, strings.TrimSuffix(l.text[len(prefix):], suffix)
			}
		}
		lines = append(lines, l)
		from += len(raw) + 1
	}
	return lines
}

// newestState returns the index of the newest readable state line, or of the last
// state line if none is readable; -1 if there is none. Of equally new ones the first
// is ours. foreign reports whether states of several issues are readable.
func newestState(lines []line) (at int, foreign bool) {
	at = -1
	var best age
	for i, l := range lines {
		if l.prefix != statePrefix {
			continue
		}
		a := ageOf(l)
		foreign = foreign || best.readable && a.readable && a.key != best.key
		if !best.readable || a.readable && cmp.Or(cmp.Compare(a.last, best.last), cmp.Compare(a.count, best.count)) > 0 {
			at, best = i, a
		}
	}
	return at, foreign
}

// age holds the parts of a state that show how new it is and which issue it is from.
type age struct {
	readable bool
	key      string
	last     count.Millis
	count    int64
}

func ageOf(l line) age {
	var state struct {
		Marker
		Read map[string]count.Millis `json:"read"` // of a dashboard
	}
	switch l.read(&state) {
	case ErrNewer:
		return age{readable: true}
	case ErrDamaged:
		return age{}
	}
	a := age{readable: true, key: state.Key(), last: state.Last, count: state.Count()}
	for _, at := range state.Read {
		a.last = max(a.last, at)
	}
	return a
}

// firstLine returns where the section that ends with a state begins: at the first of
// our lines that is left, else at the first visible line.
func firstLine(lines []line, state int) int {
	first := -1
	for i := state - 1; i >= 0 && lines[i].prefix != statePrefix && lines[i].prefix != endLine; i-- {
		switch {
		case lines[i].prefix == beginPrefix:
			return i
		case lines[i].prefix == keyPrefix, first < 0 && firstRead.MatchString(lines[i].text):
			first = i
		}
	}
	if first < 0 {
		return state
	}
	return first
}

// endOf returns the end line directly below a state, or else the state.
func endOf(lines []line, state int) int {
	for i := state + 1; i < len(lines); i++ {
		if lines[i].prefix == endLine {
			return i
		}
		if lines[i].text != "" {
			break
		}
	}
	return state
}

// lastLine returns where a section without a state ends: at the last visible line or
// at its end line; if both are gone, at its key line.
func lastLine(lines []line, first int) int {
	last := first
	for i := first; i < len(lines); i++ {
		switch {
		case lines[i].prefix == endLine:
			return i
		case strings.HasPrefix(lines[i].text, LastLine):
			return endOf(lines, i)
		case lines[i].prefix == keyPrefix && i == first+1:
			last = i
		}
	}
	return last
}

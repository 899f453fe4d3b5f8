package safe

import (
	"strconv"
	"strings"
)

const (
	maxNumber = 9999
	maxKind   = 64 // characters of a kind
)

// placeholderAt returns the kind and the number of what Redact puts in place of a
// value, "[KIND-N]", if s begins with one, and its length; else 0.
func placeholderAt(s string) (kind string, number, length int) {
	end := strings.IndexByte(s[:min(len(s), maxKind+8)], ']')
	if end < 0 || s[0] != '[' {
		return "", 0, 0
	}
	dash := strings.LastIndexByte(s[:end], '-')
	if dash < 2 || !isKindName(s[1:dash]) || !allDigits(s[dash+1:end]) || s[dash+1] == '0' || end-dash > len("-9999") {
		return "", 0, 0
	}
	number, _ = strconv.Atoi(s[dash+1 : end]) // at most four digits
	return s[1:dash], number, end + 1
}

// isKindName reports whether s is lower-case letters and digits with single
// dashes between.
func isKindName(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && !(s[i] >= 'a' && s[i] <= 'z') && !(s[i] == '-' && i > 0 && s[i-1] != '-') {
			return false
		}
	}
	return s[len(s)-1] != '-'
}

// placeholders returns where those stand in s whose kind is known: a list of
// one token may have their shape.
func (r *Redactor) placeholders(s string) [][]int {
	var found [][]int
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '[')
		if i < 0 {
			return found
		}
		at += i
		if kind, _, n := placeholderAt(s[at:]); n > 0 && r.isKind(kind) {
			found = append(found, []int{at, at + n})
			at += n
		} else {
			at++
		}
	}
}

// numbers tells equal values of a section by a number, counted for each kind
// in the order in which the values are met.
type numbers struct {
	last  map[string]int // by kind
	given map[[2]string]int
}

func newNumbers() *numbers { return &numbers{last: map[string]int{}, given: map[[2]string]int{}} }

// label returns the placeholder of a value. Beyond 9,999 values of a kind all
// others share a number.
func (n *numbers) label(f secret, value string) string {
	key := [2]string{f.kind, canonical(f.kind, value)}
	if n.given[key] == 0 {
		n.last[f.kind] = min(n.last[f.kind]+1, maxNumber)
		n.given[key] = n.last[f.kind]
	}
	return "[" + f.kind + "-" + strconv.Itoa(n.given[key]) + "]"
}

// reserve keeps new numbers apart from those that a text brings along.
func (n *numbers) reserve(s string, placeholders [][]int) {
	for _, at := range placeholders {
		kind, number, _ := placeholderAt(s[at[0]:])
		n.last[kind] = max(n.last[kind], number)
	}
}

// canonical writes a value in the one way in which equal ones are equal.
func canonical(kind, value string) string {
	switch kind {
	case kindEmail, kindIP, kindMAC:
		return strings.ToLower(value)
	case kindCard, kindPhone, kindIBAN:
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' && r < 'A' || r > 'Z' {
				return -1
			}
			return r
		}, strings.ToUpper(value))
	}
	return value
}

package safe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const maxNumber = 9999

// placeholder matches Redact's replacement for a value: "[KIND-N]".
var placeholder = regexp.MustCompile(`\[([a-z0-9]+(?:-[a-z0-9]+)*)-([1-9]\d{0,3})\]`)

// placeholders returns those in s with a kind of ours: a list of one token may have the same shape.
func (r *Redactor) placeholders(s string) (found []secret) {
	if strings.IndexByte(s, '[') < 0 {
		return nil
	}
	for _, m := range placeholder.FindAllStringSubmatchIndex(s, -1) {
		kind := s[m[2]:m[3]]
		if knownKinds[kind] || slices.ContainsFunc(r.patterns, func(p Pattern) bool { return p.Kind == kind }) {
			found = append(found, secret{m[0], m[1], kindLabel})
		}
	}
	return found
}

// numbers gives equal values of a section the same number, counted per kind in order of appearance.
type numbers struct {
	last  map[string]int // by kind
	given map[[2]string]int
}

func newNumbers() *numbers { return &numbers{last: map[string]int{}, given: map[[2]string]int{}} }

// label returns the placeholder of a value. All values of a kind beyond 9,999 share a number.
func (n *numbers) label(f secret, value string) string {
	switch f.kind { // equivalent values get the same number
	case kindEmail, kindIP, kindMAC:
		value = strings.ToLower(value)
	case kindCard, kindPhone, kindIBAN:
		value = notAlnum.ReplaceAllString(strings.ToUpper(value), "")
	}
	key := [2]string{f.kind, value}
	if n.given[key] == 0 {
		n.last[f.kind] = min(n.last[f.kind]+1, maxNumber)
		n.given[key] = n.last[f.kind]
	}
	return "[" + f.kind + "-" + strconv.Itoa(n.given[key]) + "]"
}

var notAlnum = regexp.MustCompile(`[^0-9A-Z]`)

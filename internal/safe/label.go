package safe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const maxNumber = 9999

// inPlaceholder are the characters between a placeholder's brackets.
var inPlaceholder = alphabet("digit-abcdefghijklmnopqrstuvwxyz")

// placeholderAt parses the placeholder at i, "[KIND-N]", which Redact writes; end is 0 if there is none.
func placeholderAt(s string, i int) (kind string, number, end int) {
	s = s[:min(len(s), i+maxNear)]
	if i == len(s) || s[i] != '[' {
		return "", 0, 0
	}
	end = inPlaceholder.end(s, i+1)
	dash := i + strings.LastIndexByte(s[i:end], '-')
	if dash <= i+1 || end == len(s) || s[end] != ']' {
		return "", 0, 0
	}
	number, err := strconv.Atoi(s[dash+1 : end])
	if err != nil || number < 1 || number > maxNumber {
		return "", 0, 0
	}
	return s[i+1 : dash], number, end + 1
}

// placeholders returns the placeholders in s. Those of unknown kinds are left out: "[shard-1]" may be a list.
func (r *Redactor) placeholders(s string) (found []secret) {
	for at := 0; ; at++ {
		i := strings.IndexByte(s[at:], '[')
		if i < 0 {
			return found
		}
		at += i
		kind, _, end := placeholderAt(s, at)
		if end > 0 && (knownKinds[kind] || slices.ContainsFunc(r.patterns, func(p Pattern) bool { return p.Kind == kind })) {
			found = append(found, secret{at, end, kindLabel})
		}
	}
}

// numbers gives equal values in a section the same number. It counts each kind in order of appearance.
type numbers struct {
	last  map[string]int // highest number used, by kind
	given map[[2]string]int
}

func newNumbers() *numbers { return &numbers{last: map[string]int{}, given: map[[2]string]int{}} }

// label returns the placeholder for a value. From the 9,999th on, all values of a kind share that number.
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

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

// placeholders returns the positions in s of those with a known kind: a list of one
// token may have the same shape.
func (r *Redactor) placeholders(s string) [][]int {
	if strings.IndexByte(s, '[') < 0 {
		return nil
	}
	return slices.DeleteFunc(placeholder.FindAllStringSubmatchIndex(s, -1), func(m []int) bool { return !r.isKind(s[m[2]:m[3]]) })
}

// numbers gives equal values of a section the same number, counted per kind in order
// of appearance.
type numbers struct {
	last  map[string]int // by kind
	given map[[2]string]int
}

func newNumbers() *numbers { return &numbers{last: map[string]int{}, given: map[[2]string]int{}} }

// label returns the placeholder of a value. All values of a kind beyond 9,999 share a
// number.
func (n *numbers) label(f secret, value string) string {
	key := [2]string{f.kind, canonical(f.kind, value)}
	if n.given[key] == 0 {
		n.last[f.kind] = min(n.last[f.kind]+1, maxNumber)
		n.given[key] = n.last[f.kind]
	}
	return "[" + f.kind + "-" + strconv.Itoa(n.given[key]) + "]"
}

// reserve keeps new numbers different from those already in a text.
func (n *numbers) reserve(s string, placeholders [][]int) {
	for _, m := range placeholders {
		kind := s[m[2]:m[3]]
		number, _ := strconv.Atoi(s[m[4]:m[5]]) // at most four digits
		n.last[kind] = max(n.last[kind], number)
	}
}

// canonical returns the form in which equivalent values are equal.
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

// The kinds of values that the tables of rules do not name.
const (
	kindEmail         = "email"
	kindIP            = "ip"
	kindMAC           = "mac"
	kindPhone         = "phone"
	kindCard          = "card"
	kindIBAN          = "iban"
	kindNationalID    = "national-id"
	kindPassword      = "password"
	kindSecret        = "secret"
	kindToken         = "token"
	kindKey           = "key"
	kindSession       = "session"
	kindCookie        = "cookie"
	kindAuthorization = "authorization"
	kindURL           = "url-credentials"
	kindJWT           = "jwt"
	kindArgument      = "argument"
)

// knownKinds are the kinds that the rules of this package find.
var knownKinds = func() map[string]bool {
	kinds := words("kinds")
	for _, row := range rows("tokens", 5) {
		kinds[row[0]] = true
	}
	for _, p := range patterns {
		kinds[p.kind] = true
	}
	return kinds
}()

// isKind reports whether a placeholder of this kind may be ours.
func (r *Redactor) isKind(kind string) bool {
	return knownKinds[kind] || slices.ContainsFunc(r.patterns, func(p Pattern) bool { return p.Kind == kind })
}

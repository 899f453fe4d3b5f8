package safe

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Redactor redacts secrets and personal data. Create one with NewRedactor; it is safe
// for concurrent use, except those that Section returns.
type Redactor struct {
	patterns []Pattern
	allow    []*regexp.Regexp
	own      Own
	numbers  *numbers // of the section; nil if each text is numbered separately
}

// Pattern is a kind of value that a team wants redacted. The value is the
// expression's first group, or the whole match if it has none.
type Pattern struct {
	Kind   string // lower-case letters, digits and dashes
	Regexp *regexp.Regexp
}

// NewRedactor returns a Redactor with the rules of this package.
func NewRedactor() *Redactor { return &Redactor{} }

// With returns a Redactor that also applies a team's patterns, and keeps every value
// that one of allow matches in full.
func (r *Redactor) With(patterns []Pattern, allow []*regexp.Regexp) *Redactor {
	team := *r
	team.patterns, team.allow = patterns, nil
	for _, a := range allow {
		team.allow = append(team.allow, regexp.MustCompile(`^(?:`+a.String()+`)$`))
	}
	return &team
}

// Knowing returns a Redactor that also redacts the run's own secrets.
func (r *Redactor) Knowing(own Own) *Redactor {
	run := *r
	run.own = own
	return &run
}

// Section returns a Redactor for texts that are read together, such as those
// of one issue: a value keeps its number from one text to the next.
func (r *Redactor) Section() *Redactor {
	section := *r
	section.numbers = newNumbers()
	return &section
}

// secret is a value found in a text: s[start:end].
type secret struct {
	start, end int
	kind       string
}

// Redact returns s as valid UTF-8 with each value replaced by "[KIND-N]", KIND
// being one of our rules' or a Pattern's; equal values have equal numbers.
// Redacting a second time changes nothing. The time it takes grows with the
// length of s.
func (r *Redactor) Redact(s string) string {
	n := r.numbers
	if n == nil {
		n = newNumbers()
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	n.reserve(s, r.placeholders(s))
	return r.replace(s, n.label, r.placeholders)
}

// Blank returns s like Redact, but with wildcard in place of each value, and without
// invisible characters. Names of errors and their parts go through it, since a name
// must not depend on a secret's value.
func (r *Redactor) Blank(s, wildcard string) string {
	return r.replace(clean(s), func(secret, string) string { return wildcard }, func(s string) [][]int { return indexAll(s, wildcard) })
}

// replace replaces values with labels until none is left: replacing one can expose
// another, as when a key's name was its value. Each round shortens what is not a
// label yet, so this ends; nothing remains of a text made to need many rounds. done
// returns the positions of existing labels.
func (r *Redactor) replace(s string, label func(secret, string) string, done func(string) [][]int) string {
	for range maxRounds {
		found := r.all(s)
		if len(found) > 0 {
			found = merge(found, done(s))
		}
		if len(found) == 0 {
			return s
		}
		s = put(s, found, label)
	}
	return label(secret{0, len(s), kindSecret}, s)
}

// maxRounds is far more than any text needs that is not an attack.
const maxRounds = 30

// ours returns what the rules of this package and the team's patterns find, without
// what the team allows, plus the run's own secrets.
func (r *Redactor) ours(s string) []secret {
	found := ownRules(s)
	for _, p := range r.patterns {
		for _, m := range p.Regexp.FindAllStringSubmatchIndex(s, -1) {
			if len(m) > 2 && m[2] >= 0 {
				m = m[2:]
			}
			found = append(found, secret{m[0], m[1], p.Kind})
		}
	}
	found = slices.DeleteFunc(found, func(f secret) bool {
		return slices.ContainsFunc(r.allow, func(a *regexp.Regexp) bool { return a.MatchString(s[f.start:f.end]) })
	})
	return r.own.in(s, found)
}

// all returns what any rule finds. A value that is a secret in one place is a secret
// everywhere.
func (r *Redactor) all(s string) []secret {
	found := r.ours(s)
	again := map[string]string{} // kinds by value
	for _, f := range found {
		if value := s[f.start:f.end]; drawn(value) && len(again) < maxRepeats {
			again[value] = f.kind
		}
	}
	for value, kind := range again {
		for _, at := range indexAll(s, value) {
			found = append(found, secret{at[0], at[1], kind})
		}
	}
	return found
}

// maxRepeats is how many values are searched for again, far more than a text has that
// is not an attack.
const maxRepeats = 200

// merge drops what is inside a label and joins overlaps: the longest determines the
// kind, since the others are parts of it.
func merge(found []secret, done [][]int) []secret {
	slices.SortFunc(found, func(a, b secret) int {
		return cmp.Or(a.start-b.start, emails(a)-emails(b), b.end-a.end, vagueness(a.kind)-vagueness(b.kind), strings.Compare(a.kind, b.kind))
	})
	var merged []secret
	for _, f := range found {
		for len(done) > 0 && done[0][1] <= f.start {
			done = done[1:]
		}
		f, known := widen(f, done)
		if known || f.start == f.end {
			continue
		}
		if len(merged) == 0 || f.start >= merged[len(merged)-1].end {
			merged = append(merged, f)
			continue
		}
		last := &merged[len(merged)-1]
		if emails(f) > 0 && last.kind == kindURL {
			continue
		}
		if f.end-f.start > last.end-last.start {
			last.kind = f.kind
		}
		last.end = max(last.end, f.end)
	}
	return merged
}

// emails returns 1 for an e-mail address, which may only look like one in a URL: it comes
// after the URL's credentials.
func emails(f secret) int {
	if f.kind == kindEmail {
		return 1
	}
	return 0
}

// vagueness returns 1 for kinds that describe a value less exactly than another rule
// may.
func vagueness(kind string) int {
	switch kind {
	case kindKey, kindToken, kindSecret, kindPassword:
		return 1
	}
	return 0
}

// widen extends f so that it splits no label, and reports whether f has nothing to
// hide outside of labels.
func widen(f secret, done [][]int) (secret, bool) {
	for _, d := range done {
		if d[0] >= f.end {
			break
		}
		if d[0] <= f.start && f.end <= d[1] {
			return f, true
		}
		if d[0] < f.end && f.start < d[1] {
			f.start, f.end = min(f.start, d[0]), max(f.end, d[1])
		}
	}
	return f, false
}

func put(s string, found []secret, label func(secret, string) string) string {
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(s[at:f.start])
		b.WriteString(label(f, s[f.start:f.end]))
		at = f.end
	}
	b.WriteString(s[at:])
	return b.String()
}

// indexAll returns the offsets of part, which is not empty, in s.
func indexAll(s, part string) [][]int {
	var all [][]int
	for at := 0; ; {
		i := strings.Index(s[at:], part)
		if i < 0 {
			return all
		}
		all = append(all, []int{at + i, at + i + len(part)})
		at += i + len(part)
	}
}

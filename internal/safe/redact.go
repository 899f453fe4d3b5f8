package safe

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Redactor redacts secrets and personal data. It is safe for concurrent use unless Section returned it.
type Redactor struct {
	patterns []Pattern
	allow    []*regexp.Regexp
	own      Own
	numbers  *numbers // shared by a section; nil if each text is numbered separately
}

// Pattern is a kind of value that a team wants redacted: the first group of Regexp, or else the whole match.
type Pattern struct {
	Kind   string // lower-case letters, digits and dashes
	Regexp *regexp.Regexp
}

// NewRedactor returns a Redactor with the rules of this package.
func NewRedactor() *Redactor { return &Redactor{} }

// With returns a Redactor with our rules and a team's patterns, but not those of r. It does not redact
// a value that one of allow matches in full, unless it is one of the run's own secrets.
func (r *Redactor) With(patterns []Pattern, allow []*regexp.Regexp, own Own) *Redactor {
	team := &Redactor{patterns: patterns, own: own}
	for _, a := range allow {
		team.allow = append(team.allow, regexp.MustCompile(`^(?:`+a.String()+`)$`))
	}
	return team
}

// Section returns a Redactor for texts that people read together: a value has the same number in all of them.
func (r *Redactor) Section() *Redactor {
	section := *r
	section.numbers = newNumbers()
	return &section
}

type secret struct {
	start, end int // byte offsets in the text
	kind       string
}

// Kinds that the code refers to. kindLabel marks a placeholder or wildcard that is already in the text.
const (
	kindLabel, kindAuthorization, kindURL                     = "", "authorization", "url-credentials"
	kindPassword, kindSecret, kindToken, kindKey, kindSession = "password", "secret", "token", "key", "session"
	kindEmail, kindIP, kindMAC, kindPhone, kindCard, kindIBAN = "email", "ip", "mac", "phone", "card", "iban"
	kindNationalID                                            = "national-id"
)

// knownKinds are the kinds of value that the rules of this package find.
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

// Redact returns s as valid UTF-8 with each secret or personal value replaced by "[KIND-N]", where KIND comes
// from our rules or a Pattern. Equal values get equal numbers. It takes linear time and is idempotent.
func (r *Redactor) Redact(s string) string {
	n := r.numbers
	if n == nil {
		n = newNumbers()
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	for _, p := range r.placeholders(s) { // so that new numbers differ from those in s
		kind, number, _ := placeholderAt(s, p.start)
		n.last[kind] = max(n.last[kind], number)
	}
	return r.replace(s, n.label, r.placeholders)
}

// wildcard stands for any value in the message templates of package grouping.
const wildcard = "<*>"

func toWildcard(secret, string) string { return wildcard }

func wildcards(s string) []secret { return indexAll(s, wildcard, kindLabel, nil) }

// Blank is like Redact, but replaces each value with "<*>" and removes invisible characters. It is for the
// names of errors and their parts, because a name must not depend on a secret's value.
func (r *Redactor) Blank(s string) string { return r.replace(clean(s), toWildcard, wildcards) }

// Skeleton returns message after one round of Blank. It also blanks tokens that look random, and values that
// are secret because of their position in text, which contains the message or is what it was built from. It
// takes 1 to 3 µs for a hundred bytes; each distinct template must still go through Blank once.
func (r *Redactor) Skeleton(message, text string) string {
	before, ok := context(message, text)
	if !ok || !isClean(before) || !isClean(message) {
		message, text = clean(message), clean(text)
		if before, ok = context(message, text); !ok {
			message = r.without(message, text)
		}
	}
	var found []secret
	for _, f := range r.ours(before + message) {
		if n := len(before); f.end > n {
			found = append(found, secret{max(0, f.start-n), f.end - n, f.kind})
		}
	}
	if len(found) > 0 {
		message = put(message, merge(append(found, wildcards(message)...)), toWildcard)
	}
	return put(message, tokens(message), toWildcard)
}

// context returns up to maxNear bytes before the message on its line, or "" if they cannot make the message a
// secret. ok reports whether text contains the message.
func context(message, text string) (before string, ok bool) {
	at := strings.Index(text, message)
	if at < 0 {
		return "", false
	}
	before = text[max(0, at-maxNear, strings.LastIndexByte(text[:at], '\n')+1):at]
	if in := signsIn(before); !in.hasAny(labelSigns) && !strings.Contains(before, ": ") {
		return "", true
	}
	return before, true
}

// labelSigns are the signs by which the text before a message can name it, other than ": ".
var labelSigns = signsIn("=\"'<{|│")

// without replaces each secret of text that occurs in the message, as written or with JSON escapes undone.
func (r *Redactor) without(message, text string) string {
	var pairs []string
	for _, f := range r.ours(text) {
		value := text[f.start:f.end]
		plain, err := strconv.Unquote(`"` + strings.ReplaceAll(value, `\/`, "/") + `"`)
		if err != nil {
			plain = value
		}
		for _, v := range []string{value, plain} {
			if len(v) >= minWithin && strings.Contains(message, v) {
				pairs = append(pairs, v, wildcard)
			}
		}
	}
	return strings.NewReplacer(pairs...).Replace(message)
}

// replace replaces values with labels until none are left, because replacing one can expose another, such as
// a value that was read as the key of the next. Each round leaves less text that is not a label, so this
// ends; a text crafted to need many rounds is replaced whole. labels finds the labels already in a text.
func (r *Redactor) replace(s string, label func(secret, string) string, labels func(string) []secret) string {
	for range maxRounds {
		found := r.all(s)
		if len(found) > 0 {
			found = merge(append(found, labels(s)...))
		}
		if len(found) == 0 {
			return s
		}
		s = put(s, found, label)
	}
	return label(secret{0, len(s), kindSecret}, s)
}

// all returns what ours returns, plus every other occurrence of those values that look random.
func (r *Redactor) all(s string) []secret {
	found := r.ours(s)
	again := map[string]string{} // kinds by value
	for _, f := range found {
		if value := s[f.start:f.end]; drawn(value) && len(again) < maxRepeats {
			again[value] = f.kind
		}
	}
	for value, kind := range again {
		found = indexAll(s, value, kind, found)
	}
	return found
}

// ours returns what our rules and the team's patterns find, minus what the team allows, plus our own secrets.
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
	for _, value := range r.own.values {
		found = indexAll(s, value, kindSecret, found)
	}
	return found
}

// ranks order values with the same start: labels, precise kinds, then kinds that another rule may refine.
var ranks = map[string]int{kindLabel: -1, kindKey: 1, kindToken: 1, kindSecret: 1, kindPassword: 1, kindEmail: 2}

// merge joins overlapping values, and keeps the kind of the longest. It drops labels, and values inside them.
func merge(found []secret) []secret {
	slices.SortFunc(found, func(a, b secret) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return cmp.Or(ranks[a.kind]-ranks[b.kind], b.end-a.end, strings.Compare(a.kind, b.kind))
	})
	var merged []secret
	for _, f := range found {
		if f.start == f.end {
			continue
		}
		if len(merged) == 0 || f.start >= merged[len(merged)-1].end {
			merged = append(merged, f)
			continue
		}
		last := &merged[len(merged)-1]
		if f.kind == kindEmail && last.kind == kindURL || f.end <= last.end { // "pw@host" in a URL looks like an e-mail address
			continue
		}
		if last.kind == kindLabel || f.kind != kindLabel && f.end-f.start > last.end-last.start {
			last.kind = f.kind
		}
		last.end = f.end
	}
	return slices.DeleteFunc(merged, func(f secret) bool { return f.kind == kindLabel })
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

// indexAll adds each occurrence of part, which must not be empty.
func indexAll(s, part, kind string, found []secret) []secret {
	for at := 0; ; {
		i := strings.Index(s[at:], part)
		if i < 0 {
			return found
		}
		at += i + len(part)
		found = append(found, secret{at - len(part), at, kind})
	}
}

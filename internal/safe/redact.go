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
	numbers  *numbers // of the section; nil if each text is numbered separately
}

// Pattern is a kind of value that a team wants redacted: the expression's first group, or the whole match.
type Pattern struct {
	Kind   string // lower-case letters, digits and dashes
	Regexp *regexp.Regexp
}

// NewRedactor returns a Redactor with the rules of this package.
func NewRedactor() *Redactor { return &Redactor{} }

// With returns a Redactor that also applies a team's patterns, keeps every value that one of allow matches in
// full, and redacts the run's own secrets in any case.
func (r *Redactor) With(patterns []Pattern, allow []*regexp.Regexp, own Own) *Redactor {
	team := &Redactor{patterns: patterns, own: own}
	for _, a := range allow {
		team.allow = append(team.allow, regexp.MustCompile(`^(?:`+a.String()+`)$`))
	}
	return team
}

// Section returns a Redactor for texts that are read together: a value has the same number in all of them.
func (r *Redactor) Section() *Redactor {
	section := *r
	section.numbers = newNumbers()
	return &section
}

type secret struct {
	start, end int // in the text
	kind       string
}

// The kinds that the tables do not name. kindLabel is what an earlier round left in place of a value.
const (
	kindLabel, kindAuthorization, kindURL                     = "", "authorization", "url-credentials"
	kindPassword, kindSecret, kindToken, kindKey, kindSession = "password", "secret", "token", "key", "session"
	kindEmail, kindIP, kindMAC, kindPhone, kindCard, kindIBAN = "email", "ip", "mac", "phone", "card", "iban"
	kindNationalID                                            = "national-id"
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

// Redact returns s as valid UTF-8 with each value replaced by "[KIND-N]", where KIND is one of our rules' or
// a Pattern's; equal values have equal numbers. Redacting again changes nothing. It takes linear time.
func (r *Redactor) Redact(s string) string {
	n := r.numbers
	if n == nil {
		n = newNumbers()
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	for _, p := range r.placeholders(s) { // new numbers differ from those in the text
		kind, number, _ := placeholderAt(s, p.start)
		n.last[kind] = max(n.last[kind], number)
	}
	return r.replace(s, n.label, r.placeholders)
}

// wildcard stands for any value in grouping's templates.
const wildcard = "<*>"

func toWildcard(secret, string) string { return wildcard }

func wildcards(s string) []secret { return indexAll(s, wildcard, kindLabel, nil) }

// Blank returns s like Redact, but with "<*>" in place of each value, and without invisible characters. The
// names of errors and their parts go through it, because a name must not depend on a secret's value.
func (r *Redactor) Blank(s string) string { return r.replace(clean(s), toWildcard, wildcards) }

// Skeleton returns a message after one round of Blank, with tokens that look random blanked too, and values
// that are secret by their position in the text that the message is a part of, or was built from. It takes
// one to three microseconds for a hundred bytes; each distinct template must still go through Blank once.
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

// context returns the text before a message in its line, or nothing if that cannot make the message a secret,
// and whether the text contains the message.
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

// labelSigns are in every text that names what follows, except for ": ".
var labelSigns = signsIn("=\"'<{|│")

// without returns a message with a wildcard for each secret of a text, also without JSON's escapes.
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

// replace replaces values with labels until none is left: replacing one can expose another, such as a value
// that was the key of the next. Each round shortens what is not a label yet, so this ends; a text made to
// need many rounds is replaced whole. labels returns the labels already in a text.
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

// all is ours, plus each value that is a secret in one place wherever else it occurs.
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

// ours returns what our rules and the team's patterns find, less what it allows, plus the run's secrets.
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

// ranks order what begins at the same place: labels, exact kinds, then those another rule may know better.
var ranks = map[string]int{kindLabel: -1, kindKey: 1, kindToken: 1, kindSecret: 1, kindPassword: 1, kindEmail: 2}

// merge joins overlapping values: the longest determines the kind. A label joins only what extends beyond it.
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
		if f.kind == kindEmail && last.kind == kindURL || f.end <= last.end { // "pw@host" of a URL looks like an address
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

// indexAll adds each occurrence of part, which is not empty.
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

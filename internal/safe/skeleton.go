package safe

import (
	"strconv"
	"strings"
)

// Skeleton returns s after one round of Blank, with tokens that look random blanked
// too. It is fast enough for each message of a stream (one to three microseconds for a
// hundred bytes); each distinct template must still go through Blank once.
func (r *Redactor) Skeleton(s, wildcard string) string {
	s = clean(s)
	return skeleton(s, r.ours(s), wildcard)
}

func skeleton(s string, found []secret, wildcard string) string {
	label := func(secret, string) string { return wildcard }
	if len(found) > 0 {
		s = put(s, merge(found, indexAll(s, wildcard)), label)
	}
	return put(s, tokens(s), label)
}

// SkeletonWithin is Skeleton for a message that a parser found in a text or built
// from its fields: values that are secret by their position in the text, such as the
// value after a name, are blanked in the message too.
func (r *Redactor) SkeletonWithin(message, text, wildcard string) string {
	before, ok := context(message, text)
	if !ok || !isClean(before) || !isClean(message) {
		message, text = clean(message), clean(text)
		if before, ok = context(message, text); !ok {
			return r.Skeleton(r.without(message, text, wildcard), wildcard)
		}
	}
	var found []secret
	for _, f := range r.ours(before + message) {
		if n := len(before); f.end > n {
			found = append(found, secret{max(0, f.start-n), f.end - n, f.kind})
		}
	}
	return skeleton(message, found, wildcard)
}

// context returns the text before a message in the same line, or nothing if it cannot
// be what makes the message a secret, and whether the text contains the message.
func context(message, text string) (string, bool) {
	at := strings.Index(text, message)
	if at < 0 {
		return "", false
	}
	before := text[max(0, at-maxLabel, strings.LastIndexByte(text[:at], '\n')+1):at]
	if in := signsIn(before); !in.hasAny(labelSigns) && !strings.Contains(before, ": ") {
		return "", true
	}
	return before, true
}

// labelSigns are in every text that names what follows, except for ": ".
var labelSigns = signsIn("=\"'<{|│")

// without returns a message with a wildcard for each secret value of a text.
func (r *Redactor) without(message, text, wildcard string) string {
	var pairs []string
	for _, f := range r.ours(text) {
		for _, value := range []string{text[f.start:f.end], unescape(text[f.start:f.end])} {
			if len(value) >= minWithin && strings.Contains(message, value) {
				pairs = append(pairs, value, wildcard)
			}
		}
	}
	if len(pairs) == 0 {
		return message
	}
	return strings.NewReplacer(pairs...).Replace(message)
}

// minWithin is the minimum length in bytes of a value that does not occur in a
// message by chance.
const minWithin = 4

// unescape undoes JSON's escapes in a string.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	if plain, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `\/`, "/") + `"`); err == nil {
		return plain
	}
	return s
}

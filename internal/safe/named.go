package safe

import (
	"regexp"
	"strings"
)

// named returns the values of keys such as password, client_secret and
// X-Api-Key in JSON, logfmt, query strings, connection strings, headers, YAML,
// XML, command-line flags, calls, and maps as languages print them.
func named(s string, in signs, found []secret) []secret {
	flags := flagSigns.oneIn(s, in)
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case ' ':
			if !flags && !spokenEnds.has(s[i-2], s[i-1]) {
				continue
			}
		case '=', ':', ',', '(', '\t':
		default:
			continue
		}
		if k, ok := keyBefore(s, i); ok {
			before := len(found)
			if found = k.values(s, found); len(found) > before {
				i = max(i, found[len(found)-1].end-1) // skip what is inside
			}
		}
	}
	return found
}

// key is the name of a value: s[start:end].
type key struct {
	start, end int
	value      int    // where the value begins, its opening quote left out
	quote      string // that opens the value, with the backslashes before it; empty without one
	colon      bool   // a colon before an unquoted value, as in prose: "invalid password: too short"
	query      bool   // a parameter in the query of a URL
	spoken     bool   // with a space or "is" in between: "token abc expired"
	flag       bool   // an option of a command
	called     bool   // a function with the value as an argument
	listed     bool   // an item of a list that the value may be the next one of
}

// keyBefore returns the key before the separator at i.
func keyBefore(s string, i int) (key, bool) {
	k := key{end: i}
	for k.end > 0 && (s[k.end-1] == ' ' || s[k.end-1] == '\t') && (s[i] == '=' || s[i] == ':' || s[i] == ',') {
		k.end--
	}
	if k.end > 1 && s[k.end-1] == ']' && isQuote(s[k.end-2]) && s[i] == '=' { // env["PASSWORD"] = "x"
		k.end--
	}
	quoted := k.end > 0 && isQuote(s[k.end-1])
	if quoted {
		k.end = len(strings.TrimRight(s[:k.end-1], `\`))
	}
	if k.end < 2 || isLetter(s[k.end-1]) && !keyEnds.has(s[k.end-2], s[k.end-1]) { // most words fail here
		return key{}, false
	}
	for k.start = k.end; k.start > 0 && (isWord(s[k.start-1]) || s[k.start-1] == '-' || s[k.start-1] == '.'); {
		k.start--
	}
	if k.end-k.start < 2 {
		return key{}, false
	}
	before := byte(0)
	if k.start > 0 {
		before = s[k.start-1]
	}
	k.query = s[i] == '=' && (before == '?' || before == '&')
	k.flag = s[i] == ' ' && s[k.start] == '-'
	k.spoken = s[i] == ' ' && !k.flag && before != ':'
	k.called, k.listed = s[i] == '(', s[i] == ','
	if quoted && s[i] == ' ' || quoted && k.called {
		return key{}, false
	}
	if k.listed && !(quoted && isQuote(before) || !quoted && (before == ':' || before == '{')) {
		return key{}, false
	}
	at := separatorEnd(s, i)
	if k.spoken && strings.HasPrefix(s[at:], "is ") {
		at += len("is ")
	}
	k.open(s, at)
	k.colon = s[i] == ':' && at == i+1 && k.quote == ""
	needsQuote := k.listed || k.called || s[i] == ' ' && before == ':' || s[i] == '\t' && quoted
	return k, k.value < len(s) && (!needsQuote || k.quote != "")
}

// flagSigns begin an option of a command.
var flagSigns = partsOf(" -", "--", `"-`, "'-", "(-", "[-")

// separatorEnd returns the end of the separator at i.
func separatorEnd(s string, i int) int {
	for _, long := range []string{"=>", ":=", "===", "=="} {
		if strings.HasPrefix(s[i:], long) {
			return i + len(long)
		}
	}
	return i + 1
}

// wrappers are types that languages print around their only string.
var wrappers = []string{"Some(", "Optional(", "Just ", "<<", "[", "(", "{"}

// open finds the start of the value after a separator.
func (k *key) open(s string, at int) {
	at = len(s) - len(strings.TrimLeft(s[at:], " \t"))
	k.value = at
	for _, w := range wrappers {
		if at == len(s) || s[at] != w[0] {
			continue
		}
		if inner := at + len(w); strings.HasPrefix(s[at:], w) && k.quoteAt(s, inner) {
			k.within(s)
			return
		}
	}
	k.quoteAt(s, at)
}

// quoteAt reports whether a quoted value begins at i, which a letter may
// precede: b'x', N'x', r"x".
func (k *key) quoteAt(s string, i int) bool {
	if i+1 < len(s) && strings.IndexByte("bBuUrRnNLf@", s[i]) >= 0 && isQuote(s[i+1]) {
		i++
	}
	at := i
	for at < len(s) && s[at] == '\\' {
		at++
	}
	if at == len(s) || !isQuote(s[at]) {
		return false
	}
	k.quote, k.value = s[i:at+1], at+1
	return true
}

// within skips a key that only announces the value: {"S":"x"}, {"value":"x"}.
func (k *key) within(s string) {
	rest := s[k.value:min(len(s), k.value+maxShaped)]
	name, after, ok := strings.Cut(rest, k.quote)
	if !ok || !besides[strings.ToLower(name)] && len(name) != 1 {
		return
	}
	if after = strings.TrimLeft(after, " "); strings.HasPrefix(after, ":") {
		k.quoteAt(s, k.value+len(rest)-len(strings.TrimLeft(after[1:], " ")))
	}
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// values adds the secrets in the value of k.
func (k key) values(s string, found []secret) []secret {
	name := s[k.start:k.end]
	if !k.spoken && !k.called && labels[strings.ToLower(name)] {
		return k.beside(s, found)
	}
	return k.valuesOf(s, name, found)
}

// valuesOf adds the secrets in the value of k, which is called name.
func (k key) valuesOf(s, name string, found []secret) []secret {
	switch headerOf(name) {
	case "authorization":
		return authorization(s, k, found)
	case "cookie":
		return cookies(s, k, found)
	}
	add := func(n keyName) bool {
		f, ok := k.secret(s, n)
		if ok {
			found = append(found, f)
		}
		return ok
	}
	names(name, add)
	if k.query {
		among(name, queryNames, add)
	}
	return found
}

// secret returns the value of k, a key that ends in n.
func (k key) secret(s string, n keyName) (secret, bool) {
	if k.flag && s[k.start+1] != '-' && !endsIn(s[k.start:k.end], n.end, true) { // -pXpwd is a password
		return secret{}, false
	}
	seen := s
	if n.accept != nil { // keeps a long line of keys fast
		seen = s[:min(len(s), k.value+maxShaped)]
	}
	value := seen[k.value:k.valueEnd(seen, n)]
	end := k.value + len(value)
	if unset(value) || n.kind != kindPassword && k.quote == "" && object.MatchString(value) || n.accept != nil && !n.accept(value) || n.accept == nil && isCount(value) || k.inProse(n, value, s[end:]) {
		return secret{}, false
	}
	return secret{k.value, k.valueEnd(s, n), n.kind}, true
}

// isCount matches a number too short for a secret: PASS=1 FAIL=0.
func isCount(value string) bool { return len(value) < 4 && strings.Trim(value, "0123456789") == "" }

// inProse reports whether a value is really the next word of a sentence or the next
// name of a list.
func (k key) inProse(n keyName, value, after string) bool {
	switch {
	case k.spoken && k.quote != "" && n.kind == kindPassword:
		return len(value) < 4 || strings.Contains(value, " ")
	case k.spoken:
		return !spokenOf(value, n)
	case k.called:
		return n.kind != kindPassword && !drawn(value)
	case k.listed:
		return isField(value) || strings.HasPrefix(strings.TrimLeft(after, `\"'`+"` "), ":") || strings.HasPrefix(strings.TrimLeft(after, `\"'`+"` "), "=")
	case k.flag:
		return isFunctionWord(value)
	}
	return k.colon && n.accept == nil && prose(n.end, value, after)
}

// spokenOf distinguishes a secret named by a sentence from the sentence's next word.
func spokenOf(value string, n keyName) bool {
	switch n.kind {
	case kindPassword:
		return len(value) >= 8 && hasDigit(value) && strings.Trim(value, "0123456789.:-/") != "" || drawn(value)
	case kindToken, kindSecret, kindKey:
		return drawn(value) && !isUUID(value) && strings.Trim(value, "0123456789abcdef") != ""
	}
	return false
}

// maxShaped is how much of a value is read if it counts only by its shape.
const maxShaped = 512

func (k key) valueEnd(s string, n keyName) int {
	switch {
	case k.quote != "":
		return quotedEnd(s, k.value, k.quote)
	case n.kind == kindPhone || n.kind == kindCard || n.kind == kindNationalID:
		return k.value + len(number.FindString(s[k.value:min(len(s), k.value+maxShaped)]))
	}
	return bareEnd(s, k.value)
}

// number matches a number written in groups.
var number = regexp.MustCompile(`^[\d+\-. ()/]*[\d)]`)

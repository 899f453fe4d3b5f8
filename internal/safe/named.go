package safe

import "strings"

// named returns the values of keys such as password, client_secret and
// X-Api-Key in JSON, logfmt, query strings, connection strings, headers, YAML,
// XML, flags of a command line, and what languages print of their maps.
func named(s string, found []secret) []secret {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '=', ':', ',', '>', ' ':
			if k, ok := keyBefore(s, i); ok {
				before := len(found)
				if found = k.values(s, found); len(found) > before {
					i = max(i, found[len(found)-1].end-1) // what is within is no longer of interest
				}
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
	colon      bool   // unquoted, with a colon as in prose: "invalid password: too short"
	query      bool   // a parameter in the query of a URL
	spoken     bool   // with a space or "is" in between: "token abc expired"
}

// keyBefore returns the key that the separator at i ends.
func keyBefore(s string, i int) (key, bool) {
	k := key{end: i}
	for k.end > 0 && (s[k.end-1] == ' ' || s[k.end-1] == '\t') && s[i] != ' ' {
		k.end--
	}
	quoted := k.end > 0 && isQuote(s[k.end-1])
	if quoted {
		k.end = len(strings.TrimRight(s[:k.end-1], `\`))
	}
	for k.start = k.end; k.start > 0 && (isWord(s[k.start-1]) || s[k.start-1] == '-' || s[k.start-1] == '.'); {
		k.start--
	}
	if k.end-k.start < 3 {
		return key{}, false
	}
	before := byte(0)
	if k.start > 0 {
		before = s[k.start-1]
	}
	switch s[i] {
	case ' ':
		k.spoken = !strings.HasPrefix(s[k.start:], "--")
		if quoted || k.spoken && !mayBeSpoken(s[i-1]) {
			return key{}, false
		}
	case ',':
		if !quoted {
			return key{}, false
		}
	case '>':
		if before != '<' {
			return key{}, false
		}
	}
	k.query = s[i] == '=' && (before == '?' || before == '&')
	at := k.separator(s, i)
	if k.spoken && strings.HasPrefix(s[at:], "is ") {
		at += len("is ")
	}
	k.open(s, at)
	k.colon = s[i] == ':' && at == i+1 && !quoted && k.quote == ""
	return k, k.value < len(s) && (s[i] != ',' || k.quote != "")
}

// mayBeSpoken knows the last letters of password, token, secret and key, so that
// the names are not looked up for each word of a text.
func mayBeSpoken(last byte) bool {
	last |= 0x20
	return last == 'd' || last == 'n' || last == 't' || last == 'y'
}

// separator returns the end of the separator at i: =, ==, ===, :=, =>, : and the
// single ones of keyBefore.
func (k *key) separator(s string, i int) int {
	at := i + 1
	switch {
	case s[i] == '=' && at < len(s) && s[at] == '>', s[i] == ':' && at < len(s) && s[at] == '=':
		at++
	case s[i] == '=':
		for at < len(s) && at < i+3 && s[at] == '=' {
			at++
		}
	}
	return at
}

// open finds where the value behind a separator begins.
func (k *key) open(s string, at int) {
	for at < len(s) && (s[at] == ' ' || s[at] == '\t') {
		at++
	}
	k.value = at
	for at < len(s) && s[at] == '\\' {
		at++
	}
	if at < len(s) && isQuote(s[at]) {
		k.quote = s[k.value : at+1]
		k.value = at + 1
	}
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// values adds the secrets in the value of k.
func (k key) values(s string, found []secret) []secret {
	name := s[k.start:k.end]
	last := name[len(name)-1] | 0x20
	if last < 'a' || last > 'z' {
		return found
	}
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
	names(name, byLast[last], add)
	if k.query {
		names(name, queryNames, add)
	}
	return found
}

// secret returns the value of k, whose name ends in n.
func (k key) secret(s string, n keyName) (secret, bool) {
	seen := s
	if n.accept != nil { // a long line of keys shall take no time to speak of
		seen = s[:min(len(s), k.value+maxShaped)]
	}
	value := seen[k.value:k.valueEnd(seen, n)]
	end := k.value + len(value)
	if k.spoken && !spokenOf(value, n) {
		return secret{}, false
	}
	if unset(value) || n.accept != nil && !n.accept(value) || k.colon && n.accept == nil && prose(n.end, value, s[end:]) {
		return secret{}, false
	}
	return secret{k.value, k.valueEnd(s, n), n.kind}, true
}

// spokenOf tells a secret that a sentence names from the sentence's next word.
func spokenOf(value string, n keyName) bool {
	switch n.kind {
	case kindPassword:
		return len(value) >= 8 && hasDigit(value) && random(strings.Trim(value, "0123456789")) || drawn(value)
	case kindToken, kindSecret, kindKey:
		return drawn(value) && !uuid.MatchString(value) && strings.Trim(value, "0123456789abcdef") != ""
	}
	return false
}

// maxShaped is how much of a value is looked at that counts only by its shape.
const maxShaped = 512

func (k key) valueEnd(s string, n keyName) int {
	switch {
	case k.quote != "":
		return quotedEnd(s, k.value, k.quote)
	case n.kind == kindPhone || n.kind == kindCard || n.kind == kindNationalID:
		return numberEnd(s, k.value)
	}
	return bareEnd(s, k.value)
}

// numberEnd returns where a number written in groups ends.
func numberEnd(s string, start int) int {
	end := start
	for end < len(s) && (isDigit(s[end]) || strings.IndexByte("+-. ()/", s[end]) >= 0) {
		end++
	}
	return start + len(strings.TrimRight(s[start:end], "+-. (/"))
}

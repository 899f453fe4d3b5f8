package safe

import (
	"regexp"
	"slices"
	"strings"
)

// named adds the values of keys such as password and X-Api-Key in JSON, logfmt, query strings, connection
// strings, headers, YAML, XML, command-line flags, calls, prose, and the maps that languages print.
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
		k, ok := keyBefore(s, i)
		if !ok {
			continue
		}
		before, name := len(found), s[k.start:k.end]
		if !k.spoken && k.separator != '(' && labels[strings.ToLower(name)] {
			found = k.beside(s, found)
		} else {
			found = k.values(s, name, found)
		}
		if len(found) > before {
			i = max(i, found[len(found)-1].end-1) // skip the value
		}
	}
	return found
}

// flagSigns precede a command's options. inName are the characters of a key.
var flagSigns, inName, brackets = partsOf(` -|--|"-|'-|(-|[-`), alphabet("alnum_-."), signsIn("[]")

type key struct {
	start, end int // bounds of the name
	separator  byte
	value      int    // start of the value, after any opening quote
	quote      string // the opening quote with the backslashes before it, or ""
	colon      bool   // the value is not quoted and may be prose: "invalid password: too short"
	query      bool   // a parameter in the query of a URL
	spoken     bool   // separated by a space or "is": "token abc expired"
	flag       bool   // an option of a command, with a space after it
	inList     bool   // a string of a list
}

func keyBefore(s string, i int) (k key, ok bool) {
	k = key{end: i, separator: s[i]}
	for k.end > 0 && (s[k.end-1] == ' ' || s[k.end-1] == '\t') && (s[i] == '=' || s[i] == ':' || s[i] == ',') {
		k.end--
	}
	end, next := brackets.start(s, k.end), s[min(i+1, len(s)-1)]
	if s[i] == '=' && end > 0 && (isQuote(s[end-1]) || k.end == i && next > ' ' && next != '=' && next != '>') {
		k.end = end // env["PASSWORD"] = "x", user[password]=x, tokens[]=x
	}
	quoted := k.end > 0 && isQuote(s[k.end-1])
	if quoted {
		k.end = backslashes.start(s, k.end-1)
	}
	if quoted && k.end > 0 && s[k.end-1] == s[k.end] { // CSV doubles quotes
		k.end--
	}
	if k.end < 2 || isLetter(s[k.end-1]) && !keyEnds.has(s[k.end-2], s[k.end-1]) { // most words fail here
		return k, false
	}
	before := byte(0)
	if k.start = inName.start(s, k.end); k.start > 0 {
		before = s[k.start-1]
	}
	needsQuote := s[i] == '\t' && quoted
	switch s[i] {
	case '=':
		k.query = before == '?' || before == '&'
	case ' ':
		k.flag = s[k.start] == '-'
		k.spoken = !k.flag && before != ':'
		needsQuote = before == ':'
	case '(', ',':
		needsQuote = true
	}
	inList := quoted && isQuote(before) || !quoted && (before == ':' || before == '{')
	if k.end-k.start < 2 || quoted && (s[i] == ' ' || s[i] == '(') || s[i] == ',' && !inList {
		return k, false
	}
	k.open(s, i)
	return k, k.value < len(s) && (!needsQuote || k.quote != "")
}

var (
	// separators are the separators of more than one character.
	separators = []string{"=>", ":=", "===", "==>", "=="}
	// wrappers are what languages print before a string in an optional, a binary, a list or a map.
	wrappers = []string{"Some(", "Optional(", "Just ", "<<", "[", "(", "{"}
	// block matches what YAML writes before a value on the next lines.
	block = regexp.MustCompile(`^[|>][-+]?\r?\n[ \t]+`)
	// sentence matches a validation's message, which may stand in a list: {"password":["is too short"]}.
	sentence = regexp.MustCompile(`(?i)(?:^|\w )(?:is|are|must|has|have|can't|cannot|should|doesn't|does) `)
)

// open finds the start of the value after the separator at i.
func (k *key) open(s string, i int) {
	at := i + 1
	if n := slices.IndexFunc(separators, func(long string) bool { return strings.HasPrefix(s[i:], long) }); n >= 0 {
		at = i + len(separators[n])
	}
	if k.spoken && strings.HasPrefix(s[at:], "is ") {
		at += len("is ")
	}
	at = len(s) - len(strings.TrimLeft(s[at:], " \t"))
	if at < len(s) && (s[at] == '|' || s[at] == '>') {
		at += len(block.FindString(s[at:min(len(s), at+maxNear)]))
	}
	k.value = at
	for _, w := range wrappers {
		if strings.HasPrefix(s[at:], w) && k.quoteAt(s, at+len(w)) {
			k.inList = w == "["
			k.skipLabel(s)
			return
		}
	}
	k.colon = !k.quoteAt(s, at) && s[i] == ':' && !strings.HasPrefix(s[i:], ":=")
}

// quoteAt sets k.quote and k.value and returns true if a quoted value begins at i, perhaps as b'x' or N'x'.
func (k *key) quoteAt(s string, i int) bool {
	if i+1 < len(s) && strings.IndexByte("bBuUrRnNLf@", s[i]) >= 0 && isQuote(s[i+1]) {
		i++
	}
	at := backslashes.end(s, i)
	if at == len(s) || !isQuote(s[at]) {
		return false
	}
	k.quote, k.value = s[i:at+1], at+1
	if rest := strings.TrimLeft(s[at:], s[at:at+1]); rest != "" && strings.IndexByte(" \t\r\n\\,;:)]}", rest[0]) < 0 {
		k.value = len(s) - len(rest) // CSV doubles quotes; Python and TOML triple them
	}
	return true
}

// skipLabel skips a key that only introduces the value, as in {"S":"x"} and {"value":"x"}.
func (k *key) skipLabel(s string) {
	rest := s[k.value:min(len(s), k.value+maxShaped)]
	name, after, ok := strings.Cut(rest, k.quote)
	if !ok || !besides[strings.ToLower(name)] && len(name) != 1 {
		return
	}
	if after = strings.TrimLeft(after, " "); strings.HasPrefix(after, ":") {
		k.quoteAt(s, k.value+len(rest)-len(strings.TrimLeft(after[1:], " ")))
	}
}

// values adds k's value, and the next ones in a list, if secret. name is k's, or one beside it (beside.go).
func (k key) values(s, name string, found []secret) []secret {
	if header := headerOf(name); header != "" {
		return k.header(s, header, found)
	}
	for n := range names(name, k.query) {
		if k.holds(s, n) {
			end := k.valueEnd(s, n)
			found = append(found, secret{k.value, end, n.kind})
			rest := strings.TrimLeft(s[min(len(s), end+len(k.quote)):], ", \r\n\t")
			if k.inList && k.quoteAt(s, len(s)-len(rest)) {
				return k.values(s, name, found)
			}
			return found
		}
	}
	return found
}

// holds reports whether the value of k, whose name ends in n, is a secret.
func (k key) holds(s string, n keyName) bool {
	if n.accept != nil { // stays fast on a long line of keys
		s = s[:min(len(s), k.value+maxShaped)]
	}
	value := s[k.value:k.valueEnd(s, n)]
	switch {
	case k.quote != "" && s[k.value-1] == s[k.value-2] && isEmpty(value, s[k.value+len(value):], s[k.value-2:k.value]):
		return false
	case k.colon && notKey.MatchString(s[max(0, k.end-maxNear):k.end]):
		return false
	case unset(value), n.kind != kindPassword && k.quote == "" && object.MatchString(value):
		return false
	case n.accept == nil && len(value) < 4 && strings.Trim(value, "0123456789") == "": // a count: PASS=1 FAIL=0
		return false
	case k.flag && s[k.start+1] != '-': // the password in -pXpwd is Xpwd, not the next word
		n.word = true
		if !n.ends(s[k.start:k.end]) {
			return false
		}
	}
	return (n.accept == nil || n.accept(value)) && !k.inProse(n, value, s[k.value+len(value):])
}

// isEmpty reports whether two quotes are an empty string before other text, as in <Conn password="">, rather
// than the first quotes of a value that ends with two as well.
func isEmpty(text, after, quotes string) bool {
	return !strings.HasPrefix(after, quotes) && (strings.HasPrefix(after, quotes[1:]) || text == "" || !isAlnum(text[0]))
}

// notKey matches "PASS" before a test's name in go test, and an ARN's type "secret" before a secret's name.
var notKey = regexp.MustCompile(`(?:--- PASS|\barn:[\w-]+:secretsmanager:[\w-]*:\d*:secret)$`)

// inProse reports whether a value is only the next word in a sentence or the next name in a list.
func (k key) inProse(n keyName, value, after string) bool {
	switch {
	case k.inList && sentence.MatchString(value[:min(len(value), maxNear)]):
		return true
	case k.spoken && k.quote != "" && n.kind == kindPassword:
		return len(value) < 4 || strings.Contains(value, " ")
	case k.spoken && n.kind == kindPassword:
		chosen := hasDigit(value) || random(value) && strings.ContainsAny(value, "#$%^&*")
		return !drawn(value) && (len(value) < 8 || !chosen || strings.Trim(value, "0123456789.:-/") == "")
	case k.spoken:
		isHex := strings.Trim(value, "0123456789abcdef") == ""
		return ranks[n.kind] == 0 || !drawn(value) || isUUID(value) || isHex && n.kind != kindToken
	case k.separator == '(':
		return n.kind != kindPassword && !drawn(value)
	case k.separator == ',':
		next := strings.TrimLeft(after, `\"'`+"` ")
		return isField(value) || strings.HasPrefix(next, ":") || strings.HasPrefix(next, "=")
	case k.flag:
		return isFunctionWord(value)
	}
	return k.colon && n.accept == nil && prose(n.end, value, after)
}

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

package safe

import (
	"iter"
	"regexp"
	"slices"
	"strings"
)

// keyName is an ending of the names of keys that hold a kind of secret.
type keyName struct {
	end    string // in lower case, without "_" and "-"
	kind   string
	word   bool // end is a separate word in the key: "pin" of "user_pin", not of "mapping"
	accept func(value string) bool
}

// keyNames are the rows of the table by the name's last letter; queryNames are those for URL parameters.
var keyNames, queryNames = func() (index [256][]keyName, query []keyName) {
	for _, row := range rows("keys", 3) {
		for name := range strings.FieldsSeq(row[2]) {
			end := strings.TrimLeft(name, "_?")
			k := keyName{end, row[0], end != name, testOf(row[1])}
			if last := end[len(end)-1]; name[0] != '?' {
				index[last] = append(index[last], k)
			} else {
				query = append(query, k)
			}
		}
	}
	return index, query
}()

// endings are the last letters of names, by the letter before. Most words fail this quick test.
type endings [256]signs

func (e *endings) add(name string) {
	if n := len(name); n > 1 {
		e[name[n-2]].add(name[n-1])
	}
}

func (e *endings) has(a, b byte) bool { return e[a|0x20].has(b | 0x20) }

// keyEnds are the endings of all keys that matter; spokenEnds are those of names used in prose (see inProse).
var keyEnds, spokenEnds = func() (all, spoken endings) {
	for _, list := range []map[string]bool{decorations, labels, besides, {kindAuthorization: true, "cookie": true}} {
		for name := range list {
			all.add(name)
		}
	}
	spoken.add("authorization")
	for _, n := range slices.Concat(append(keyNames[:], queryNames)...) {
		if all.add(n.end); ranks[n.kind] > 0 && n.accept == nil {
			spoken.add(n.end)
		}
	}
	return all, spoken
}()

func headerOf(key string) string {
	for _, name := range []string{"authorization", "cookie"} {
		if (keyName{end: name}).ends(key) {
			return name
		}
	}
	return ""
}

// names yields the keyNames that end a key, or its undecorated form; query is true for a URL parameter.
func names(key string, query bool) iter.Seq[keyName] {
	return func(yield func(keyName) bool) {
		if strings.EqualFold(key, "PublicKeyToken") { // part of a .NET assembly's name
			return
		}
		for _, end := range slices.Compact([]string{key, undecorated(key)}) {
			if len(end) < 2 {
				break
			}
			for _, n := range keyNames[end[len(end)-1]|0x20] {
				if len(end) < len(key) && n.kind != kindPassword && n.accept == nil {
					n.accept = isGrant
				}
				if n.ends(end) && !yield(n) {
					return
				}
			}
		}
		for _, n := range queryNames {
			if query && n.ends(key) && !yield(n) {
				return
			}
		}
	}
}

// decorations are words at the end of a key that only qualify it.
var decorations = words("decorations")

// undecorated returns a key without trailing decorations, digits and punctuation.
func undecorated(key string) string {
	for {
		end := len(key)
		for end > 0 && !isLetter(key[end-1]) {
			end--
		}
		first := end
		for first > 0 && isLetter(key[first-1]) && (first == end || key[first] >= 'a' || key[first-1] < 'a') {
			first--
		}
		if first == 0 || !decorations[strings.ToLower(key[first:end])] {
			return key[:end]
		}
		key = key[:first]
	}
}

// ends reports whether key ends in the name (as a word if n.word), ignoring case, dashes and underscores.
func (n keyName) ends(key string) bool {
	i := len(key) - 1
	for last := len(n.end) - 1; last >= 0; last-- {
		for i >= 0 && last < len(n.end)-1 && (key[i] == '_' || key[i] == '-') {
			i--
		}
		if i < 0 || key[i]|0x20 != n.end[last] {
			return false
		}
		i--
	}
	return !n.word || i < 0 || !isLetter(key[i]) || key[i] >= 'a' && key[i+1] <= 'Z' // db_pass, dbPass, not bypass
}

// isGrant matches values that an OAuth server issues: letters and digits, or many letters of both cases.
func isGrant(value string) bool {
	return len(value) >= 8 && hasDigit(value) && strings.Trim(value, "0123456789") != "" ||
		drawn(value) || len(value) >= 24 && random(value) && strings.ToLower(value) != value
}

// headers are the forms of a header's value; the first match counts, and what matches the last must look
// random. Authorization (RFC 9110) has a known scheme and credentials, or a scheme and parameters, as in Digest
// (RFC 7616) and AWS signatures, or credentials with another scheme or none. Cookie headers (RFC 6265) match
// with all cookies and attributes; a key such as CSRF_COOKIE has a single value.
var headers = map[string][]*regexp.Regexp{"authorization": {
	regexp.MustCompile(`^(?i)(?:bearer|basic|token|apikey|api-key|negotiate|ntlm|jwt|key|ssws|splunk|dpop)\s+(?:token=\\*")?([^\s"'\\,;\])}]+)`),
	regexp.MustCompile(`^(?i)[\w-]+\s+([\w-]+=(?:\\*"[^"\\]*\\*"|[^\s,"']+)(?:,\s*[\w-]+=(?:\\*"[^"\\]*\\*"|[^\s,"']+))*)`),
	regexp.MustCompile(`^([A-Za-z-]{2,20}\s[^\s"'\\,;\])}]*\d[^\s"'\\,;\])}]{7,}|[^\s"'\\,;\])}]{8,})`),
}, "cookie": {regexp.MustCompile(strings.NewReplacer("ATTR", `(?i:secure|httponly|partitioned|expires=[^;"'\\]*?GMT)`,
	"PAIR", `[^\s=;,"'\\<>]+=(?:\\*"[^"\\]*\\*"|[^\s;,"'\\\]]*)`).Replace(`^\s*((?:ATTR;\s*)*PAIR(?:;\s*(?:ATTR|PAIR))*)`)),
	regexp.MustCompile(`^(\w{0,60}\d[\w.%~+/=-]{8,})`)}}

// header adds the secret in the value of k, which is the header with this name.
func (k key) header(s, name string, found []secret) []secret {
	start := len(s) - len(strings.TrimLeft(s[k.value:], `[\"' `))
	value := s[start:min(len(s), start+maxHeader)]
	for n, form := range headers[name] {
		m := form.FindStringSubmatchIndex(value)
		if m != nil && !unset(value[m[2]:m[3]]) && (n < len(headers[name])-1 || random(value[m[2]:m[3]])) {
			return append(found, secret{start + m[2], start + m[3], name})
		}
	}
	return found
}

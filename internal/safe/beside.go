package safe

import (
	"regexp"
	"strings"
)

// Settings are often listed as pairs of a name and a value, each under a key of its
// own: {"name":"DB_PASSWORD","value":"x"} in ECS, Kubernetes, CloudFormation and HAR,
// <add key="DbPassword" value="x"/> in .NET, name: and value: on two lines of YAML,
// and the fields of a multipart form.

// isLabel reports whether a key's value may be the name of another value.
func isLabel(key string) bool {
	switch strings.ToLower(key) {
	case "name", "key", "id", "k", "field", "header", "param", "parameter", "path", "variable", "var", "env", "option", "property", "setting",
		"attribute", "type", "parameterkey", "parametername", "optionname", "headername", "keyname", "fieldname", "variablename", "attributename", "label":
		return true
	}
	return false
}

// isBeside reports whether a key holds the value that a label names.
func isBeside(key string) bool {
	switch strings.ToLower(key) {
	case "value", "val", "v", "default", "content", "contents", "text", "plaintext", "string", "stringvalue", "parametervalue", "optionvalue",
		"input", "data", "newvalue", "oldvalue", "secretvalue", "defaultvalue", "values", "rawvalue", "current":
		return true
	}
	return false
}

const (
	maxLabel  = 100 // bytes of the name of a value
	maxBeside = 300 // bytes between a name and its value
)

// beside adds the secret that stands beside the label k.
func (k key) beside(s string, found []secret) []secret {
	cut := s[:min(len(s), k.value+maxLabel)]
	end := k.valueEnd(cut, keyName{})
	name := cut[k.value:end]
	if !isSecretName(name) {
		return k.valuesOf(s, s[k.start:k.end], found)
	}
	if value, ok := formField(s, k, end); ok {
		return append(found, value)
	}
	if v, ok := k.valueAfter(s, end); ok {
		return v.valuesOf(s, name, found)
	}
	if v, ok := valueBefore(s, k.start); ok {
		return v.valuesOf(s, name, found)
	}
	return found
}

// valueAfter finds the key of the value whose name ends at i.
func (k key) valueAfter(s string, i int) (key, bool) {
	limit := min(len(s), i+maxBeside)
	for at := i; at < limit; at++ {
		switch s[at] {
		case '{', '}':
			return key{}, false
		case '\n':
			if rest := strings.TrimLeft(s[at+1:limit], " \t"); strings.HasPrefix(rest, "- ") || strings.HasPrefix(rest, "\n") {
				return key{}, false
			}
		case '=', ':', '>':
			v, ok := keyBefore(s, at)
			switch {
			case ok && isBeside(s[v.start:v.end]):
				return v, true
			case ok && v.start >= i && s[v.start:v.end] == s[k.start:k.end]: // the next pair
				return key{}, false
			case s[at] == '>' && at > 0 && s[at-1] != '/' && at-i < 80 && !strings.Contains(s[i:at], "<") && textOf(s, at+1):
				return key{start: i, end: i, value: contentAt(s, at+1), element: true}, true // <property name="password">x
			}
		}
	}
	return key{}, false
}

// textOf reports whether an element's text begins at i, rather than another
// element.
func textOf(s string, i int) bool {
	rest := strings.TrimLeft(s[i:min(len(s), i+maxLabel)], " \t\r\n")
	return rest != "" && (rest[0] != '<' || strings.HasPrefix(rest, cdata))
}

// valueBefore finds the key of the value whose label begins at i.
func valueBefore(s string, i int) (key, bool) {
	from := max(0, i-maxBeside)
	from += strings.LastIndexAny(s[from:i], "{}<") + 1
	for _, item := range []string{"\n-", "\n\n", "\n  -"} {
		from += strings.LastIndex(s[from:i], item) + 1
	}
	for at := i - 1; at > from; at-- {
		if s[at] == ':' || s[at] == '=' {
			if k, ok := keyBefore(s, at); ok && k.start >= from && isBeside(s[k.start:k.end]) {
				return k, true
			}
		}
	}
	return key{}, false
}

// formHead is what stands between the name of a multipart field (RFC 7578) and its
// value: more parameters, more headers, and an empty line. A string of JSON
// writes a line break as "\r\n".
var formHead = regexp.MustCompile(`^\\*"?(?:;[^\r\n\\]*)?(?:(?:\r?\n|(?:\\+r)?\\+n)[A-Za-z-]+:[^\r\n\\]*)*(?:\r?\n|(?:\\+r)?\\+n){2}`)

func formField(s string, k key, end int) (secret, bool) {
	if !strings.Contains(s[max(0, k.start-maxLabel):k.start], "form-data") {
		return secret{}, false
	}
	m := formHead.FindStringIndex(s[end:min(len(s), end+maxBeside)])
	if m == nil {
		return secret{}, false
	}
	start := end + m[1]
	n := strings.IndexAny(s[start:], "\r\n\\\"")
	if n < 0 {
		n = len(s) - start
	}
	return secret{start, start + n, kindSecret}, n > 0
}

// isSecretName reports whether a key of this name may hold a secret.
func isSecretName(name string) bool {
	if len(name) < 2 || strings.ContainsAny(name, " \t\n/<>{}") {
		return false
	}
	secret := headerOf(name) != ""
	names(name, func(n keyName) bool {
		secret = secret || n.accept == nil || n.kind == kindSession || n.kind == kindSecret
		return secret
	})
	return secret
}

// isSecret reports whether a key of this name with this value holds a secret.
func isSecret(name, value string) bool {
	if !isSecretName(name) || unset(value) {
		return false
	}
	secret := headerOf(name) != ""
	names(name, func(n keyName) bool {
		secret = secret || n.accept == nil || n.accept(value)
		return secret
	})
	return secret
}

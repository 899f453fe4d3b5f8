package safe

import (
	"strings"
)

// Settings are often listed as pairs of name and value, each with its own key:
// {"name":"DB_PASSWORD","value":"x"} in ECS, Kubernetes, CloudFormation and HAR,
// <add key="DbPassword" value="x"/> in .NET, name: and value: on two lines of YAML,
// and the fields of a multipart form.

// labels are keys whose value may be the name of another value; besides are the keys
// of that other value.
var labels, besides = words("labels"), words("values")

const (
	maxLabel  = 100 // bytes of the name of a value
	maxBeside = 300 // bytes between a name and its value
)

// beside adds the secret beside the label k.
func (k key) beside(s string, found []secret) []secret {
	cut := s[:min(len(s), k.value+maxLabel)]
	end := k.valueEnd(cut, keyName{})
	name := cut[k.value:end]
	if !isSecretName(name) {
		return k.valuesOf(s, s[k.start:k.end], found)
	}
	if v, ok := k.valueAfter(s, end); ok {
		return v.valuesOf(s, name, found)
	}
	if v, ok := valueBefore(s, k.start); ok {
		return v.valuesOf(s, name, found)
	}
	return found
}

// valueAfter returns the key of the value whose name ends at i.
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
		case '=', ':':
			v, ok := keyBefore(s, at)
			switch {
			case ok && besides[strings.ToLower(s[v.start:v.end])]:
				return v, true
			case ok && v.start >= i && s[v.start:v.end] == s[k.start:k.end]: // the next pair
				return key{}, false
			}
		}
	}
	return key{}, false
}

// valueBefore returns the key of the value whose label begins at i.
func valueBefore(s string, i int) (key, bool) {
	from := max(0, i-maxBeside)
	from += strings.LastIndexAny(s[from:i], "{}<") + 1
	for _, item := range []string{"\n-", "\n\n", "\n  -"} {
		from += strings.LastIndex(s[from:i], item) + 1
	}
	for at := i - 1; at > from; at-- {
		if s[at] == ':' || s[at] == '=' {
			if k, ok := keyBefore(s, at); ok && k.start >= from && besides[strings.ToLower(s[k.start:k.end])] {
				return k, true
			}
		}
	}
	return key{}, false
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
func isSecret(name, value string) bool { return isSecretName(name) && secretKind(name, value) != "" }

// secretKind returns the kind of secret in a value with this name, or "".
func secretKind(name, value string) (kind string) {
	if len(name) < 2 || unset(value) {
		return ""
	}
	if headerOf(name) != "" {
		return kindAuthorization
	}
	names(name, func(n keyName) bool {
		if n.accept == nil || n.accept(value) {
			kind = n.kind
		}
		return kind != ""
	})
	return kind
}

package safe

import (
	"regexp"
	"strings"
)

// Settings are often listed as pairs of name and value, each with its own key:
// {"name":"DB_PASSWORD","value":"x"} in ECS, Kubernetes, CloudFormation and HAR, <add key="DbPassword"
// value="x"/> in .NET, name: and value: on two lines of YAML, and the fields of a multipart form.

// labels are keys whose value may be the name of another value; besides are the keys of that other value.
var labels, besides = words("labels"), words("values")

// beside adds the secret beside the label k.
func (k key) beside(s string, found []secret) []secret {
	end := k.valueEnd(s[:min(len(s), k.value+maxNear)], keyName{})
	name := s[k.value:end]
	if !isSecretName(name) {
		return k.values(s, s[k.start:k.end], found)
	}
	v, ok := k.valueAfter(s, end)
	if !ok {
		v, ok = valueBefore(s, k.start)
	}
	if !ok {
		return found
	}
	return v.values(s, name, found)
}

// endOfItem matches what ends the item of a list or an object.
var endOfItem = regexp.MustCompile(`[{}]|\n[ \t]*(?:- |\n)`)

// valueAfter returns the key of the value whose name ends at i.
func (k key) valueAfter(s string, i int) (key, bool) {
	limit := min(len(s), i+maxBeside)
	if m := endOfItem.FindStringIndex(s[i:limit]); m != nil {
		limit = i + m[0]
	}
	for at := i; at < limit; at++ {
		if s[at] != '=' && s[at] != ':' {
			continue
		}
		v, ok := keyBefore(s, at)
		switch {
		case ok && besides[strings.ToLower(s[v.start:v.end])]:
			return v, true
		case ok && v.start >= i && s[v.start:v.end] == s[k.start:k.end]: // the next pair
			return key{}, false
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

func isSecretName(name string) bool {
	if len(name) < 2 || strings.ContainsAny(name, " \t\n/<>{}") {
		return false
	}
	for n := range names(name, false) {
		if n.accept == nil || n.kind == kindSession || n.kind == kindSecret {
			return true
		}
	}
	return headerOf(name) != ""
}

func isSecret(name, value string) bool { return isSecretName(name) && secretKind(name, value) != "" }

// secretKind returns the kind of secret in a value with this name, or "".
func secretKind(name, value string) string {
	if len(name) < 2 || unset(value) {
		return ""
	}
	if headerOf(name) != "" {
		return kindAuthorization
	}
	for n := range names(name, false) {
		if n.accept == nil || n.accept(value) {
			return n.kind
		}
	}
	return ""
}

var (
	cell = regexp.MustCompile(`[^|│]+`)
	// ruled matches a line that consists of rules only.
	ruled = regexp.MustCompile(`^[ \t\r+|:=─━┼├┤╞╡╪═│┃╂-]*[-─][ \t\r+|:=─━┼├┤╞╡╪═│┃╂-]*$`)
)

// cells returns the secrets in text tables, as printed by psql and mysql, in Markdown
// and in boxes: below a column's name, or in the cell beside a name.
func cells(s string, _ signs, found []secret) []secret {
	if !strings.ContainsAny(s, "|│") {
		return found
	}
	lines := strings.Split(strings.ReplaceAll(s, `\n`, " \n"), "\n") // also those in a string of JSON
	isRow := func(n int) bool { return n < len(lines) && strings.ContainsAny(lines[n], "|│") }
	var head []string // the column names, if below a header
	start := 0
	for n, line := range lines {
		if !isRow(n) && !ruled.MatchString(line) {
			head = nil
		}
		var names []string
		for i, at := range cell.FindAllStringIndex(line, -1) {
			left := strings.TrimLeft(line[at[0]:at[1]], " ")
			value := strings.TrimRight(left, " \r")
			names = append(names, value)
			below := i < len(head) && isSecret(head[i], value) && !isSecretName(value)
			beside := i > 0 && isSecret(names[i-1], value) && !isField(value) && !strings.Contains(value, " ")
			if (below || beside) && !ruled.MatchString(value) {
				end := start + at[1] - len(left) + len(value)
				found = append(found, secret{end - len(value), end, kindSecret})
			}
		}
		if head == nil && isRow(n) && isRow(n+2) && ruled.MatchString(lines[n+1]) {
			head = names
		}
		start += len(line) + 1
	}
	return found
}

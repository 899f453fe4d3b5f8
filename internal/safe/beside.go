package safe

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Settings are often listed as pairs of a name and a value, each with its own key:
// {"name":"DB_PASSWORD","value":"x"} in ECS, Kubernetes, CloudFormation and HAR, <add key="DbPassword"
// value="x"/> in .NET, name: and value: on two lines of YAML, and the fields of a multipart form.

// labels are keys, such as "name", whose value may name another value; besides are that value's keys.
var labels, besides = words("labels"), words("values")

// endOfItem matches the end of an item in a list or object.
var endOfItem = regexp.MustCompile(`[{}]|\n[ \t]*(?:- |\n)`)

// beside adds the secret that label k's value names (after the label, else before it), else k's own secret.
func (k key) beside(s string, found []secret) []secret {
	label, end := s[k.start:k.end], k.valueEnd(s[:min(len(s), k.value+maxNear)], keyName{})
	name := s[k.value:end]
	if !isSecretName(name[strings.LastIndexByte(name, '/')+1:]) { // also /prod/db_password, as in AWS's parameter store
		return k.values(s, label, found)
	}
	to := min(len(s), end+maxBeside)
	if m := endOfItem.FindStringIndex(s[end:to]); m != nil {
		to = end + m[0]
	}
	for _, v := range keysIn(s, end, to) {
		if besides[strings.ToLower(s[v.start:v.end])] {
			return v.values(s, name, found)
		} else if v.start >= end && s[v.start:v.end] == label { // the next pair
			break
		}
	}
	from := max(0, k.start-maxBeside)
	for _, item := range []string{"{", "}", "<", "\n-", "\n\n", "\n  -"} {
		from += strings.LastIndex(s[from:k.start], item) + 1
	}
	for _, v := range slices.Backward(keysIn(s, from, k.start)) {
		if v.start >= from && besides[strings.ToLower(s[v.start:v.end])] {
			return v.values(s, name, found)
		}
	}
	return found
}

// keysIn returns the keys whose separator is in s[from:to].
func keysIn(s string, from, to int) (keys []key) {
	for at := from; at < to; at++ {
		if s[at] == '=' || s[at] == ':' {
			if k, ok := keyBefore(s, at); ok {
				keys = append(keys, k)
			}
		}
	}
	return keys
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

// namesSecret reports whether a list of column names includes one whose values may be secrets.
func namesSecret(list string) bool {
	columns := strings.FieldsFunc(list, func(r rune) bool { return r < utf8.RuneSelf && !isWord(byte(r)) })
	return slices.ContainsFunc(columns, func(column string) bool {
		for range names(column, false) {
			return true
		}
		return headerOf(column) != ""
	})
}

func isSecret(name, value string) bool { return isSecretName(name) && secretKind(name, value) != "" }

// secretKind returns the kind of secret that a value with this name is, or "".
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
	// ruled matches a line that only draws a table's borders.
	ruled = regexp.MustCompile(`^[ \t\r+|:=─━┼├┤╞╡╪═│┃╂-]*[-─][ \t\r+|:=─━┼├┤╞╡╪═│┃╂-]*$`)
)

// cells adds the secrets in text tables, such as those of psql, mysql, Markdown and
// box drawings: in a column with a secret's name, or in the cell to the right of one.
func cells(s string, _ signs, found []secret) []secret {
	if !strings.ContainsAny(s, "|│") {
		return found
	}
	lines := strings.Split(strings.ReplaceAll(s, `\n`, " \n"), "\n") // also at a JSON string's \n; the length stays
	isRow := func(n int) bool { return n < len(lines) && strings.ContainsAny(lines[n], "|│") }
	var head []string // column names; nil before a table's header
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

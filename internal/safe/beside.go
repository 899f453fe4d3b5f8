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
	// line begins at a line break, which a string of JSON writes as "\n".
	line = regexp.MustCompile(`(?:^|\n|\\n)((?:[^\\\n]|\\[^n\n])*)`)
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
	var head []string // the column names, if below a header
	lines := line.FindAllStringSubmatchIndex(s, -1)
	text := func(n int) string { return s[lines[n][2]:lines[n][3]] }
	for n := range lines {
		if !strings.ContainsAny(text(n), "|│") {
			if !ruled.MatchString(text(n)) {
				head = nil
			}
			continue
		}
		var names []string
		for i, at := range cell.FindAllStringIndex(text(n), -1) {
			left := strings.TrimLeft(text(n)[at[0]:at[1]], " ")
			value := strings.TrimRight(left, " \r")
			names = append(names, value)
			below := i < len(head) && isSecret(head[i], value) && !isSecretName(value)
			beside := i > 0 && isSecret(names[i-1], value) && !isField(value) && !strings.Contains(value, " ")
			if (below || beside) && !ruled.MatchString(value) {
				start := lines[n][2] + at[1] - len(left)
				found = append(found, secret{start, start + len(value), kindSecret})
			}
		}
		if head == nil && n+2 < len(lines) && ruled.MatchString(text(n+1)) && strings.ContainsAny(text(n+2), "|│") {
			head = names
		}
	}
	return found
}

var insert = regexp.MustCompile(`(?i)\binto\s+[^\s(]+\s*\(([^()]+)\)\s*values\s*`)

// inserts returns the values that an INSERT sets in columns with secret names.
func inserts(s string, _ signs, found []secret) []secret {
	if !strings.Contains(s, "VALUES") && !strings.Contains(s, "values") {
		return found
	}
	read := 0 // end of the text already read
	for _, m := range insert.FindAllStringSubmatchIndex(s, -1) {
		if m[1] >= read {
			found, read = insertValues(s, strings.Split(s[m[2]:m[3]], ","), m[1], found)
		}
	}
	return found
}

// insertValues reads the tuples at i and returns their end.
func insertValues(s string, columns []string, i int, found []secret) ([]secret, int) {
	s = s[:min(len(s), i+maxInsert)]
	for column, depth := 0, 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(':
			if depth++; depth == 1 {
				column = 0
			}
		case c == ')':
			if depth--; depth <= 0 && !strings.HasPrefix(strings.TrimLeft(s[i+1:], " \t\n"), ",") {
				return found, i
			}
		case c == ',' && depth == 1:
			column++
		case depth > 0 && (c == '\'' || c == '"' || c == '\\'):
			var v key
			if !v.quoteAt(s, i) {
				return found, i
			}
			end := quotedEnd(s, v.value, v.quote)
			if column < len(columns) && isSecret(strings.Trim(columns[column], " \t\n`\"[]\\"), s[v.value:end]) {
				found = append(found, secret{v.value, end, kindPassword})
			}
			i = end
		case depth <= 0 && c != ' ' && c != ',' && c != '\n' && c != '\t':
			return found, i
		}
	}
	return found, i
}

package safe

import (
	"regexp"
	"strings"
)

// inserts returns the values that an INSERT sets in columns with secret names.
func inserts(s string, found []secret) []secret {
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

var insert = regexp.MustCompile(`(?i)\binto\s+[^\s(]+\s*\(([^()]+)\)\s*values\s*`)

// maxInsert is how much of an INSERT's values is read.
const maxInsert = 16 << 10

// insertValues reads the tuples at i and returns their end.
func insertValues(s string, columns []string, i int, found []secret) ([]secret, int) {
	limit := min(len(s), i+maxInsert)
	for column, depth := 0, 0; i < limit; {
		switch c := s[i]; {
		case c == '(':
			if depth++; depth == 1 {
				column = 0
			}
		case c == ')':
			if depth--; depth <= 0 && !strings.HasPrefix(strings.TrimLeft(s[i+1:limit], " \t\n"), ",") {
				return found, i
			}
		case c == ',' && depth == 1:
			column++
		case depth > 0 && (c == '\'' || c == '"' || c == '\\'):
			var v key
			if !v.quoteAt(s[:limit], i) {
				return found, i
			}
			end := quotedEnd(s[:limit], v.value, v.quote)
			if column < len(columns) && isSecret(strings.Trim(columns[column], " \t\n`\"[]\\"), s[v.value:end]) {
				found = append(found, secret{v.value, end, kindPassword})
			}
			i = end
		case depth <= 0 && c != ' ' && c != ',' && c != '\n' && c != '\t':
			return found, i
		}
		i++
	}
	return found, i
}

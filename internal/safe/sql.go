package safe

import (
	"regexp"
	"strings"
)

// Statements that name a password by their grammar, as database errors and
// slow-query logs quote them.
var statements = []struct {
	parts   [2]string // one of which is in every such text
	pattern *regexp.Regexp
}{
	// MySQL, MariaDB, Oracle: CREATE USER … IDENTIFIED [WITH plugin] BY 'x'.
	{[2]string{"DENTIFIED", "dentified"}, regexp.MustCompile(`(?i)\bidentified\s+(?:with\s+\S+\s+)?(?:by|as|using)\s+(?:password\s+)?(?:values\s+)?(?:\\*['"]([^'"\n]*?)\\*['"]|([^\s'",;\\]+))`)},
	{[2]string{"SET PASSWORD", "et password"}, regexp.MustCompile(`(?i)\bset\s+password\s+for\s+\S+\s*=\s*\\*['"]([^'"\n]*?)\\*['"]`)},
	// The functions of pgcrypto and MySQL.
	{[2]string{"CRYPT(", "crypt("}, regexp.MustCompile(`(?i)\b(?:pgp_sym_|aes_)(?:en|de)crypt(?:_bytea)?\([^'\n]*(?:'[^'\n]*'[^'\n]*)?,\s*'([^'\n]*)'`)},
	{[2]string{"CRYPT(", "crypt("}, regexp.MustCompile(`(?i)\bcrypt\(\s*'([^'\n]*)'`)},
	// PostgreSQL shows the row that breaks a constraint.
	{[2]string{"Failing row contains (", "Failing row contains ("}, regexp.MustCompile(`Failing row contains \(([^\n]*)\)`)},
}

// sql returns the passwords in statements, and the values that an INSERT gives
// columns of secret names.
func sql(s string, found []secret) []secret {
	for _, x := range statements {
		if !strings.Contains(s, x.parts[0]) && !strings.Contains(s, x.parts[1]) {
			continue
		}
		for _, m := range x.pattern.FindAllStringSubmatchIndex(s, -1) {
			for g := 2; g < len(m); g += 2 {
				if m[g] >= 0 && !unset(s[m[g]:m[g+1]]) {
					found = append(found, secret{m[g], m[g+1], kindPassword})
				}
			}
		}
	}
	if !strings.Contains(s, "VALUES") && !strings.Contains(s, "values") {
		return found
	}
	read := 0 // as far as here
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

// insertValues reads the tuples that begin at i, and returns where they end.
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
			start, end := argument(s[:limit], i)
			if column < len(columns) && start < end && isSecret(strings.Trim(columns[column], " \t\n`\"[]\\"), s[start:end]) {
				found = append(found, secret{start, end, kindPassword})
			}
			i = max(end, i)
		case depth <= 0 && c != ' ' && c != ',' && c != '\n' && c != '\t':
			return found, i
		}
		i++
	}
	return found, i
}

package safe

import (
	"regexp"
	"strings"
)

var (
	// line begins at a line break, which a string of JSON writes as "\n".
	line = regexp.MustCompile(`(?:^|\n|\\n)((?:[^\\\n]|\\[^n\n])*)`)
	cell = regexp.MustCompile(`[^|│]+`)
	// ruled matches a line that consists of rules only.
	ruled = regexp.MustCompile(`^[ \t\r+|:=─━┼├┤╞╡╪═│┃╂-]*[-─][ \t\r+|:=─━┼├┤╞╡╪═│┃╂-]*$`)
)

// cells returns the secrets in text tables, as printed by psql and mysql, in Markdown
// and in boxes: below a column's name, or in the cell beside a name.
func cells(s string, found []secret) []secret {
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
		row, names := cellsOf(s, lines[n][2], lines[n][3]), []string(nil)
		for i, c := range row {
			value := s[c.start:c.end]
			names = append(names, value)
			below := i < len(head) && isSecret(head[i], value) && !isSecretName(value)
			beside := i > 0 && isSecret(names[i-1], value) && !isField(value) && !strings.Contains(value, " ")
			if (below || beside) && !ruled.MatchString(value) {
				found = append(found, c)
			}
		}
		if head == nil && n+2 < len(lines) && ruled.MatchString(text(n+1)) && strings.ContainsAny(text(n+2), "|│") {
			head = names
		}
	}
	return found
}

// cellsOf returns the text of each cell of a line.
func cellsOf(s string, from, to int) (row []secret) {
	for _, at := range cell.FindAllStringIndex(s[from:to], -1) {
		text := s[from+at[0] : from+at[1]]
		end := from + at[0] + len(strings.TrimRight(text, " \r"))
		row = append(row, secret{min(end, from+at[1]-len(strings.TrimLeft(text, " "))), end, kindSecret})
	}
	return row
}

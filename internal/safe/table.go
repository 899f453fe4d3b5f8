package safe

import "strings"

// cells returns the secrets in tables of text, as psql and mysql print them, in
// Markdown and in boxes: below a column's name, or in the cell beside a name.
func cells(s string, found []secret) []secret {
	bar := "|"
	if !strings.Contains(s, bar) {
		if bar = "│"; !strings.Contains(s, bar) {
			return found
		}
	}
	var head []string // the names of the columns, below one
	lines := linesOf(s)
	for n, line := range lines {
		if !strings.Contains(s[line[0]:line[1]], bar) {
			if !isRule(s[line[0]:line[1]]) {
				head = nil
			}
			continue
		}
		cells := cellsOf(s, line, bar)
		if head == nil && n+2 < len(lines) && isRule(s[lines[n+1][0]:lines[n+1][1]]) && strings.Contains(s[lines[n+2][0]:lines[n+2][1]], bar) {
			for _, c := range cells {
				head = append(head, s[c[0]:c[1]])
			}
			continue
		}
		for i, c := range cells {
			value := s[c[0]:c[1]]
			below := i < len(head) && isSecret(head[i], value) && !isSecretName(value)
			beside := i > 0 && isSecret(s[cells[i-1][0]:cells[i-1][1]], value) && !isField(value) && !strings.Contains(value, " ")
			if (below || beside) && !isRule(value) {
				found = append(found, secret{c[0], c[1], kindSecret})
			}
		}
	}
	return found
}

// linesOf returns where the lines of s begin and end; a string of JSON writes a line
// break as "\n".
func linesOf(s string) [][2]int {
	var lines [][2]int
	for at := 0; at <= len(s); {
		end := lineEnd(s, at)
		lines = append(lines, [2]int{at, end})
		at = end + 1
		if strings.HasPrefix(s[end:], `\n`) {
			at++
		}
	}
	return lines
}

// cellsOf returns where the text of each cell begins and ends.
func cellsOf(s string, line [2]int, bar string) [][2]int {
	var cells [][2]int
	for at := line[0]; at <= line[1]; {
		end := at + strings.Index(s[at:line[1]], bar)
		if end < at {
			end = line[1]
		}
		start, stop := at, end
		for start < stop && s[start] == ' ' {
			start++
		}
		for stop > start && (s[stop-1] == ' ' || s[stop-1] == '\r') {
			stop--
		}
		cells = append(cells, [2]int{start, stop})
		at = end + len(bar)
	}
	return cells
}

// isRule reports whether a line only draws.
func isRule(line string) bool {
	return strings.Contains(line, "-") && strings.Trim(line, " \t\r-+|:=") == "" || strings.Contains(line, "─") && strings.Trim(line, " \t\r─━┼├┤╞╡╪═│┃╂") == ""
}

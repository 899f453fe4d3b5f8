package grouping

import "strings"

// stackEnd returns the end of the call stack that begins at i: two or more places
// in code in a row, as in "lock held by com.example.Cart.add:41
// com.example.Shop.serve:17 <native code>". It returns 0 if there is none.
func stackEnd(s string, i int) int {
	end, frames := i, 0
	for next := i; next < len(s); {
		to := frameEnd(s, next)
		if to == next {
			break
		}
		if s[next] != '<' {
			frames++
		}
		end, next = to, to
		for next < len(s) && s[next] == ' ' {
			next++
		}
	}
	if frames < 2 {
		return 0
	}
	return end
}

// frameEnd returns the end of the place in code at i, or i if there is none. A
// remark in angle brackets counts, as does a place truncated with the message.
func frameEnd(s string, i int) int {
	if s[i] == '<' {
		return i + strings.IndexByte(s[i:], '>') + 1
	}
	end, dots := i, 0
	for end < len(s) && (isWord(s[end]) || s[end] == '$' || s[end] == '.') {
		if s[end] == '.' {
			dots++
		}
		end++
	}
	if dots < 2 {
		return i
	}
	if end == len(s) {
		return end
	}
	line := end + 1
	for line < len(s) && class[s[line]]&isDigit != 0 {
		line++
	}
	if s[end] != ':' || line == end+1 || line < len(s) && s[line] != ' ' {
		return i
	}
	return line
}

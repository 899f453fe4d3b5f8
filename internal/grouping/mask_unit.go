package grouping

// unit returns the end of what belongs to the current value: the unit after a
// number, "waited 5 ms" and "waited 2 s", "cache at 95%", and the padding after
// base64.
func (m *masker) unit(s string, begin, end int) int {
	switch {
	case end == len(s) || m.wild != len(m.out):
		return end
	case s[end] == '=' && end-begin >= minToken:
		return paddingEnd(s, end)
	case class[s[end-1]]&isLetter != 0 || class[s[begin]]&isDigit == 0:
		return end
	case s[end] == '%':
		return end + 1
	}
	if s[end] == ' ' && end+1 < len(s) {
		next := wordEnd(s, end+1)
		if units[s[end+1:next]] {
			return perUnit(s, next)
		} else if s[end+1] == '%' {
			return end + 2
		}
	}
	return end
}

// perUnit returns the end of the unit of time of a rate: the "/s" of "5 MB/s".
func perUnit(s string, i int) int {
	if i+1 < len(s) && s[i] == '/' {
		if end := wordEnd(s, i+1); units[s[i+1:end]] {
			return end
		}
	}
	return i
}

// paddingEnd returns the end of the padding at i: "cursor eyJpZCI6NDIsInQiOjF9== is stale".
func paddingEnd(s string, i int) int {
	end := i
	for end < len(s) && s[end] == '=' {
		end++
	}
	if end-i > 2 || end < len(s) && isWord(s[end]) {
		return i
	}
	return end
}

func wordEnd(s string, i int) int {
	for i < len(s) && isWord(s[i]) {
		i++
	}
	return i
}

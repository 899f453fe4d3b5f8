package safe

import "strings"

const cdata = "<![CDATA["

// maxTag is how far back the "<" of a tag is looked for.
const maxTag = 300

// elementBefore returns the element of XML whose opening tag ends at i:
// <wsse:Password Type="…">.
func elementBefore(s string, i int) (key, bool) {
	from := max(0, i-maxTag)
	open := strings.LastIndexAny(s[from:i], "<>")
	if open < 0 || s[from+open] == '>' || i == 0 || s[i-1] == '/' || !textOf(s, i+1) {
		return key{}, false
	}
	k := key{start: from + open + 1, element: true}
	tag := s[k.start:i]
	if n := strings.IndexAny(tag, " \t\r\n"); n >= 0 {
		tag = tag[:n]
	}
	k.end = k.start + len(tag)
	k.start += strings.LastIndexByte(tag, ':') + 1
	if k.end-k.start < 2 || !isLetter(s[k.start]) || strings.TrimLeft(s[i+1:i+2], " ") == "" {
		return key{}, false
	}
	k.value = contentAt(s, i+1)
	return k, k.value < len(s)
}

// contentAt returns where the text of an element begins, which is the first
// character behind the tag, white space and CDATA's bracket left out.
func contentAt(s string, i int) int {
	i += len(s[i:]) - len(strings.TrimLeft(s[i:], " \t\r\n"))
	if strings.HasPrefix(s[i:], cdata) {
		i += len(cdata)
	}
	return i
}

// textEnd returns where the text of an element ends, or the word where the end tag
// is missing because the line was cut.
func textEnd(s string, start int) int {
	rest := s[start:min(len(s), start+maxTag)]
	n := strings.IndexByte(rest, '<')
	if bracket := strings.Index(rest, "]]>"); bracket >= 0 && (n < 0 || bracket < n) {
		n = bracket
	}
	if n < 0 {
		return bareEnd(s, start)
	}
	return start + len(strings.TrimRight(rest[:n], " \t\r\n"))
}

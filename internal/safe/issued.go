package safe

import (
	"regexp"
	"strconv"
	"strings"
)

// issuer describes credentials by the mark, usually a prefix, that a service puts in them.
type issuer struct {
	kind, mark  string
	before      signs
	least, most int // how many characters precede the mark
	body        signs
	min         int               // characters required after the mark; with fewer it is only a word
	accept      func(string) bool // tests the text after the mark; nil accepts all
}

// issuers are the rows of the table, by the first byte of the mark. second has the second bytes of marks, by
// their first byte; insideMarks has the first bytes of marks that are not at a credential's start.
var issuers, second, insideMarks = func() (index [256][]issuer, after [256]signs, within signs) {
	for _, row := range rows("tokens", 5) {
		marks := strings.Split(row[1], ",")
		x := issuer{kind: row[0], body: alphabet(row[2]), min: atoi(row[3]), accept: testOf(row[4])}
		if m := inside.FindStringSubmatch(row[1]); m != nil {
			marks, x.before, x.least, x.most = m[4:], alphabet(m[1]), atoi(m[2]), atoi(m[3])
		}
		for _, x.mark = range marks {
			first := x.mark[0]
			index[first] = append(index[first], x)
			if x.most > 0 {
				within.add(first)
			}
			if len(x.mark) == 1 {
				after[first] = everySign
			} else {
				after[first].add(x.mark[1])
			}
		}
	}
	return index, after, within
}()

// inside matches a table entry for a mark that is not at the start.
var inside = regexp.MustCompile(`^(.+)\{(\d+),(\d+)\}(.+)$`)

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err) // a mistake in this package's tables
	}
	return n
}

func issued(s string, _ signs, found []secret) []secret {
	for i := 0; i+1 < len(s); i++ {
		if !second[s[i]].has(s[i+1]) { // most texts fail here
			continue
		}
		starts := startsWord(s, i)
		if !starts && !insideMarks.has(s[i]) {
			continue
		}
		for n := range issuers[s[i]] {
			x := &issuers[s[i]][n]
			if !starts && x.most == 0 || !strings.HasPrefix(s[i:], x.mark) {
				continue
			}
			if start, end := x.around(s, i); end > 0 {
				found = append(found, secret{start, end, x.kind})
				i = end - 1
				break
			}
		}
	}
	return found
}

// around returns the bounds of the credential whose mark is at i; end is 0 if there is none.
func (x *issuer) around(s string, i int) (start, end int) {
	start = i
	for start > 0 && i-start < x.most && x.before.has(s[start-1]) {
		start--
	}
	behind := i + len(x.mark)
	end = bodyEnd(s[:min(len(s), behind+maxShaped)], behind, x.body)
	if i-start < x.least || end-behind < x.min || x.accept != nil && !x.accept(s[behind:end]) {
		return 0, 0
	}
	end = bodyEnd(s, behind, x.body)
	if x.most > 0 && (!startsWord(s, start) || end < len(s) && isWord(s[end])) {
		return 0, 0
	}
	return start, end
}

// bodyEnd returns the end of the run of body characters at start, less any full stops and "%" at its end.
func bodyEnd(s string, start int, body signs) int {
	return start + len(strings.TrimRight(s[start:body.end(s, start)], ".%"))
}

// startsWord reports whether a word may begin at i. The letter of \n, \t or \r is not part of a word.
func startsWord(s string, i int) bool {
	if i == 0 || !isAlnum(s[i-1]) {
		return true
	}
	return i > 1 && s[i-2] == '\\' && (s[i-1] == 'n' || s[i-1] == 't' || s[i-1] == 'r')
}

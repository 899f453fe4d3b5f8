package safe

// byteSet is the set of bytes in a text.
type byteSet [4]uint64

func bytesIn(s string) (set byteSet) {
	for i := 0; i < len(s); i++ {
		set.add(s[i])
	}
	return set
}

func (set *byteSet) add(c byte) { set[c>>6] |= 1 << (c & 63) }

func (set *byteSet) has(c byte) bool { return set[c>>6]&(1<<(c&63)) != 0 }

func (set *byteSet) hasAll(other *byteSet) bool {
	return other[0]&^set[0]|other[1]&^set[1]|other[2]&^set[2]|other[3]&^set[3] == 0
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }
func isWord(c byte) bool   { return isAlnum(c) || c == '_' }

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

package safe

// signs is the set of bytes in a text, in a form that is fast to make: it has one bit
// for each byte of ASCII, and one for all others.
type signs struct{ low, high uint64 }

var signOf = func() (of [256]signs) {
	for c := range of {
		switch {
		case c < 64:
			of[c].low = 1 << c
		case c < 128:
			of[c].high = 1 << (c - 64)
		default:
			of[c].low = 1
		}
	}
	return of
}()

func signsIn(s string) (in signs) {
	for i := range len(s) {
		in.add(s[i])
	}
	return in
}

func (in *signs) add(c byte) { in.low, in.high = in.low|signOf[c].low, in.high|signOf[c].high }

func (in signs) has(c byte) bool { return in.hasAny(signOf[c]) }

func (in signs) hasAny(of signs) bool { return in.low&of.low|in.high&of.high != 0 }

func (in signs) hasAll(of signs) bool { return of.low&^in.low|of.high&^in.high == 0 }

var digitSigns = signsIn("0123456789")

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

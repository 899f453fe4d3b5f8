package grouping

import "strings"

// codeLength returns the length of the error code at the start of a message with its
// colon; 0 if there is none: "ORA-00060: deadlock", "CWWKZ0013E: …",
// "[MY-010584] …", "Error: 18456, …". It names the error, though it looks like an
// id: letters in capitals, then digits that begin with 0 or end in a letter.
func codeLength(s string) int {
	if rest, ok := strings.CutPrefix(s, "Error: "); ok { // of SQL Server
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits > 0 && digits <= 5 && strings.HasPrefix(rest[digits:], ", ") {
			return len("Error: ") + digits
		}
		return 0
	}
	begin := 0
	if strings.HasPrefix(s, "[") {
		begin = 1
	}
	name := begin
	for name < len(s) && isUpper(s[name]) {
		name++
	}
	first := name
	if strings.HasPrefix(s[first:], "-") {
		first++
	}
	end := first
	for end < len(s) && class[s[end]]&isDigit != 0 {
		end++
	}
	if name-begin < 2 || name-begin > 12 || end-first < 3 || end-first > 6 || end == len(s) {
		return 0
	}
	lettered := isUpper(s[end])
	if lettered {
		end++
	}
	if s[first] != '0' && !lettered || end == len(s) || s[end] != ':' && s[end] != ']' {
		return 0
	}
	return end + 1
}

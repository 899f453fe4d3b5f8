package logtext

import (
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/stacktrace"
)

// This file recognises what separates the parts of a head behind its level, and names
// from the words of a message.

// markAt returns the length of the sign between two parts that s begins with.
func markAt(s string) int {
	n := leading(s, "|:;>-")
	if n > 0 && (n == len(s) || s[n] == ' ' || s[n] == '\t' || s[0] == '|' || s[0] == '>') {
		return n
	}
	if n > 0 {
		return 0
	}
	return arrowAt(s)
}

// arrowAt returns the length of the sign that s begins with, of those beyond ASCII.
func arrowAt(s string) int {
	c, size := utf8.DecodeRuneInString(s)
	if c < utf8.RuneSelf || !strings.ContainsRune("»›→▶▸•·—–│┃⋮\u202f\u00a0", c) {
		return 0
	}
	return size
}

// separates reports whether the sign sets a name off from the message. A word
// before a colon is as likely the message's first.
func (r *headReader) separates(mark, name string) bool {
	if mark == ": " {
		if r.joint == "--" || r.joint == "-" && r.indented {
			return true
		}
		return isCompound(name) && isLetter(name[0]) && !isCode(name) && (strings.IndexByte(name, '.') > 0 && !isRaised(name) || !stacktrace.IsHeader(name+": "))
	}
	if isNumber(name) {
		return mark == r.joint || mark == "\t"
	}
	return mark == r.joint || mark != "," && (r.h.logger == "" || r.h.logger == r.names)
}

// isCompound recognises a name of several parts.
func isCompound(name string) bool {
	for i := 1; i < len(name); i++ {
		if c := name[i]; !isLetter(c) || c < 'a' && name[i-1] >= 'a' {
			return true
		}
	}
	return false
}

// isCode recognises the number of a message: "CWWKZ0013E", "ORA-00942".
func isCode(name string) bool {
	return strings.ToUpper(name) == name && isLetter(name[0]) && strings.ContainsAny(name, "0123456789")
}

// separator returns the sign that s begins with between two parts, without the blanks around it,
// and its length with them. A colon that a name has right behind it is ": ".
func separator(s string) (mark string, length int) {
	blanks := len(s) - len(strings.TrimLeft(s, " "))
	if blanks < len(s) && s[blanks] == '\t' {
		return "\t", blanks + 1
	}
	n := markAt(s[blanks:])
	if n == 0 && blanks == 0 && s[0] == ',' || n == 0 && blanks == 0 && s[0] == ';' || n == 0 && strings.HasPrefix(s, "::") {
		n = 1 + strings.Count(s[:min(2, len(s))], "::")
	}
	mark = s[blanks : blanks+n]
	if n == 0 || mark == "-" && blanks == 0 {
		return "", 0
	}
	if mark == ":" && blanks == 0 {
		mark = ": "
	}
	rest := trimBlanks(s[blanks+n:])
	return mark, len(s) - len(rest)
}

// isProse recognises what a message may have in brackets: quotes, an error that Node
// inspected, or several words.
func isProse(s string) bool {
	return strings.ContainsAny(s, "\"'`{") || strings.Count(s, " ") > 3 && !strings.ContainsAny(s, ":=") && !strings.Contains(s, "  ") ||
		strings.Contains(s, ": ") && stacktrace.IsHeader(s)
}

// isLogger recognises the name of a logger, not of a thread: with dots, or no digits.
func isLogger(s string) bool {
	if !isWord(s) || s == "main" || s == "MainThread" {
		return false
	}
	return strings.Contains(s, "::") || !strings.ContainsAny(s, "0123456789") || s[0] > '9' && strings.IndexByte(s, '.') > 0
}

// isDotted recognises the name of a class or module, but not of a file or a host.
func isDotted(name string) bool {
	if name == "" || !isLetter(name[0]) || stacktrace.IsExceptionName(name) && !strings.Contains(name, ".") {
		return false
	}
	dot := strings.LastIndexByte(name, '.')
	return strings.Contains(name, "::") || dot > 0 && dot+1 < len(name) && isLetter(name[dot+1]) && !isFile(name) && !strings.ContainsAny(name, "/@")
}

// isFile recognises a name that ends as those of files and hosts do.
func isFile(name string) bool { return fileEndings[name[strings.LastIndexByte(name, '.')+1:]] }

var fileEndings = set(`js ts jsx tsx mjs cjs py rb go java php rs c cc cpp h html css json yml yaml xml toml txt log sql sh conf cfg ini env lock
	csv png jpg svg pdf zip gz tar pem key crt com net org io dev local internal example cloud`)

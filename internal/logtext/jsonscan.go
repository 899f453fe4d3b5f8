package logtext

import (
	"encoding/json"
	"strconv"
	"strings"
)

// This file walks a JSON object without decoding values that nobody asks for:
// of most records only the level is of interest.

// eachMember calls take with the members of the object at the start of s: the key, unquoted, and the value
// as it is written. It returns what follows the object, and false if s does not hold one.
func eachMember(s string, take func(key, value string)) (rest string, ok bool) {
	s = skipSpace(s[1:])
	if strings.HasPrefix(s, "}") {
		return s[1:], true
	}
	for {
		n := stringEnd(s)
		if n == 0 {
			return s, false
		}
		key := unquote(s[:n])
		if s = skipSpace(s[n:]); !strings.HasPrefix(s, ":") {
			return s, false
		}
		s = skipSpace(s[1:])
		if n = valueEnd(s); n <= 0 {
			return s, false
		}
		take(key, s[:n])
		if s = skipSpace(s[n:]); !strings.HasPrefix(s, ",") {
			return strings.CutPrefix(s, "}")
		}
		s = skipSpace(s[1:])
	}
}

// skipSpace removes the white space that JSON allows between tokens.
func skipSpace(s string) string {
	if s != "" && s[0] > ' ' {
		return s
	}
	return strings.TrimLeft(s, " \t\r\n")
}

// stringEnd returns the length of the quoted string at the start of s, or 0.
func stringEnd(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for i := 1; ; {
		quote := strings.IndexByte(s[i:], '"')
		if quote < 0 {
			return 0
		}
		i += quote + 1
		if text := s[:i-1]; (len(text)-len(strings.TrimRight(text, `\`)))%2 == 0 { // else it is escaped
			return i
		}
	}
}

// valueEnd returns the length of the value at the start of s, or 0 or inString.
func valueEnd(s string) int {
	switch {
	case strings.HasPrefix(s, `"`):
		return stringEnd(s)
	case strings.HasPrefix(s, "{"), strings.HasPrefix(s, "["):
		return nestedEnd(s)
	}
	return upTo(s, ",}] \t\r\n")
}

// upTo returns the index of the first of some bytes, or the length of s.
func upTo(s, bytes string) int {
	if i := strings.IndexAny(s, bytes); i >= 0 {
		return i
	}
	return len(s)
}

// inString is the length of an object that was cut inside one of its strings, where no line break may be put back.
const inString = -1

// nestedEnd returns the length of the object or list at the start of s, or 0 or inString.
func nestedEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := stringEnd(s[i:])
			if n == 0 {
				return inString
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// unquote decodes a string that begins with a quote, as JSON and Go write it. One that was cut off has no closing quote.
func unquote(quoted string) string {
	if len(quoted) < 2 || quoted[len(quoted)-1] != '"' {
		return quoted[1:]
	}
	inner := quoted[1 : len(quoted)-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	if s, err := strconv.Unquote(quoted); err == nil {
		return s
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		return inner
	}
	return s
}

// scalar returns a string's text or a number as it is written, and "" for anything else.
func scalar(value string) string {
	switch {
	case strings.HasPrefix(value, `"`):
		return unquote(value)
	case value != "" && (value[0] == '-' || isDigit(value[0])):
		return value
	}
	return ""
}

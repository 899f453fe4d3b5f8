package logtext

import "strings"

// This file reads the names that transports put before a line.

// cutColumn cuts "app-1  | ": a name that is numbered, or padded to a column.
func cutColumn(s string) (body, name string, ok bool) {
	bar := strings.IndexByte(s[:min(len(s), 60)], '|')
	if bar == 1 && len(s) > 2 { // PM2's number
		next := strings.IndexByte(s[2:min(len(s), 60)], '|')
		if next < 0 {
			return "", "", false
		}
		bar = next + 2
	}
	if bar < 2 || s[bar-1] != ' ' || bar+1 < len(s) && s[bar+1] != ' ' {
		return "", "", false
	}
	name = strings.Trim(s[:bar], " ")
	name = name[strings.IndexByte(name, '|')+1:]
	numbered := name != "" && name[len(name)-1] >= '0' && name[len(name)-1] <= '9' && strings.ContainsAny(name, "-_.")
	if !isWord(name) || isLevel(name) || isNumber(name) || !numbered && s[bar-2] != ' ' {
		return "", "", false
	}
	return s[min(bar+2, len(s)):], name, true
}

// isPod recognises the name of a pod that a deployment made: "web-7f2a9b-x8k2p".
func isPod(name string) bool {
	if len(name) < 13 || name[len(name)-6] != '-' || !isWord(name) {
		return false
	}
	name = name[:len(name)-6]
	set := name[strings.LastIndexByte(name, '-')+1:]
	return len(set) < len(name) && len(set) >= 5 && len(set) <= 10 && strings.ContainsAny(set, "0123456789") && strings.ToLower(set) == set
}

// cutTailStream splits off the stream's name as "aws logs tail" prints it: one
// word with a slash, a dash or a digit in it that is no level.
func cutTailStream(s string) (stream, body string) {
	word, rest, _ := strings.Cut(s, " ")
	if word == "" || !strings.ContainsAny(word, "/-0123456789") || strings.ContainsAny(word, "\t\"'=(){}:,") {
		return "", s
	}
	if word[0] == '[' || word[0] == '-' {
		return "", s
	}
	return word, rest
}

package safe

import (
	"regexp"
	"strings"
)

// Commands that take a password as an argument, by their manuals. Error messages
// quote them whole ("exit status 1: sshpass -p …"), with their arguments
// between spaces or as a list of strings.

// option is an option with a secret.
type option struct {
	name     string // empty for an argument without one
	attached bool   // the secret is a part of the argument: mysql -pX
	pair     bool   // of user and password, attached or not: curl -u a:b
	after    string // a word required before the option for it to have this meaning
}

// commands are the options of each command.
var commands = func() map[string][]option {
	index := map[string][]option{}
	for _, row := range rows("commands", 1) {
		columns := append(strings.Split(row[0], " | "), "")
		var options []option
		name := ""
		for word := range strings.FieldsSeq(columns[1]) {
			switch attached := strings.HasSuffix(word, "_"); {
			case word == "U:P", word == "_":
				options = append(options, option{name, false, word == "U:P", columns[2]})
			case attached:
				options = append(options, option{strings.TrimSuffix(word, "_"), true, false, columns[2]})
			default:
				name = word
			}
		}
		for name := range strings.FieldsSeq(columns[0]) {
			index[name] = append(index[name], options...)
		}
	}
	return index
}()

// optionSigns begin an option, or are the name of a command that accepts a user and a
// password without one.
var optionSigns = partsOf(" -", `"-`, "'-", " /p", "sqlplus", "sqlldr", "pdp ", "rman ")

// commandLines returns the secrets in the arguments of commands.
func commandLines(s string, in signs, found []secret) []secret {
	if !optionSigns.oneIn(s, in) {
		return found
	}
	for i := 0; i < len(s); i++ {
		if !isLetter(s[i]) && s[i] != '7' {
			continue
		}
		start := i
		for i < len(s) && (isWord(s[i]) || s[i] == '-') {
			i++
		}
		if options, ok := commands[s[start:i]]; ok && endsWord(s, i) {
			found, i = commandArguments(s, i, options, found)
		}
	}
	return found
}

// endsWord reports whether a command's name may end at i.
func endsWord(s string, i int) bool {
	return i < len(s) && (s[i] == ' ' || isQuote(s[i]) || strings.HasPrefix(s[i:], `\"`) || strings.HasPrefix(s[i:], ".exe"))
}

// maxCommandLine is how much of a command line is read.
const maxCommandLine = 2048

// commandArguments adds the secrets in the arguments at i and returns their end: the next
// command, or the end of the line.
func commandArguments(s string, i int, options []option, found []secret) ([]secret, int) {
	limit := min(len(s), i+maxCommandLine)
	seen, next := map[string]bool{"": true}, option{}
	if options[0].name == "" {
		next = options[0]
	}
	for {
		at := nextArgument(s[:limit], i)
		start, end := argument(s[:limit], at)
		arg := s[start:end]
		wanted := next != option{} && !next.pair
		if _, another := commands[arg]; at == i || start == end || another && !wanted {
			return found, i
		}
		i = end
		switch {
		case wanted && !unset(arg):
			found, next = append(found, secret{start, end, kindPassword}), option{}
		case next.pair && pairOf(arg):
			if at := strings.LastIndexByte(arg, '@'); at > 0 && next.name == "" { // Oracle's database
				end = start + at
			}
			found, next = append(found, secret{start, end, kindURL}), option{}
		default:
			seen[arg] = true
			var f secret
			if f, next = attachedTo(arg, options, seen, next); f.kind != "" {
				found = append(found, secret{start + f.start, end, f.kind})
			}
		}
	}
}

// attachedTo returns the secret attached to an option in arg, or else the option if the
// next argument is its secret.
func attachedTo(arg string, options []option, seen map[string]bool, next option) (secret, option) {
	for _, o := range options {
		rest, ok := strings.CutPrefix(arg, o.name)
		switch {
		case o.name == "" || !ok || !seen[o.after]:
		case rest == "" && !o.attached:
			return secret{}, o
		case o.attached && rest != "" && !unset(rest):
			return secret{len(o.name), len(arg), kindPassword}, next
		case o.pair && pairOf(strings.TrimPrefix(rest, "=")):
			return secret{len(arg) - len(strings.TrimPrefix(rest, "=")), len(arg), kindURL}, next
		}
	}
	return secret{}, next
}

// pairOf reports whether arg is a user and a password, not a user alone.
func pairOf(arg string) bool {
	n := strings.IndexAny(arg, ":%,/")
	return n > 0 && n < len(arg)-1 && arg[0] != '-' && !strings.Contains(arg, "://")
}

// argument returns the argument at i: quoted, an item of a list, or bare. It is
// empty at the end of the command.
func argument(s string, i int) (start, end int) {
	at := i
	for at < len(s) && s[at] == '\\' {
		at++
	}
	if at < len(s) && isQuote(s[at]) {
		return at + 1, quotedEnd(s, at+1, s[i:at+1])
	}
	for end = i; end < len(s) && strings.IndexByte(" \t\n\"'`;|&]", s[end]) < 0 && !endsArgument(s[end:]); end++ {
	}
	attached := end > i && s[i] == '-' && (end == i+len("-p") || s[end-1] == '=')
	if attached && end+1 < len(s) && isQuote(s[end]) && s[end+1] != ' ' { // -p'x'
		end = quotedEnd(s, end+1, s[end:end+1])
		if end < len(s) && isQuote(s[end]) {
			end++
		}
	}
	return i, end
}

// endsArgument reports whether a backslash begins a quote or a line break rather than a
// part of a path.
func endsArgument(s string) bool {
	rest := strings.TrimLeft(s, `\`)
	return len(rest) < len(s) && (rest == "" || isQuote(rest[0]) || len(s)-len(rest) == 1 && rest[0] == 'n')
}

// argumentGap separates arguments: spaces, commas, and the previous argument's closing quote.
var argumentGap = regexp.MustCompile("^(?:[ \t,]|\\\\*[\"'`][ ,])*")

func nextArgument(s string, i int) int {
	return i + len(argumentGap.FindString(s[i:]))
}

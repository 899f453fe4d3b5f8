package safe

import (
	"regexp"
	"strings"
)

// Commands that take a password as an option, by their manuals. Error messages
// quote them whole ("exit status 1: sshpass -p …"), with their arguments
// between spaces or as a list of strings.

// command describes the secrets in a command's arguments.
type command struct {
	kind    string
	options *regexp.Regexp // whose groups are the secrets
	after   string         // a word required for the options to have this meaning
}

var commands = func() map[string][]command {
	index := map[string][]command{}
	for _, row := range rows("commands", 1) {
		columns := append(strings.Split(row[0], " | "), "")
		options, name := map[string][]string{}, ""
		for word := range strings.FieldsSeq(columns[1]) {
			switch attached, ok := strings.CutSuffix(regexp.QuoteMeta(word), "_"); {
			case word == "_":
				options[kindPassword] = append(options[kindPassword], name+"GAPVALUE")
			case word == "U:P":
				options[kindURL] = append(options[kindURL], name+`(?:GAP|=)?(?:\\*["'])?PAIR`)
			case ok:
				options[kindPassword] = append(options[kindPassword], attached+"VALUE")
			default:
				name = regexp.QuoteMeta(word)
			}
		}
		for kind, forms := range options {
			c := command{kind, expression("GAP(?:" + strings.Join(forms, "|") + ")"), columns[2]}
			for name := range strings.FieldsSeq(columns[0]) {
				index[name] = append(index[name], c)
			}
		}
	}
	return index
}()

// optionSigns begin an option.
var optionSigns = partsOf(" -", `"-`, "'-", " /p", " /r")

// commandLines returns the secrets in the options of commands. A command's arguments end
// where the next command begins.
func commandLines(s string, in signs, found []secret) []secret {
	if !optionSigns.oneIn(s, in) {
		return found
	}
	var current []command
	from := 0
	for i := 0; i < len(s); i++ {
		if !isLetter(s[i]) && s[i] != '7' {
			continue
		}
		start := i
		for i < len(s) && (isWord(s[i]) || s[i] == '-') {
			i++
		}
		if next := commands[s[start:i]]; next != nil && endsWord(s, i) && !option.MatchString(s[max(0, start-maxLabel):start]) {
			found = secretsOf(current, s, from, start, found)
			current, from = next, i
		}
	}
	return secretsOf(current, s, from, len(s), found)
}

// option matches the text before the value of an option, which may be a command's name: -u mysql.
var option = regexp.MustCompile(`(?:^|[\s"'])-[\w-]*(?: +|["'], ?["'])$`)

// endsWord reports whether a command's name may end at i.
func endsWord(s string, i int) bool {
	return i < len(s) && (s[i] == ' ' || isQuote(s[i]) || strings.HasPrefix(s[i:], `\"`) || strings.HasPrefix(s[i:], ".exe"))
}

// maxCommandLine is how much of a command line is read.
const maxCommandLine = 2048

// endOfCommand is the end of a line, or what begins another command.
var endOfCommand = regexp.MustCompile(`\n|\\n|[|;&]\s`)

// secretsOf adds the secrets in the arguments s[from:end].
func secretsOf(commands []command, s string, from, end int, found []secret) []secret {
	line := s[from:min(end, from+maxCommandLine)]
	if at := endOfCommand.FindStringIndex(line); at != nil {
		line = line[:at[0]]
	}
	for _, c := range commands {
		if !strings.Contains(line, c.after) {
			continue
		}
		for _, m := range c.options.FindAllStringSubmatchIndex(line, -1) {
			for g := 2; g < len(m); g += 2 {
				if m[g] >= 0 && !unset(line[m[g]:m[g+1]]) {
					found = append(found, secret{from + m[g], from + m[g+1], c.kind})
				}
			}
		}
	}
	return found
}

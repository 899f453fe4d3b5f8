package safe

import (
	"regexp"
	"slices"
	"strings"
)

// urlCredentials adds the userinfo of URLs (RFC 3986). patterns.txt covers forms without a scheme.
func urlCredentials(s string, _ signs, found []secret) []secret {
	for _, at := range indexAll(s, "://", kindURL, nil) {
		run := s[at.end:min(len(s), at.end+maxShaped)]
		if n := strings.IndexAny(run, " \t\n\r\"'`<>"); n >= 0 {
			run = run[:n]
		}
		if n := userinfo(s[max(0, at.start-len("rediss")):at.start], run); n > 0 {
			found = append(found, secret{at.end, at.end + n, kindURL})
		}
	}
	return found
}

// userinfo returns the length of the userinfo at the start of rest, the URL after "://"; 0 without a secret.
func userinfo(scheme, rest string) int {
	last := strings.LastIndexByte(rest, '@')
	if last < 1 || strings.IndexAny(rest, "/?#") == 0 {
		return 0
	}
	user, password, hasPassword := strings.Cut(rest[:last], ":")
	if hasPassword && unset(password) {
		return 0
	}
	hasPassword = hasPassword && !strings.ContainsAny(user, "/?#@")
	authority := strings.FieldsFunc(rest, func(c rune) bool { return c == '/' || c == '?' || c == '#' })[0]
	web := strings.HasSuffix(scheme, "http") || strings.HasSuffix(scheme, "https")
	within, first := strings.LastIndexByte(authority, '@'), strings.IndexByte(rest, '@')
	switch {
	case hasPassword && !web && notAPort(password): // a database's password may contain anything
		return last
	case within > 0 && (hasPassword || within >= 16 && hasDigit(rest[:within]) || keyOnly.MatchString(scheme)):
		return within
	case within <= 0 && hasPassword && notAPort(rest[len(user)+1:first]): // an unencoded "/" in the password
		return first
	}
	return 0
}

// keyOnly matches a scheme whose URLs may contain a password without a user.
var keyOnly = regexp.MustCompile(`(?:rediss?|valkey)$`)

// notAPort reports whether a password is not a port: "host:8080/path/" may also precede an "@".
func notAPort(password string) bool {
	end := strings.IndexAny(password, "/?#")
	return end < 0 || strings.Trim(password[:end], "0123456789") != ""
}

// command describes which options of a command are secrets, according to its manual. Errors quote whole
// commands ("exit status 1: sshpass -p …"), with the arguments separated by spaces or as a list of strings.
type command struct {
	kind    string
	options *regexp.Regexp // its groups match the secrets
	after   string         // a word without which the options mean something else
}

var commands = func() map[string][]command {
	index := map[string][]command{}
	for _, row := range rows("commands", 1) {
		columns := append(strings.Split(row[0], " | "), "")
		kind, name, forms := kindPassword, "", []string(nil)
		for word := range strings.FieldsSeq(columns[1]) {
			switch attached, ok := strings.CutSuffix(regexp.QuoteMeta(word), "_"); {
			case word == "U:P":
				kind, forms = kindURL, append(forms, name+`(?:GAP|=)?PAIR`)
			case word == "_":
				forms = append(forms, name+"GAPVALUE")
			case ok:
				forms = append(forms, attached+"VALUE")
			default:
				name = attached
			}
		}
		c := command{kind, expression("GAP(?:" + strings.Join(forms, "|") + ")"), columns[2]}
		for name := range strings.FieldsSeq(columns[0]) {
			index[name] = append(index[name], c)
		}
	}
	return index
}()

var (
	inCommand, optionSigns = alphabet("alnum_-"), partsOf(` -|"-|'-| /p| /r`)
	// option matches the text before an option's value, which may look like a command: -u mysql.
	option = regexp.MustCompile(`(?:^|[\s"'])-[\w-]*(?: +|["'], ?["'])$`)
	// endOfName matches the text that may follow a command's name.
	endOfName = regexp.MustCompile("^(?: |, -|[\"'`]|\\\\\"|\\.exe)")
	// endOfCommand matches the end of a line, and separators before another command.
	endOfCommand = regexp.MustCompile(`\n|\\n|[|;&]\s`)
)

// commandLines adds the secrets in options. A command's arguments end where the next command begins.
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
		i = inCommand.end(s, i)
		if next := commands[s[start:i]]; next != nil && endOfName.MatchString(s[i:]) && !option.MatchString(s[max(0, start-maxNear):start]) {
			found = secretsOf(current, s, from, start, found)
			current, from = next, i
		}
	}
	return secretsOf(current, s, from, len(s), found)
}

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

// printed is a place where a runtime prints values, such as all arguments of a failing call: in a trace's
// frames, in the message, or among local variables. Strings are redacted; the call, numbers and types stay.
type printed struct {
	parts
	which   string
	pattern *regexp.Regexp
	end     func(s string, i int) int // returns the end of the values that begin at i
}

var printers = func() (all []printed) {
	for _, row := range rows("printed", 3) {
		pattern, until, ok := strings.Cut(row[2], " … ")
		p := printed{partsOf(row[1]), row[0], regexp.MustCompile(pattern), lineEnd}
		if e := regexp.MustCompile(until); ok {
			p.end = func(s string, i int) int {
				if m := e.FindStringIndex(s[i:]); m != nil {
					return i + m[0]
				}
				return len(s)
			}
		}
		all = append(all, p)
	}
	return all
}()

// lineEnd returns the end of the line that contains i. In a JSON string, an escaped "\n" ends a line too.
func lineEnd(s string, i int) int {
	for i < len(s) && s[i] != '\n' && (s[i] != '\\' || !strings.HasPrefix(s[i:], `\n`)) {
		i++
	}
	return i
}

func arguments(s string, in signs, found []secret) []secret {
	for i := range printers {
		p := &printers[i]
		if !p.oneIn(s, in) {
			continue
		}
		for at := 0; ; {
			m := p.pattern.FindStringSubmatchIndex(s[at:])
			if m == nil {
				break
			}
			start := at + m[1]
			if at = start; len(m) == 2 || m[2] < 0 {
				at = p.end(s, start)
				found = append(found, p.secrets(s, stringsIn(s, start, at))...)
			}
		}
	}
	return found
}

// secrets returns the printed strings that may be secrets, depending on p.which (see printed.txt).
func (p *printed) secrets(s string, printed []secret) []secret {
	switch {
	case p.which == "single":
		return slices.DeleteFunc(printed, func(f secret) bool { return s[f.start-1] != '\'' })
	case p.which == "words":
		return slices.DeleteFunc(printed, func(f secret) bool { return strings.Contains(s[f.start:f.end], " ") })
	case p.which != "each" && len(printed) < 2:
		return nil
	case p.which == "last":
		return printed[len(printed)-1:]
	}
	return printed
}

// stringsIn returns the quoted strings in s[start:end], except empty ones, map keys and atoms. PHP does not
// escape quotes in a string, so a string ends only at a quote without a letter or digit after it.
func stringsIn(s string, start, end int) (found []secret) {
	for i := start; i < end; i++ {
		at := backslashes.end(s, i)
		if at >= end || s[at] != '"' && s[at] != '\'' {
			i = at
			continue
		}
		quote := s[i : at+1]
		close := quotedEnd(s[:end], at+1, quote)
		for next := close + len(quote); next < end && isAlnum(s[next]); next = close + len(quote) {
			close = quotedEnd(s[:end], next, quote)
		}
		atom := i > 1 && s[i-1] == ':' && strings.IndexByte(" {[(,", s[i-2]) >= 0 // an Elixir atom
		after := s[min(end, close+len(quote)):end]
		isKey := strings.HasPrefix(after, ": ") || strings.HasPrefix(after, " => ") // a map key
		if close > at+1 && !atom && !isKey {
			found = append(found, secret{at + 1, close, "argument"})
		}
		i = close + len(quote) - 1
	}
	return found
}

package safe

import (
	"regexp"
	"slices"
	"strings"
)

// Some runtimes print all arguments of a failing call: PHP, Perl, R, Elixir and
// Erlang in the frames of a trace, Elixir and Ruby
// in the message, and Python with rich or loguru among the locals. Their strings
// are redacted; the call, numbers and names of types stay.

// printed is a place where values are printed.
type printed struct {
	parts
	which   string
	pattern *regexp.Regexp
	until   *regexp.Regexp // nil for the end of the line
}

var printers = func() (all []*printed) {
	for _, row := range rows("printed", 3) {
		pattern, until, bounded := strings.Cut(row[2], " … ")
		p := &printed{parts: partsOf(strings.Split(row[1], "|")...), which: row[0], pattern: regexp.MustCompile(pattern)}
		if bounded {
			p.until = regexp.MustCompile(until)
		}
		all = append(all, p)
	}
	return all
}()

// arguments returns the strings among printed values.
func arguments(s string, in signs, found []secret) []secret {
	for _, p := range printers {
		if !p.oneIn(s, in) {
			continue
		}
		read := 0 // end of the text already read
		for _, m := range p.pattern.FindAllStringSubmatchIndex(s, -1) {
			if m[1] >= read && (len(m) == 2 || m[2] < 0) {
				read = p.end(s, m[1])
				found = append(found, p.secrets(s, stringsIn(s, m[1], read))...)
			}
		}
	}
	return found
}

// secrets returns the printed strings that may be secrets.
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

// maxPrinted bounds the search for the end of printed values.
const maxPrinted = 4096

func (p *printed) end(s string, start int) int {
	if p.until == nil {
		return lineEnd(s, start)
	}
	limit := min(len(s), start+maxPrinted)
	if m := p.until.FindStringIndex(s[start:limit]); m != nil {
		return start + m[0]
	}
	return limit
}

// lineEnd returns the end of the line that contains i; a JSON string writes a line
// break as "\n".
func lineEnd(s string, i int) int {
	for i < len(s) && s[i] != '\n' && !strings.HasPrefix(s[i:], `\n`) {
		i++
	}
	return i
}

// isMapKey reports whether what follows a string makes it the key of a map.
func isMapKey(after string) bool {
	return strings.HasPrefix(after, ": ") || strings.HasPrefix(after, " => ")
}

// stringsIn returns each quoted string in s[start:end]. PHP does not escape the quotes in
// one, so it ends at a quote that no letter or digit follows.
func stringsIn(s string, start, end int) (found []secret) {
	for i := start; i < end; i++ {
		at := i
		for at < end && s[at] == '\\' {
			at++
		}
		if at >= end || s[at] != '"' && s[at] != '\'' {
			i = at
			continue
		}
		quote := s[i : at+1]
		close := quotedEnd(s[:end], at+1, quote)
		for next := close + len(quote); next < end && isAlnum(s[next]); next = close + len(quote) {
			close = quotedEnd(s[:end], next, quote)
		}
		atom := i > 1 && s[i-1] == ':' && strings.IndexByte(" {[(,", s[i-2]) >= 0 // of Elixir
		if close > at+1 && !atom && !isMapKey(s[min(end, close+len(quote)):end]) {
			found = append(found, secret{at + 1, close, kindArgument})
		}
		i = close + len(quote) - 1
	}
	return found
}

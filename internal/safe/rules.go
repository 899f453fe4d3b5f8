package safe

import (
	"bytes"
	"embed"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits on what the rules read, in bytes unless stated, so that time grows linearly.
const (
	maxNear        = 100            // of the text before a value, or of its name
	maxBeside      = 300            // between a name and its value
	maxShaped      = 512            // of a value that counts only by its shape
	maxEntity      = 8              // of HTML, as in "&quot;" and "&#0039;"
	maxIPv6        = 45 + len("::") // with an IPv4 address within, after a name
	maxPhone       = 64             // more than the longest number has
	maxCommandLine = 2 << 10        // of a command's options
	maxHeader      = 16 << 10       // of a header's value: more than servers accept
	maxEncodings   = 3              // nested ones that are undone
	maxRounds      = 30             // of replacing, and
	maxRepeats     = 200            // values that are searched for again: a text with more is an attack
	minWithin      = 4              // of a value that does not occur in a message by chance
)

// ownRules returns what the rules find in s and in text encoded within it, such as a form in a JSON string.
func ownRules(s string) (found []secret) {
	at := func(i int) int { return i }
	for range 1 + maxEncodings {
		in := signsIn(s)
		more := plainRules(s, in)
		for i, f := range more {
			more[i].start, more[i].end = at(f.start), at(f.end)
		}
		found = append(more, found...)
		text, offsets := decode(s, in)
		if offsets == nil {
			break
		}
		outer := at
		s, at = text, func(i int) int { return outer(offsets[i]) }
	}
	return found
}

// finders add what they find in a text that has one of their signs.
var finders = []struct {
	signs
	find func(s string, in signs, found []secret) []secret
}{
	{signsIn("@"), urlCredentials}, {decimals, digits}, {signsIn(":"), ipv6}, {signsIn(":-."), macs},
	{signsIn(" =:,(\t"), named}, {signsIn(`"'`), arguments}, {signsIn("-/"), commandLines},
	{signsIn("|│"), cells}, {everySign, issued},
}

// plainRules costs nothing for a rule whose signs are not in s.
func plainRules(s string, in signs) []secret {
	var found []secret
	for i := range patterns {
		if p := &patterns[i]; in.hasAll(p.signs) && strings.Contains(s, p.text) {
			found = p.values(s, found)
		}
	}
	for i := range finders {
		if in.hasAny(finders[i].signs) {
			found = finders[i].find(s, in, found)
		}
	}
	return found
}

// pattern matches a secret by its form. Each string of a row has its own: a flat list is faster to read.
type pattern struct {
	sign
	kind       string
	accept     func(string) bool
	expression *regexp.Regexp
}

var patterns = func() (all []pattern) {
	for _, row := range rows("patterns", 4) {
		e := expression(row[3])
		for _, sign := range partsOf(row[1]) {
			all = append(all, pattern{sign, row[0], testOf(row[2]), e})
		}
	}
	return all
}()

// macros are names for parts of expressions in the tables of patterns and commands: the gap between
// arguments, an argument, a value with or without quotes, a user with a password, and a break of lines.
var macros = strings.NewReplacer("NEXT", `\.?[ \t]*(?:\r?\n|(?:\\+r)?\\+n)[ \t>|│#*]*`,
	"GAP", `(?:\\*["'])?[\s,]+(?:\\*["'])??`, "ARG", `[^\s"',;|\\]+`,
	"VALUE", `(?:\\*["']([^"'\n]+?)\\*["']|([^\s"',;|\\-](?:[^\s"',;|\\]*[^\s"',;|\\:.)])?))`,
	"PAIR", `([^\s"',;|\\:%/-][^\s"',;|\\:%/]*[:%,/][^\s"'|;\\/][^\s"'|;\\]*)`)

func expression(s string) *regexp.Regexp { return regexp.MustCompile(macros.Replace(s)) }

// parts are strings, separated by "|", of which every match contains one: no expression is tried in vain.
type parts []sign

type sign struct {
	text  string
	signs signs // most texts lack at least one
}

func partsOf(texts string) (all parts) {
	for text := range strings.SplitSeq(strings.ReplaceAll(texts, "␣", " "), "|") {
		all = append(all, sign{text, signsIn(text)})
	}
	return all
}

func (p parts) oneIn(s string, in signs) bool {
	for i := range p {
		if in.hasAll(p[i].signs) && strings.Contains(s, p[i].text) {
			return true
		}
	}
	return false
}

func (p *pattern) values(s string, found []secret) []secret {
	name, columns := p.expression.SubexpIndex("name"), p.expression.SubexpIndex("columns")
	for _, m := range p.expression.FindAllStringSubmatchIndex(s, -1) {
		for g := 1; 2*g < len(m); g++ {
			start, end, kind := m[2*g], m[2*g+1], p.kind
			if g == name || g == columns || start < 0 || start == m[0] && !startsWord(s, start) || p.accept != nil && !p.accept(s[start:end]) {
				continue
			}
			if columns > 0 && !namesSecret(s[m[2*columns]:m[2*columns+1]]) {
				continue
			}
			if name > 0 {
				kind = secretKind(s[m[2*name]:m[2*name+1]], s[start:end])
			}
			if kind != "" {
				found = append(found, secret{start, end, kind})
			}
		}
	}
	return found
}

// Tables contain what differs between rules, so that a new service, command or name is one row.
//
//go:embed rules/*.txt
var tables embed.FS

// rows returns the rows of a table, split at white space; the last column is the rest of the line.
func rows(table string, columns int) [][]string {
	text, err := tables.ReadFile("rules/" + table + ".txt")
	if err != nil {
		panic(err) // only for a table that is not embedded
	}
	var all [][]string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			row := blanks.Split(line, columns)
			all = append(all, append(row, make([]string, columns-len(row))...))
		}
	}
	return all
}

var blanks = regexp.MustCompile(`[ \t]+`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, row := range rows("words", 2) {
		for word := range strings.FieldsSeq(row[1]) {
			if row[0] == list {
				set[word] = true
			}
		}
	}
	return set
}

// tests are the conditions on a value that a table may name.
var tests = map[string]func(value string) bool{
	"": nil, "-": nil, "drawn": drawn, "random": random, "digit": hasDigit, "uuid": isUUID, "grant": isGrant,
	"email": isEmail, "set": func(value string) bool { return !unset(value) && !isFunctionWord(value) },
	// an API key, not the key of a cache or a table
	"key": func(value string) bool { return drawn(value) && !isUUID(value) },
	// a user and a password that is not masked
	"pair": func(value string) bool {
		_, password, _ := strings.Cut(value, ":")
		return !unset(password)
	},
	// a user and a password, not other words with a colon
	"login": func(value string) bool {
		_, password, _ := strings.Cut(value, ":")
		return len(password) >= 6 && random(password)
	},
	// a user and a password in base64, not a word
	"basic": func(value string) bool {
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
		return err == nil && utf8.Valid(b) && bytes.IndexByte(b, ':') > 0 && bytes.IndexFunc(b, unicode.IsControl) < 0
	},
}

// testOf returns a test by its name, or for an expression between slashes; nil accepts everything.
func testOf(name string) func(value string) bool {
	if strings.HasPrefix(name, "/") {
		return regexp.MustCompile(strings.Trim(name, "/")).MatchString
	}
	test, ok := tests[name]
	if !ok {
		panic("no test " + name)
	}
	return test
}

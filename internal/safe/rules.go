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

// Limits on what the rules read, in bytes unless stated otherwise, so that time grows linearly.
const (
	maxNear        = 100            // context read before or after a value, or a name
	maxBeside      = 300            // between a name and its value, each with a key: {"name":"DB_PASSWORD","value":"x"}
	maxShaped      = 512            // a value recognised only by its shape
	maxEntity      = 8              // an HTML entity, such as "&quot;" or "&#0039;"
	maxIPv6        = 45 + len("::") // the longest form, which contains an IPv4 address, and a separator before it
	maxPhone       = 64             // longer than any phone number
	maxCommandLine = 2 << 10        // a command's options
	maxHeader      = 16 << 10       // a header's value; servers accept less
	maxEncodings   = 3              // nested encodings that are undone
	maxRounds      = 30             // rounds of replacing; only an attack needs more
	maxRepeats     = 200            // values whose other occurrences are searched for; only an attack has more
	minWithin      = 4              // a shorter value may occur in a message by chance
)

// ownRules returns what our rules find in s, and in text encoded inside it, such as a web form in JSON.
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

// finders add the values they find. Each runs only on text with at least one of its signs.
var finders = []struct {
	signs
	find func(s string, in signs, found []secret) []secret
}{
	{signsIn("@"), urlCredentials}, {decimals, digits}, {signsIn(":"), ipv6}, {signsIn(":-."), macs},
	{signsIn(" =:,(\t"), named}, {signsIn(`"'`), arguments}, {signsIn("-/"), commandLines},
	{signsIn("|│"), cells}, {everySign, issued},
}

// plainRules applies the rules to s as it is. Skipping a rule whose signs s lacks costs almost nothing.
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

// pattern matches a secret by its form. A table row becomes one for each of its parts: a flat list is faster.
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

// macros name parts of expressions in the tables of patterns and commands: a line break, the gap between
// arguments, an argument, a value with or without quotes, and a user with a password.
var macros = strings.NewReplacer("NEXT", `\.?[ \t]*(?:\r?\n|(?:\\+r)?\\+n)[ \t>|│#*]*`,
	"GAP", `(?:\\*["'])?[\s,]+(?:\\*["'])??`, "ARG", `[^\s"',;|\\]+`,
	"VALUE", `(?:\\*["']([^"'\n]+?)\\*["']|([^\s"',;|\\-](?:[^\s"',;|\\]*[^\s"',;|\\:.)])?))`,
	"PAIR", strings.ReplaceAll(`(?:\\*["']USER[^"'\n\\]*)\\*["']|(?:\\*["'])?USER[^\s"'|;\\]*))`,
		"USER", `(?:[\w.-]+\\+)?([^\s"',;|\\:%/-][^\s"',;|\\:%/]*[:%,/][^\s"'|;\\/]`))

func expression(s string) *regexp.Regexp { return regexp.MustCompile(macros.Replace(s)) }

// parts are strings of a row, separated by "|". A text with none of them cannot match, so few need matching.
type parts []sign

type sign struct {
	text  string
	signs signs // bytes of text; most inputs lack one of them
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

// tables contain the rules' data, so adding a service, a command or a name takes one row.
//
//go:embed rules/*.txt
var tables embed.FS

// rows returns the rows of a table, split at blanks into columns; the last column is the rest of the line.
func rows(table string, columns int) [][]string {
	text, err := tables.ReadFile("rules/" + table + ".txt")
	if err != nil {
		panic(err) // only if the table is not embedded
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

var twoNumbers = regexp.MustCompile(`\d\D+\d`)

// tests are conditions on a value, by the name that tables use.
var tests = map[string]func(value string) bool{
	"": nil, "-": nil, "drawn": drawn, "random": random, "digit": hasDigit, "uuid": isUUID, "grant": isGrant,
	"email": isEmail, "set": func(value string) bool { return !unset(value) && !isFunctionWord(value) },
	// an API key, not the key of a cache or a table
	"key": func(value string) bool { return drawn(value) && !isUUID(value) },
	// a code that signs in, not one of an error with a number in its name: X509CertificateExpired
	"code": func(value string) bool {
		return drawn(value) && (twoNumbers.MatchString(value) || drawn(strings.Join(strings.FieldsFunc(value, unicode.IsDigit), "")))
	},
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

// testOf returns the test with this name, or one for an expression between slashes. nil accepts everything.
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

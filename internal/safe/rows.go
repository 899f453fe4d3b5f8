package safe

import (
	"embed"
	"regexp"
	"strings"
)

// Tables contain what differs between rules, so that a new service, command or name
// is one row.
//
//go:embed rules/*.txt
var tables embed.FS

// rows returns the rows of a table without comments, split at white space into
// columns; the last column is the rest of the line.
func rows(table string, columns int) [][]string {
	text, err := tables.ReadFile("rules/" + table + ".txt")
	if err != nil {
		panic(err) // only for a table that is not embedded
	}
	var all [][]string
	for line := range strings.Lines(string(text)) {
		rest := strings.TrimSpace(line)
		if rest == "" || rest[0] == '#' {
			continue
		}
		row := make([]string, columns)
		for i := range columns - 1 {
			n := strings.IndexAny(rest+" ", " \t")
			row[i], rest = rest[:n], strings.TrimLeft(rest[n:], " \t")
		}
		row[columns-1] = rest
		all = append(all, row)
	}
	return all
}

// words returns a list of the table of words.
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
	"": nil, "-": nil, "drawn": drawn, "random": random, "digit": hasDigit, "uuid": uuid.MatchString,
	"key": isKey, "grant": isGrant, "basic": userAndPassword, "email": isEmail, "login": isLogin, "pair": hasPassword, "set": func(value string) bool { return !unset(value) && !isFunctionWord(value) },
}

// testOf returns a test by its name, or for an expression between slashes; nil
// accepts everything.
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

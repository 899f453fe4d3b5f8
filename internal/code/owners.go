package code

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hmarr/codeowners"
)

// Ownership lists where GitHub looks for CODEOWNERS; the first one found counts.
var Ownership = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

// Owners are the owners of a file, and the rule that names them.
type Owners struct {
	Names []string // "@login", "@org/team" or an e-mail address
	File  string   // path of CODEOWNERS
	Line  int      // of the rule
	Rule  string   // its text
}

// OwnersOf returns the owners of a file by the CODEOWNERS text at path rules: the last match wins, a rule
// without owners clears them, a bad line is skipped. Rules above a line that only GitHub parses are not used.
func OwnersOf(file, rules, text string) Owners {
	for i, line := range slices.Backward(Lines(text)) {
		line = strings.TrimSpace(line)
		parsed, err := codeowners.ParseFile(strings.NewReader(line))
		if uncertain(line, err) {
			return Owners{}
		}
		if err != nil || len(parsed) == 0 {
			continue
		}
		if matches, err := parsed[0].Match(file); err != nil || !matches {
			continue
		}
		owners := Owners{File: rules, Line: i + 1, Rule: line}
		for _, owner := range parsed[0].Owners {
			owners.Names = append(owners.Names, owner.String())
		}
		return owners
	}
	return Owners{}
}

// uncertain reports whether the library may reject a line that GitHub accepts, or cut its path at a "#".
func uncertain(line string, err error) bool {
	if line == "" || line[0] == '#' {
		return false
	}
	pattern := strings.Fields(strings.ReplaceAll(line, `\ `, ""))[0]
	if strings.Contains(pattern, "#") {
		return !strings.Contains(pattern, `\#`) // GitHub rejects "\#"
	}
	documented := strings.ContainsAny(pattern, "[]") || pattern[0] == '!' || strings.Contains(pattern, "***")
	return err != nil && !documented && unread.MatchString(pattern)
}

var unread = regexp.MustCompile(`[^\w*?./@+\\()-]`)

// Users returns the logins among the owners, at most maxAssignees; teams and addresses cannot be assigned.
func (o Owners) Users() []string {
	var users []string
	for _, name := range o.Names {
		if login, ok := strings.CutPrefix(name, "@"); ok && !strings.Contains(login, "/") {
			users = append(users, login)
		}
	}
	return users[:min(len(users), maxAssignees)]
}

const maxAssignees = 10 // GitHub's limit on an issue

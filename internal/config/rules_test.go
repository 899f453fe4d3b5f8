package config

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// loadRules loads the text as the settings file.
func loadRules(file string) (Config, error) {
	return Load(Input{Getenv: func(string) string { return "" }, Offline: true, ReadFile: func(name string) ([]byte, error) {
		if name == ".env" {
			return nil, fs.ErrNotExist
		}
		return []byte(file), nil
	}})
}

// ruleMistakes lists mistakes in a rule, with the message after ".github/errmon.yml line 2, column ". The
// schema cannot detect all of them.
var ruleMistakes = []struct {
	name, rule, want string
	unseen           bool // by the schema
}{
	{"unknown matcher", `match: {servce: shop}, labels: [a]`, `14: rules: unknown key "servce": did you mean "service"?`, false},
	{"unknown effect", `labls: [a], note: x`, `6: rules: unknown key "labls": did you mean "labels"?`, false},
	{"only an unknown effect", `match: {service: a}, lables: [a]`, `27: rules: unknown key "lables": did you mean "labels"?`, false},
	{"an abbreviation", `match: {env: prod}, labels: [a]`, `14: rules: unknown key "env": did you mean "environment"?`, false},
	{"a matcher next to match", `service: shop, labels: [a]`, `15: rules: service: is misplaced: put matchers under match, and effects next to it`, false},
	{"an effect under match", `match: {service: shop, labels: [a]}`, `37: rules: labels: is misplaced: put matchers under match, and effects next to it`, false},
	{"match is no mapping", `match: shop, labels: [a]`, `13: rules: match: must be a mapping of matchers, such as {service: shop}`, false},
	{"match without matchers", `match: , ignore: noisy`, `6: rules: match: must be a mapping of matchers, such as {service: shop}`, false},
	{"a mapping as pattern", `match: {service: {a: b}}, labels: [a]`, `23: rules: service: must be a plain value or a list of them, none blank or longer than 500 characters`, false},
	{"blank pattern", `match: {service: ["", a]}, labels: [a]`, `23: rules: service: must be a plain value or a list of them, none blank or longer than 500 characters`, false},
	{"no pattern after !", `match: {service: "!"}, labels: [a]`, `23: rules: service: "!": a pattern must not be empty`, true},
	{"not a glob", `match: {service: "a[b"}, labels: [a]`, `23: rules: service: "a[b": not a glob: close every [ and {, or write \ before it`, true},
	{"not a regular expression", `match: {message: "/a(b/"}, labels: [a]`, `23: rules: message: "/a(b/": not a regular expression in Go's syntax (RE2): missing closing ) "a(b"`, true},
	{"no effect", `match: {service: shop}`, `6: rules: the rule has no effect: add one, such as labels or ignore`, false},
	{"ignore without a reason", `ignore: ""`, `14: rules: ignore: must be text`, false},
	{"ignore without a reason but true", `ignore: true`, `14: rules: ignore: must be text`, false},
	{"ignore without a value", `ignore:`, `5: rules: ignore: must be text`, false},
	{"unknown level to set", `level: eror`, `13: rules: level: unknown level "eror": did you mean "error"?`, false},
	{"not a number", `min-events: many`, `18: rules: min-events: must be a number of events, such as 5, or a number within a period, such as 20/1h`, false},
	{"no event at all", `min-events: 0`, `18: rules: min-events: must be a number of events, such as 5, or a number within a period, such as 20/1h`, false},
	{"a period too long", `min-events: 20/3d`, `18: rules: min-events: the period must be whole minutes, from 1m to 24h`, true},
	{"not a duration", `close-after: soon`, `19: rules: close-after: is not a duration: write it as 90s, 15m, 6h or 2d`, false},
	{"not true or false", `slack: maybe`, `13: rules: slack: must be true or false`, false},
	{"a comma in a label", `labels: "a,b"`, `14: rules: labels: "a,b": a label must not contain a comma or end in :dashboard, :ignore, :archive or :snooze-7d, which errmon uses itself`, false},
	{"errmon's own label", `labels: "errmon:ignore"`, `14: rules: labels: "errmon:ignore": a label must not contain a comma or end in :dashboard, :ignore, :archive or :snooze-7d, which errmon uses itself`, true},
	{"a snooze of errmon's", `labels: "errmon:Snooze-30d"`, `14: rules: labels: "errmon:Snooze-30d": a label must not contain a comma or end in :dashboard, :ignore, :archive or :snooze-7d, which errmon uses itself`, true},
	{"the label of the archive", `labels: [a, "errmon:archive"]`, `18: rules: labels: "errmon:archive": a label must not contain a comma or end in :dashboard, :ignore, :archive or :snooze-7d, which errmon uses itself`, true},
	{"a label too long", `labels: ` + strings.Repeat("x", 51), `14: rules: labels: has 51 characters: at most 50 are allowed`, false},
	{"no label", `labels: []`, `14: rules: labels: the list is empty`, false},
	{"a team to assign", `assignees: "@org/team"`, `17: rules: assignees: "@org/team": must be a GitHub login without @, such as octocat, or owners`, false},
	{"a comment in a note", `note: "a <!-- b"`, `12: rules: note: must not contain an HTML comment`, true},
	{"unknown placeholder", `title: "{typ} failed"`, `13: rules: title: unknown placeholder {typ}: did you mean {type}?`, true},
	{"empty placeholder", `title: "{} failed"`, `13: rules: title: unknown placeholder {}: did you mean {type}?`, true},
	{"a list as title", `title: [a]`, `13: rules: title: must be text`, false},
	{"a text as rule", ``, ``, false},
}

func TestRuleMistakes(t *testing.T) {
	for _, tt := range ruleMistakes {
		t.Run(tt.name, func(t *testing.T) {
			file, want := "rules:\n  - {"+tt.rule+"}\n", ".github/errmon.yml line 2, column "+tt.want
			if tt.rule == "" {
				file, want = "rules:\n  - ignore\n", ".github/errmon.yml line 2, column 5: rules: a rule must be a mapping of match and effects"
			}
			if tt.rule == "ignore:" {
				file = "rules:\n  - ignore:\n"
			}
			_, err := loadRules(file)
			if err == nil || err.Error() != want {
				t.Errorf("\n%v, want\n%s", err, want)
			}
		})
	}
	for _, file := range []string{"rules: all\n", "rules: {match: {service: a}}\n"} {
		if _, err := loadRules(file); err == nil || !strings.Contains(err.Error(), "line 1, column 1: rules: must be a list of at most 2000 rules") {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestRulesThatNeverMatchWarn(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"unknown level", "rules:\n  - match: {level: eror}\n    labels: [a]\n", `line 2, column 20: rules: can never match: unknown level "eror": did you mean "error"?`},
		{"unknown level from which on", "rules:\n  - match: {level: '>=wran'}\n    labels: [a]\n", `line 2, column 20: rules: can never match: unknown level ">=wran": did you mean "warn"?`},
		{"no comparison but at least", "rules:\n  - match: {level: '>error'}\n    labels: [a]\n", `line 2, column 20: rules: can never match: unknown level ">error": did you mean "error"?`},
		{"empty list", "rules:\n  - match: {service: []}\n    labels: [a]\n", `line 2, column 22: rules: can never match: service is an empty list`},
		{"empty list of levels", "rules:\n  - match: {level: []}\n    labels: [a]\n", `line 2, column 20: rules: can never match: level is an empty list`},
		{"shadowed", "rules:\n  - match: {service: a*}\n    ignore: known\n  - match: {service: ab}\n    labels: [a]\n", `line 4, column 5: rules: can never match: the rule on line 2 ignores every event that it matches`},
		{"an earlier rule is not shadowed", "rules:\n  - match: {service: ab}\n    labels: [a]\n  - match: {service: a*}\n    ignore: known\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := loadRules(tt.file)
			if err != nil {
				t.Fatal(err)
			}
			var warnings []string
			for _, w := range c.Warnings {
				warnings = append(warnings, w.Error())
			}
			want := []string{".github/errmon.yml " + tt.want}
			if tt.want == "" {
				want = nil
			}
			if !slices.Equal(warnings, want) {
				t.Error(cmp.Diff(want, warnings))
			}
		})
	}
}

// A rule must not set the label by which errmon finds its issues. If the rule were removed, errmon would
// remove the label and file the errors again.
func TestRuleSetsTheLabelOfAllIssues(t *testing.T) {
	for file, want := range map[string]string{
		"rules:\n  - labels: [a, Errmon]\n":           `.github/errmon.yml line 2: rules: labels: every error issue has the label "errmon": leave it out`,
		"label: prod\nrules:\n  - labels: [prod]\n":   `.github/errmon.yml line 3: rules: labels: every error issue has the label "prod": leave it out`,
		"label: prod\nrules:\n  - labels: [errmon]\n": "",
	} {
		if _, err := loadRules(file); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
}

func TestNoRules(t *testing.T) {
	for _, file := range []string{"", "rules:\n", "rules: []\n"} {
		if c, err := loadRules(file); err != nil || len(c.Rules) > 0 {
			t.Errorf("%q: %v, %v", file, c.Rules, err)
		}
	}
}

// FuzzRules reads any text as a settings file. Each rule that is accepted must have a line and an effect.
func FuzzRules(f *testing.F) {
	for _, tt := range ruleMistakes {
		f.Add("rules:\n  - {" + tt.rule + "}\n")
	}
	f.Add("rules:\n  - match: {service: checkout, level: [error, fatal], environment: '!dev*'}\n    labels: [team-pay]\n    min-events: 20/1h\n    note: |\n      a\n      b\n")
	f.Add("rules:\n- match: &a {path: 'vendor/**'}\n  ignore: b\n- match: *a\n  slack: false\n")
	f.Fuzz(func(t *testing.T, file string) {
		c, err := loadRules(file)
		if err != nil {
			return
		}
		for _, r := range c.Rules {
			if r.Line < 1 || len(r.Written) == 0 {
				t.Errorf("%q: line %d, effects %v", file, r.Line, r.Written)
			}
		}
	})
}

package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/code"
)

func load(yml string) (Config, error) {
	return Load(sources{files: map[string]string{".github/errmon.yml": yml}}.input())
}

func TestFile(t *testing.T) {
	c, err := load(`# settings of the team
aws-region: eu-central-1
log-groups:
  - /ecs/a
  - "/ecs/b" # quoted
  - /ecs/b
sentry-environments: [production, staging]
trusted-logins: octocat, errmon[bot]
filter-pattern: >
  ?ERROR
  ?WARN
lookback: 2d
aws-requests-per-second: .5
min-events: 3
max-new-issues: "0"
publish-samples: true
label: ~
`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/ecs/a", "/ecs/b"}, c.LogGroups); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"production", "staging"}, c.SentryEnvironments); diff != "" {
		t.Error(diff)
	}
	if c.FilterPattern != "?ERROR ?WARN" || c.Lookback != 48*time.Hour || c.AWSRequestsPerSecond != 0.5 || c.MinEvents != 3 ||
		c.MaxNewIssues != 0 || !c.PublishSamples || c.Label != "errmon" || len(c.TrustedLogins) != 2 || !c.FileRead {
		t.Errorf("got %+v", c)
	}
}

// TestByteOrderMark reads a file that begins with a byte order mark, as some Windows editors write it.
func TestByteOrderMark(t *testing.T) {
	if c, err := load("\uFEFFlabel: x\r\n"); err != nil || c.Label != "x" {
		t.Errorf("label %q, %v", c.Label, err)
	}
}

// TestUnreadIsNotMissing checks that settings in a damaged file are not reported as missing too.
func TestUnreadIsNotMissing(t *testing.T) {
	flags := map[string]string{"github-token": "t", "repository": "acme/shop"}
	for _, in := range []sources{
		{flags: flags, files: map[string]string{".github/errmon.yml": "log-groups: 'a\n"}},
		{flags: flags, files: map[string]string{".github/errmon.yml": "log-groups: {a: b}\n"}},
		{files: map[string]string{".env": "a b c\n"}},
	} {
		c, err := Load(in.input())
		if all := errors.Join(err, c.CheckTarget(), c.CheckSources()); all == nil || strings.Contains(all.Error(), "\n") {
			t.Errorf("%v: %v", in.files, all)
		}
	}
}

func TestFileMistakes(t *testing.T) {
	tests := []struct{ name, yml, want string }{
		{"unknown key", "label: x\nmin_event: 1\n", `.github/errmon.yml line 2: unknown key "min_event": did you mean "min-events"?`},
		{"repeated key", "label: x\nlabel: y\n", "line 2"},
		{"repeated key, quoted", "label: x\n'label': y\n", "line 2"},
		{"malformed", "label: 'x\nmin-events: 1\n", ".github/errmon.yml line 1: malformed YAML"},
		{"malformed list", "log-groups: [a,\n", "line 1: malformed YAML"},
		{"tab", "label: x\n\tmin-events: 1\n", "line 2: malformed YAML: found character '\t' that cannot start any token: indent with spaces, not tabs"},
		{"negation without quotes", "rules:\n- match: {service: !dev}\n", `line 2: malformed YAML: found invalid tag character '}': indent with spaces, not tabs, and put values such as !dev in single quotes`},
		{"alias of nothing", "log-groups: *a\n", "line 1: log-groups: must be a plain value or a list of them: put it in single quotes"},
		{"a list of settings", "- label\n", "line 1: must be a mapping"},
		{"text", "label\n", "line 1: must be a mapping"},
		{"two documents", "label: x\n---\nlabel: y\n", "must be a mapping"},
		{"secret", "github-token: hush\n", "line 1: github-token: a secret must not be in a file"},
		{"since", "since: 1d\n", "line 1: since: it is meant for one run"},
		{"config", "config: x.yml\n", "line 1: config: the file cannot name another"},
		{"list for one value", "label: [a, b]\n", "line 1: label: must be a plain value"},
		{"mapping for a value", "label:\n  a: b\n", "line 1: label: must be a plain value"},
		{"mapping for a list", "log-groups:\n  a: b\n", "line 1: log-groups: must be a plain value or a list"},
		{"list in a list", "log-groups: [[a]]\n", "line 1: log-groups: must be a plain value or a list of them"},
		{"alias", "label: &x a\n", "line 1: label: must be a plain value"},
		{"merge", "<<: {label: a}\n", "line 1: a key must be the plain name"},
		{"wrong value", "label: x\nlookback: 60\n", `lookback "60" (.github/errmon.yml line 2) is not a duration`},
		{"infinity", "aws-requests-per-second: .inf\n", "must be a plain value"},
		{"code is a list", "code: [a]\n", "line 1: code: must have roots:"},
		{"unknown part of code", "code:\n  root: []\n", `line 2: code: unknown key "root": did you mean "roots"?`},
		{"roots are a mapping", "code:\n  roots: {frames: a, source: b}\n", "line 2: code: roots: must be a list of at most 100 items such as {frames:"},
		{"root without a source", "code:\n  roots:\n    - {frames: /a/, source: a/}\n    - {frames: /b/}\n", "line 4: code: roots: an item must be such as {frames:"},
		{"root without frames", "code:\n  roots:\n    - frames: ''\n      source: a\n", "line 3: code: roots: an item must be such as"},
		{"unknown part of a root", "code:\n  roots: [{frames: a, src: a}]\n", "line 2: code: roots: an item must be such as"},
		{"long root", "code:\n  roots: [{frames: a, source: " + strings.Repeat("ä", 501) + "}]\n", "each at most 500 characters long"},
		{"redact is a list", "redact: [a]\n", "line 1: redact: must have patterns:, allow: or both"},
		{"unknown part of redact", "redact:\n  pattern: x\n", `line 2: redact: unknown key "pattern"`},
		{"patterns are a list", "redact:\n  patterns: [a]\n", "line 2: redact: patterns: must map names"},
		{"name of a pattern", "redact:\n  patterns:\n    Customer ID: x\n", `line 3: redact: Customer ID: the name must be`},
		{"expression of a pattern", "redact:\n  patterns:\n    id: 'a('\n", `line 3: redact: id: not a regular expression in Go's syntax (RE2): missing closing ) "a("`},
		{"look-behind", "redact:\n  patterns:\n    id: '(?<=x)y'\n", `line 3: redact: id: not a regular expression in Go's syntax (RE2)`},
		{"empty match", "redact:\n  patterns:\n    id: '\\d*'\n", `line 3: redact: id: the expression matches the empty string`},
		{"no expression", "redact:\n  patterns:\n    id:\n", `line 3: redact: id: must be a regular expression`},
		{"allow is a mapping", "redact:\n  allow: {a: b}\n", "line 2: redact: allow: must be a list"},
		{"expression of allow", "redact:\n  allow:\n    - ok\n    - '['\n", "line 4: redact: allow: not a regular expression"},
		{"a name like redact", "redacted: x\n", `did you mean "redact"?`},
		{"octal", "min-events: 0x10\n", "whole number"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(test.yml)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("shows a secret: %v", err)
			}
		})
	}
}

func TestRedact(t *testing.T) {
	c, err := load(`redact:
  patterns:
    customer-id: 'CUST-\d{6}'
    voucher: voucher (\w+)
  allow:
    - '10\.0\.\d+\.\d+'
label: x
`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range c.RedactPatterns {
		got = append(got, p.Kind+" "+p.Regexp.String())
	}
	for _, a := range c.RedactAllow {
		got = append(got, a.String())
	}
	if diff := cmp.Diff([]string{`customer-id CUST-\d{6}`, `voucher voucher (\w+)`, `10\.0\.\d+\.\d+`}, got); diff != "" {
		t.Error(diff)
	}
	if c, err = load("redact:\n"); err != nil || len(c.RedactPatterns) > 0 {
		t.Errorf("empty: %v", err)
	}
}

func TestMistakesOfRedactAreToldTogether(t *testing.T) {
	c, err := load("redact:\n  patterns:\n    A: x\n    b: '('\n  allow: ['[', ok]\n  more: 1\nmin-events: no\n")
	if len(c.RedactPatterns) != 0 || len(c.RedactAllow) != 1 || c.RedactAllow[0] == nil { // errors are redacted with these
		t.Errorf("%v, %v", c.RedactPatterns, c.RedactAllow)
	}
	for _, want := range []string{"line 3", "line 4", "line 5", "line 6", "min-events"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

func TestMalformedFileShowsNoExcerpt(t *testing.T) {
	for _, yml := range []string{"github-token: hush\n  hush: hush: hush\n", "a: [hush\n", "hush: 'hush\n", "a: {hush: hush\nb: c\n", "a: !<hush\nb"} {
		if _, err := load(yml); err == nil || strings.Contains(err.Error(), "hush") && !strings.Contains(err.Error(), "unknown key") {
			t.Errorf("%q: %v", yml, err)
		}
	}
}

// FuzzFile checks that any file gives only settings that may be in a file, each with its line, and that every
// error names the file.
func FuzzFile(f *testing.F) {
	for _, yml := range []string{"", "label: x\n", "log-groups: [a, b]\n", "log-groups:\n- a\n- b\n", "a: &x 1\nb: *x\n", "label: |\n x\n",
		"? a\n: b\n", "{label: x}", "--- \n...\n", "\ufefflabel: x\n", "label: x\r\nmin-events: 2\r\n", "label: !!str x\n", "a: {b: [c, {d: e}]}\n"} {
		f.Add(yml)
	}
	f.Fuzz(func(t *testing.T, yml string) {
		settings, err := new(Config).parseFile("f.yml", []byte(yml))
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "f.yml") {
					t.Errorf("an error without the file: %q", line)
				}
			}
		}
		for name, v := range settings {
			if s := find(name); s == nil || s.notInFile != "" {
				t.Errorf("%q may not stand in the file", name)
			}
			if !strings.HasPrefix(v.origin, "f.yml line ") {
				t.Errorf("%s: no line in %q", name, v.origin)
			}
		}
	})
}

// Characters of several bytes count as one.
func TestLongWords(t *testing.T) {
	for n, wrong := range map[int]bool{500: false, 501: true} {
		path := strings.Repeat("ä", n)
		_, err := load("in-app:\n  include: [" + path + "]\ncode:\n  roots: [{frames: " + path + ", source: " + path + "}]\n")
		if (err != nil) != wrong {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

func TestCodeRoots(t *testing.T) {
	c, err := load("code:\n  roots:\n    - {frames: /srv/a/, source: services/a/}\n    - frames: 'C:\\b\\'\n      source: ''\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]code.Root{{Frames: "/srv/a/", Source: "services/a/"}, {Frames: `C:\b\`}}, c.Roots); diff != "" {
		t.Error(diff)
	}
	for _, empty := range []string{"code:\n", "code: ~\n", "code:\n  roots:\n", "code: {}\n", "code: {roots: []}\n"} {
		if c, err := load(empty); err != nil || c.Roots != nil {
			t.Errorf("%q: %v, %v", empty, c.Roots, err)
		}
	}
}

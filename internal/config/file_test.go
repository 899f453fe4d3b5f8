package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func load(yml string) (Config, error) {
	return Load(sources{files: map[string]string{".github/errmon.yml": yml}}.input())
}

func TestFile(t *testing.T) {
	c, err := load(`# settings of the team
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
	if c.FilterPattern != "?ERROR ?WARN" || span(c.Lookback) != "2d" || c.AWSRequestsPerSecond != 0.5 || c.MinEvents != 3 ||
		c.MaxNewIssues != 0 || !c.PublishSamples || c.Label != "errmon" || len(c.TrustedLogins) != 2 || !c.FileRead {
		t.Errorf("got %+v", c)
	}
}

func TestFileMistakes(t *testing.T) {
	tests := []struct{ name, yml, want string }{
		{"unknown key", "label: x\nmin_event: 1\n", `.github/errmon.yml line 2: unknown key "min_event": did you mean "min-events"?`},
		{"repeated key", "label: x\nlabel: y\n", "line 2"},
		{"repeated key, quoted", "label: x\n'label': y\n", "line 2"},
		{"malformed", "label: 'x\nmin-events: 1\n", ".github/errmon.yml line 1: malformed YAML"},
		{"malformed list", "log-groups: [a,\n", "line 1: malformed YAML"},
		{"tab", "label: x\n\tmin-events: 1\n", "malformed YAML"},
		{"a list of settings", "- label\n", "line 1: must be one mapping"},
		{"text", "label\n", "line 1: must be one mapping"},
		{"two documents", "label: x\n---\nlabel: y\n", "must be one mapping"},
		{"secret", "github-token: hush\n", "line 1: github-token: a secret must not stand in a file"},
		{"since", "since: 1d\n", "line 1: since: it is meant for one run"},
		{"config", "config: x.yml\n", "line 1: config: the file cannot name another"},
		{"list for one value", "label: [a, b]\n", "line 1: label: must be a plain value"},
		{"mapping for a value", "label:\n  a: b\n", "line 1: label: must be a plain value"},
		{"mapping for a list", "log-groups:\n  a: b\n", "line 1: log-groups: must be a plain value or a list"},
		{"list in a list", "log-groups: [[a]]\n", "line 1: log-groups: every item must be a plain value"},
		{"alias", "label: &x a\n", "line 1: label: must be a plain value"},
		{"merge", "<<: {label: a}\n", "line 1: a key must be the plain name"},
		{"wrong value", "label: x\nlookback: 60\n", `lookback "60" (.github/errmon.yml line 2) is no duration`},
		{"infinity", "aws-requests-per-second: .inf\n", "must be a plain value"},
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

func TestMalformedFileShowsNoExcerpt(t *testing.T) {
	for _, yml := range []string{"github-token: hush\n  hush: hush: hush\n", "a: [hush\n", "hush: 'hush\n", "a: {hush: hush\nb: c\n", "a: !<hush\nb"} {
		if _, err := load(yml); err == nil || strings.Contains(err.Error(), "hush") && !strings.Contains(err.Error(), "unknown key") {
			t.Errorf("%q: %v", yml, err)
		}
	}
}

// FuzzFile wants of any file either settings that may stand in one, each with a
// line that exists, or an error that names the file.
func FuzzFile(f *testing.F) {
	for _, yml := range []string{"", "label: x\n", "log-groups: [a, b]\n", "log-groups:\n- a\n- b\n", "a: &x 1\nb: *x\n", "label: |\n x\n",
		"? a\n: b\n", "{label: x}", "--- \n...\n", "\ufefflabel: x\n", "label: x\r\nmin-events: 2\r\n", "label: !!str x\n", "a: {b: [c, {d: e}]}\n"} {
		f.Add(yml)
	}
	f.Fuzz(func(t *testing.T, yml string) {
		settings, _, err := parseFile("f.yml", []byte(yml))
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

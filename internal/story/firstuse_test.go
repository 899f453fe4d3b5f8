package story

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/cli"
	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/terminal"
)

// at runs errmon in a terminal.
func (w *world) at(screen terminal.Screen, args ...string) result {
	w.t.Helper()
	var out, errs bytes.Buffer
	c := cli.Command{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Screen: screen, Errors: screen,
		Getenv: func(name string) string { return w.env[name] }, Clock: clock.System(),
	}
	return result{code: c.Main(w.t.Context(), args), stdout: out.String(), stderr: errs.String()}
}

func TestVersion(t *testing.T) {
	r := newWorld(t).run("--version").mustSucceed(t)
	if !regexp.MustCompile(`^errmon \S+ \(go1\.\S+, \w+/\w+\)\n$`).MatchString(r.stdout) {
		t.Errorf("%q", r.stdout)
	}
}

// TestHelp checks that every help except scan's fits a screen of 40 lines, and that scan's explains each
// flag once, with its default.
func TestHelp(t *testing.T) {
	w := newWorld(t)
	for _, command := range []string{"", "preview", "group", "doctor", "relay"} {
		r := w.run(append(strings.Fields(command), "--help")...).mustSucceed(t)
		if lines := strings.Count(r.stdout, "\n"); lines > 40 {
			t.Errorf("errmon %s --help has %d lines", command, lines)
		}
	}
	if out := w.run("--help").mustSucceed(t).stdout; !strings.Contains(out, "see errmon scan --help") {
		t.Errorf("errmon --help does not say where the settings are:\n%s", out)
	}
	explained := w.run("scan", "--help").mustSucceed(t).stdout
	for _, group := range config.Groups {
		if !strings.Contains(explained, "\n"+group.Name+":\n") {
			t.Errorf("no group %q", group.Name)
		}
	}
	words := strings.Join(strings.Fields(explained), " ")
	for _, s := range config.Settings {
		long := s.Help
		if s.Default != "" && !s.Switch {
			long += " (default " + s.Default + ")"
		}
		if n := strings.Count(explained, " --"+s.Name+" "); n != 1 || !strings.Contains(words, long) {
			t.Errorf("errmon scan --help names %s %d times, want once, with %q", s.Name, n, long)
		}
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if out := newWorld(t).run("completion", shell).mustSucceed(t).stdout; !strings.Contains(out, "errmon") {
			t.Errorf("%s: %.100q", shell, out)
		}
	}
	if out := newWorld(t).run("__complete", "scan", "--log").mustSucceed(t).stdout; !strings.HasPrefix(out, "--log-groups\t") {
		t.Errorf("scan --log completes to %q", out)
	}
}

func TestHelpHasAnExample(t *testing.T) {
	for _, command := range []string{"", "scan", "preview", "group", "doctor", "relay"} {
		if out := newWorld(t).run(append(strings.Fields(command), "--help")...).mustSucceed(t).stdout; !strings.Contains(out, "\nExample:\n  ") {
			t.Errorf("errmon %s --help:\n%s", command, out)
		}
	}
}

func TestHelpFitsTheTerminal(t *testing.T) {
	w := newWorld(t)
	for _, command := range []string{"scan", "relay", "preview"} {
		out := w.at(terminal.Screen{Width: 90}, command, "--help").mustSucceed(t).stdout
		_, flags, _ := strings.Cut(out, "\nFlags:\n")
		for line := range strings.Lines(flags) {
			if utf8.RuneCountInString(line) > 91 && !strings.HasPrefix(line, "A setting is") {
				t.Errorf("errmon %s --help: %q", command, line)
			}
		}
	}
}

func TestSuggestions(t *testing.T) {
	for _, tt := range []struct{ args, says string }{
		{"scna", `unknown command "scna": did you mean "scan"?`},
		{"prevew", `unknown command "prevew": did you mean "preview"?`},
		{"docter --log-groups x", `did you mean "doctor"?`},
		{"look", `unknown command "look": errmon --help lists them`},
		{"scan --log-group x", "unknown flag: --log-group: did you mean --log-groups?"},
		{"scan --max_new_issues 3", "did you mean --max-new-issues?"},
		{"--sentry-project x", "did you mean --sentry-projects?"},
		{"scan --paylod x", "did you mean --payload?"},
		{"group --explian", "did you mean --explain?"},
		{"relay --coalsce 1s", "did you mean --coalesce?"},
		{"scan --frequency 5m", "unknown flag: --frequency: --help lists the flags"},
		{"scan -x", `unknown shorthand flag: 'x' in -x`},
	} {
		t.Run(tt.args, func(t *testing.T) {
			r := newWorld(t).run(strings.Fields(tt.args)...)
			if r.code != exitUsage || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, tt.says) {
				t.Errorf("exit code %d, want %q in one line:\n%s", r.code, tt.says, r.stderr)
			}
		})
	}
}

// TestOneMistakeIsOneError checks that a wrong value is not reported as missing too.
func TestOneMistakeIsOneError(t *testing.T) {
	for _, args := range []string{"--repository x", "scan --repository x", "scan --github-token a\u00e9b", "scan --min-level eror", "preview --repository x"} {
		w := newWorld(t)
		if r := w.run(strings.Fields(args)...); r.code != exitUsage || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, and\n%s", args, r.code, r.stderr)
		}
	}
}

func TestPreviewFitsTheTerminal(t *testing.T) {
	w := newWorld(t)
	w.file("app.log", fmt.Sprintf("2026-11-22T10:00:01.000Z ERROR order 17 lost %s\n", strings.Repeat("é", 300)))
	plain := w.run("preview", "app.log").mustSucceed(t).stdout
	wide := w.at(terminal.Screen{Width: 60}, "preview", "app.log").mustSucceed(t).stdout
	colours := w.at(terminal.Screen{Width: 60, Colour: true}, "preview", "app.log").mustSucceed(t).stdout
	escapes := regexp.MustCompile(`\x1b\[\d*m`)
	if escapes.MatchString(plain+wide) || len(escapes.FindAllString(colours, -1)) != 6 || escapes.ReplaceAllString(colours, "") != wide {
		t.Errorf("without a terminal\n%s\nwithout colours\n%s\nwith\n%q", plain, wide, colours)
	}
	excerpt := regexp.MustCompile(`(?m)^   \| .*$`)
	if got := utf8.RuneCountInString(excerpt.FindString(wide)); got != 60 {
		t.Errorf("an excerpt of %d columns on a terminal of 60", got)
	}
	if got := utf8.RuneCountInString(excerpt.FindString(plain)); got < 160 {
		t.Errorf("an excerpt of %d columns without a terminal", got)
	}
}

func TestDoctorInColour(t *testing.T) {
	w := newWorld(t)
	delete(w.env, "GITHUB_TOKEN")
	w.env["SLACK_CHANNEL"] = "#alerts"
	r := w.at(terminal.Screen{Width: 60, Colour: true}, "doctor")
	for _, mark := range []string{"\x1b[31m✗\x1b[0m ", "\x1b[33m!\x1b[0m ", "\x1b[32m✓\x1b[0m "} {
		if !strings.Contains(r.stdout, mark) {
			t.Errorf("no %q:\n%q", mark, r.stdout)
		}
	}
}

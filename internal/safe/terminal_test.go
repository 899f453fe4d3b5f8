package safe

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/safe/safetest"
)

// startsCommand reports whether the runner would look for a command in the line. Its ActionCommand compares
// strings by culture, which ignores characters without width.
func startsCommand(line string) bool {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, line)
	return strings.HasPrefix(strings.TrimSpace(seen), "::") || strings.Contains(seen, "##[")
}

var terminalAttacks = []string{
	"::warning::x", " \t\u3000::set-output name=a::b", "ok\n::add-mask::e", "ok\r::error::x", "a\r\n::stop-commands::x",
	":::error::x", "\x1b[0m::error::x", ":\u200b:error::x", ":\x1b[1m:error::x", "\u2060::error::x", "\u0085::error::x", "a\u2028::error::x",
	"x ##[error]y", "####[group]", "##\u200d[error]", "#\x00#[error]", "##\x1b[K[error]y", "\x9b31m::error::x", "\x1b]0;title\x07::debug::",
	"\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\", "\b\b::error::", ":", ":error::x", "\x1b", "\x1b[", "\x9b",
}

func checkTerminal(t *testing.T, r *Redactor, s string) {
	t.Helper()
	terminal, command := r.Terminal(s).String(), r.Command(s).String()
	for _, got := range []string{terminal, command} {
		if !utf8.ValidString(got) || unprintable.MatchString(got) {
			t.Errorf("not printable: %q from %q", got, s)
		}
		for line := range strings.SplitSeq(":"+got, "\n") {
			if startsCommand(line) {
				t.Errorf("a command in %q from %q", got, s)
			}
		}
	}
	if strings.Contains(command, "\n") {
		t.Errorf("Command has more than one line: %q", command)
	}
	if again := r.Terminal(terminal).String(); again != terminal {
		t.Errorf("not idempotent: %q, then %q", terminal, again)
	}
}

var unprintable = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}\p{Cf}]`)

func TestTerminal(t *testing.T) {
	r := NewRedactor()
	for _, s := range terminalAttacks {
		t.Run(s, func(t *testing.T) { checkTerminal(t, r, s) })
	}
	for _, attack := range safetest.Attacks {
		t.Run(attack.Name, func(t *testing.T) { checkTerminal(t, r, attack.With("canary")) })
	}
	if got, want := r.Terminal("a\tb\n  c::d").String(), "a\tb\n  c::d"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := r.Terminal("\x1b[1;31mred\x1b[0m password=hunter2").String(); got != "red password=[password-1]" {
		t.Errorf("got %q", got)
	}
	if got := r.Terminal("pass\u200bword=hun\x1b[0mter2").String(); got != "password=[password-1]" {
		t.Errorf("a secret is hidden from the detector: %q", got)
	}
	if got := r.Command(strings.Repeat("a", 5000)).String(); len(got) != 4096+len("…")-1 || !strings.HasSuffix(got, "a … cut") {
		t.Errorf("cut to %d bytes: %q", len(got), got[4000:])
	}
}

func FuzzTerminal(f *testing.F) {
	r := NewRedactor()
	for _, s := range terminalAttacks {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkTerminal(t, r, s) })
}

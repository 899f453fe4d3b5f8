package logtext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrefix reads traces with the same words, or a time, before every line.
func TestPrefix(t *testing.T) {
	const trace = "Traceback (most recent call last):\n  File \"/app/a.py\", line 3, in f\n    g()\nValueError: no price"
	prefixes := map[string]func(n int) string{
		"brackets":  func(int) string { return "[api] " },
		"column":    func(int) string { return "api | " },
		"colon":     func(int) string { return "@shop/api:dev: " },
		"time":      func(n int) string { return "2026/11/26 21:00:0" + string(rune('0'+n)) + " " },
		"clock":     func(n int) string { return "21:00:00.12" + string(rune('0'+n)) + " " },
		"foreman":   func(n int) string { return "21:00:0" + string(rune('0'+n)) + " web.1  | " },
		"day first": func(int) string { return "22.11.2026 21:00:00 " },
	}
	for name, prefix := range prefixes {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split("INFO ready\n"+trace+"\nINFO done\n"+trace, "\n")
			for i := range lines {
				lines[i] = prefix(i) + lines[i]
			}
			var stacks []string
			for _, e := range frameAll(lineByLine("web", strings.Join(lines, "\n"))) {
				if e.Stack != "" {
					stacks = append(stacks, e.Stack)
				}
			}
			if diff := cmp.Diff([]string{trace, trace}, stacks); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestNameBeforeFrames checks that the lines after a name decide whether it is an exception's class or a
// logger.
func TestNameBeforeFrames(t *testing.T) {
	const frames = "\n\tat com.acme.Cart.total(Cart.java:7)"
	for text, want := range map[string]string{
		"ERROR com.acme.Cart: no price":                               "com.acme.Cart no price",
		"ERROR com.acme.Cart: no price\na.b.Oops: x" + frames:         "com.acme.Cart no price",
		"ERROR com.acme.Declined: no funds" + frames:                  " com.acme.Declined: no funds",
		"22.11.2026 10:00:00 Error: boom\n    at pay (/app/a.js:1:2)": " Error: boom",
		"22.11.2026 10:00:00 Error: boom":                             " boom",
	} {
		e := frameAll(lineByLine("web", text))[0]
		if got := e.Logger + " " + e.Message; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

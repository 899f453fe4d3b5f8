package story

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestPreviewOfFiles(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{} // no account anywhere
	logs := map[string]string{
		"a.log":      "2026-11-22T10:00:01.000Z ERROR order 17 lost\n2026-11-22T10:00:02.000Z ERROR order 18 lost\n",
		"b.log":      "2026-11-22T10:00:03.000Z ERROR request failed\n" + nodeTrace + "\n",
		"notes.text": "ERROR in a file that is no log\n",
	}
	for name, content := range logs {
		w.file(name, content)
	}
	r := w.run("preview", ".").mustSucceed(t)
	for _, part := range []string{
		"1. order … lost\n   error · 2 events · first 2026-11-22 10:00:01 UTC · last 2026-11-22 10:00:02 UTC\n   | ERROR order 18 lost",
		"2. TypeError: Cannot read properties of undefined (reading 'id') in Cart.total\n",
		"   |     at Cart.total (/app/src/cart.js:10:11)\n",
		"2 issues would be filed for 3 error events in 7 lines of 2 files.",
	} {
		if !strings.Contains(r.stdout, part) {
			t.Errorf("output lacks %q:\n%s", part, r.stdout)
		}
	}
	if len(r.requests) > 0 {
		t.Errorf("asked GitHub: %v", paths(r.requests))
	}
}

func TestPreviewOfSources(t *testing.T) {
	w := newWorld(t)
	delete(w.env, "GITHUB_TOKEN")
	w.log(time.Minute, "ERROR order 1 lost")
	r := w.run("preview").mustSucceed(t)
	if !strings.Contains(r.stdout, "1. order … lost") || len(r.requests) > 0 {
		t.Errorf("printed\n%s\nand asked %v", r.stdout, paths(r.requests))
	}
}

func TestPreviewRefuses(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("junk.log", "\x00\x01\x02"+strings.Repeat("junk", 100))
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		says string
	}{
		{"nothing to preview", nil, "nothing to watch: set log-groups"},
		{"no such file", []string{"none.log"}, `"none.log" cannot be read: no such file`},
		{"binary file", []string{"junk.log"}, `"junk.log" is binary: unpack it first`},
		{"folder without logs", []string{"empty"}, `folder "empty" holds no *.log file`},
		{"all of them at once", []string{"none.log", "junk.log"}, `"junk.log" is binary`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := w.run(append([]string{"preview"}, tt.args...)...)
			if r.code != 2 || !strings.Contains(r.stderr, tt.says) || r.stdout != "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", r.code, r.stdout, r.stderr)
			}
		})
	}
}

func TestPreviewSurvivesHostileLogs(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", strings.Join([]string{
		"2026-11-22T10:00:01Z ERROR " + strings.Repeat("x", 3<<20),
		"2026-11-22T10:00:02Z ERROR broken \xff\xfe bytes",
		"2026-11-22T10:00:03Z ERROR \x1b[31mred\x1b[0m and a \x00 byte far from the beginning",
		"::error::not ours",
		"##[error]not ours either",
		"2026-11-22T10:00:05Z ERROR ##[error]inside",
		"2026-11-22T10:00:06Z ERROR the end",
	}, "\n"))
	// A NUL within the first bytes would make it a binary file; here it comes late.
	r := w.run("preview", "app.log").mustSucceed(t)
	if strings.ContainsAny(r.stdout, "\x1b\x00\r") || regexp.MustCompile(`(?m)^\s*::|##\[`).MatchString(r.stdout) {
		t.Errorf("raw text reached the terminal:\n%.2000s", r.stdout)
	}
	for _, part := range []string{"the end", "1 line was longer than 1048576 bytes"} {
		if !strings.Contains(r.stdout, part) {
			t.Errorf("output lacks %q", part)
		}
	}
}

package story

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/terminal"
)

func TestPreviewOfFiles(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{} // no account is configured
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
		{"binary file", []string{"junk.log"}, `"junk.log" is binary: unpack it first, save it as UTF-8, or name a text file`},
		{"folder without logs", []string{"empty"}, `folder "empty" contains no *.log file`},
		{"all of them at once", []string{"none.log", "junk.log"}, `"junk.log" is binary`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := w.run(append([]string{"preview", "--html", "page.html"}, tt.args...)...)
			if r.code != 2 || !strings.Contains(r.stderr, tt.says) || r.stdout != "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", r.code, r.stdout, r.stderr)
			}
			if _, err := os.Stat("page.html"); err == nil {
				t.Error("an empty page replaces the last one")
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
	// A NUL within the first bytes would make it a binary file; this one comes later.
	r := w.run("preview", "app.log").mustSucceed(t)
	if strings.ContainsAny(r.stdout, "\x1b\x00\r") || regexp.MustCompile(`(?m)^\s*::|##\[`).MatchString(r.stdout) {
		t.Errorf("raw text reached the terminal:\n%.2000s", r.stdout)
	}
	for _, part := range []string{"the end", "Lines cut after 1048576 bytes: 1."} {
		if !strings.Contains(r.stdout, part) {
			t.Errorf("output lacks %q", part)
		}
	}
}

// A secret has the same number in the title and below.
func TestPreviewNumbersSecretsAlike(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", "ERROR login failed password=hunter2hunter2\n")
	if r := w.run("preview", "app.log").mustSucceed(t); strings.Count(r.stdout, "password=[password-1]") != 2 {
		t.Errorf("printed\n%s", r.stdout)
	}
}

// TestPreviewNamesTheLimit covers a newcomer who previews 11 errors and finds 10 issues after the first
// run.
func TestPreviewNamesTheLimit(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{"ERRMON_LABEL": "prod"}
	const says = "A run files at most 10 of them (max-new-issues)"
	for errors := 10; errors <= 11; errors++ {
		log := ""
		for i := range errors {
			log += "ERROR the " + strings.Repeat(string(rune('a'+i)), 5) + " store is down\n"
		}
		w.file("app.log", log)
		r := w.run("preview", "--html", "page.html", "app.log").mustSucceed(t)
		if strings.Contains(r.stdout, says) != (errors > 10) {
			t.Errorf("%d errors: printed\n%s", errors, r.stdout)
		}
		if page := string(read(t, ".", "page.html")); !strings.Contains(page, "prod:ignore") || strings.Contains(page, "errmon:ignore") {
			t.Error("the page names another label")
		}
	}
}

// A line wider than the terminal shows that it was cut.
func TestPreviewCutsWideLines(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", "ERROR the disk of the first server is full\nERROR fits\n")
	out := w.at(terminal.Screen{Width: 30}, "preview", "app.log").mustSucceed(t).stdout
	for _, line := range []string{"   | ERROR the disk of the fi…\n", "   | ERROR fits\n"} {
		if !strings.Contains(out, line) {
			t.Errorf("output lacks %q:\n%s", line, out)
		}
	}
}

func TestPreviewAsAPage(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", "2026-11-22T10:00:01Z ERROR order 17 lost <script>alert(1)</script> jo@acme.example\n2026-11-22T11:00:01Z ERROR the disk is full\n")
	plain := w.run("preview", "app.log").mustSucceed(t).stdout
	r := w.run("preview", "--html", "page.html", "app.log").mustSucceed(t)
	page := string(read(t, ".", "page.html"))
	if r.stdout != plain || r.stderr != "" {
		t.Errorf("prints something else with a page:\n%s%s", r.stdout, r.stderr)
	}
	for _, part := range []string{"default-src 'none'", "2 issues would be filed", "the disk is full"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	for _, part := range []string{"jo@acme.example", "<script>alert", "http-equiv=\"refresh"} {
		if strings.Contains(page, part) {
			t.Errorf("the page has %q", part)
		}
	}
	if r := w.run("preview", "--html", "no/such/folder.html", "app.log"); r.code != exitUsage || !strings.Contains(r.stderr, "--html") || r.stdout != "" {
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// A terminal shows the progress through a long file, and the progress line is removed at the end.
func TestPreviewShowsItsProgress(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", strings.Repeat("INFO ready\n", 400_001))
	if r := w.run("preview", "app.log").mustSucceed(t); r.stderr != "" {
		t.Errorf("without a terminal: %q", r.stderr)
	}
	if r := w.at(terminal.Screen{Width: 80}, "preview", "app.log").mustSucceed(t); !strings.Contains(r.stderr, "400000 lines of app.log") || !strings.HasSuffix(r.stderr, "\r\x1b[K") {
		t.Errorf("progress: %q", r.stderr)
	}
}

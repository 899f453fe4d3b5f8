package grouping_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/stacktrace"
)

// forms are ways in which loggers and runtimes print the same failure.
var forms = map[string]func(failure string) []string{
	"a line each": func(s string) []string {
		return append(append([]string{"INFO a"}, strings.Split(s, "\n")...), "INFO b")
	},
	"stack": func(s string) []string { return []string{`{"level":"error","msg":"failed","stack":` + quoted(s) + `}`} },
	"error's stack": func(s string) []string {
		return []string{`{"level":50,"msg":"failed","err":{"type":"X","stack":` + quoted(s) + `}}`}
	},
	"exc_info": func(s string) []string {
		return []string{`{"levelname":"ERROR","message":"failed","exc_info":` + quoted(s) + `}`}
	},
	"message":      func(s string) []string { return []string{`{"level":"error","message":` + quoted(s) + `}`} },
	"no level":     func(s string) []string { return []string{`{"message":` + quoted(s) + `}`} },
	"below a head": func(s string) []string { return []string{"2026-11-22 10:00:00,123 ERROR [main] c.a.X - failed\n" + s} },
	"on the head":  func(s string) []string { return []string{"2026-11-22 10:00:00,123 ERROR [main] c.a.X - " + s} },
	"CRLF":         func(s string) []string { return []string{strings.ReplaceAll(s, "\n", "\r\n")} },
	"lambda": func(s string) []string {
		return []string{"2026-11-22T10:00:00.123Z\t8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tERROR\t" + strings.ReplaceAll(s, "\n", "\r")}
	},
}

// otherForms lists the failures that become another error, or none, in some form, and why.
var otherForms = []struct {
	form, reason string
	names        []string
}{
	{"below a head", "what stands above Perl's frames is its message, and the functions have no names",
		[]string{"perl/evaluated", "perl/missing", "perl/module", "perl/package", "perl/strict", "perl/uncaught", "perl/zero"}},
	{"message", "nothing tells a thrown string from text", []string{"node/string"}},
	{"no level", "nothing tells a thrown string from text", []string{"node/string"}},
	{"on the head", "the first line is known by its indentation or its being alone", []string{"node/string", "python/group", "python/syntax_main"}},
	{"lambda", "the first line is known by its indentation or its being alone", []string{"node/string", "python/group", "python/syntax_main"}},
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// errorKeys returns the keys of the errors in the records.
func errorKeys(records []string) []string {
	var keys []string
	framer := logtext.NewFramer(nil, func(e event.Event) {
		if e.Level < event.Error {
			return
		}
		e.Service = "shop"
		e.Exceptions, e.Runtime = stacktrace.Parse(e.Stack)
		keys = append(keys, grouping.NewSet(func(s string) string { return s }).Key(e))
	})
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i, r := range records {
		framer.Add(event.Record{Text: r, Time: at.Add(time.Duration(i) * time.Millisecond)})
	}
	framer.Flush(time.Now())
	return keys
}

// TestSameInEveryForm checks that each failure is one event with the same key, however it is printed.
func TestSameInEveryForm(t *testing.T) {
	declared := map[string]bool{}
	for _, o := range otherForms {
		for _, name := range o.names {
			declared[o.form+" "+name] = true
		}
	}
	for name, text := range failures(t) {
		want := identity(t, text)
		for form, print := range forms {
			got := errorKeys(print(text))
			same := len(got) == 1 && got[0] == want
			if known := declared[form+" "+name]; same == known {
				t.Errorf("%s in the form %q: %v, want %s (declared another: %v)", name, form, got, want, known)
			}
		}
	}
}

// TestWholeAndLineByLine checks that each failure has the same key as one record and as one record per line,
// without empty lines, which CloudWatch does not accept. It prints how many differ.
func TestWholeAndLineByLine(t *testing.T) {
	type tally struct{ failures, differ int }
	byRuntime := map[string]tally{}
	for name, text := range failures(t) {
		want, got := wholeAndByLine(text)
		runtime := strings.Split(name, "/")[0]
		n := byRuntime[runtime]
		n.failures++
		if !slices.Equal(want, got) || len(want) != 1 {
			n.differ++
			t.Errorf("%s: %v line by line, %v whole", name, got, want)
		}
		byRuntime[runtime] = n
	}
	var all tally
	t.Logf("%-10s %8s %8s", "runtime", "failures", "differ")
	for _, runtime := range slices.Sorted(maps.Keys(byRuntime)) {
		n := byRuntime[runtime]
		all.failures, all.differ = all.failures+n.failures, all.differ+n.differ
		t.Logf("%-10s %8d %8d", runtime, n.failures, n.differ)
	}
	t.Logf("%-10s %8d %8d", "all", all.failures, all.differ)
}

// wholeAndByLine returns the keys of the errors in a text between everyday lines.
func wholeAndByLine(text string) (whole, byLine []string) {
	lines := []string{"INFO a"}
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return errorKeys([]string{"INFO a", text, "INFO b"}), errorKeys(append(lines, "INFO b"))
}

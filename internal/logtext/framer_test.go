package logtext

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// frameAll returns the events of the records, flushed so late that none waits for more lines.
func frameAll(records []event.Record) []event.Event {
	var events []event.Event
	f := NewFramer(nil, func(e event.Event) { events = append(events, e) })
	for _, r := range records {
		f.Add(r)
	}
	f.Flush(noon.Add(24 * time.Hour))
	return events
}

// lineByLine makes one record of each line.
func lineByLine(stream, text string) []event.Record {
	var records []event.Record
	for i, line := range strings.Split(text, "\n") {
		records = append(records, event.Record{
			ID:     fmt.Sprint(stream, "-", i),
			Stream: stream,
			Time:   noon.Add(time.Duration(i) * time.Millisecond),
			Text:   line,
		})
	}
	return records
}

// failures returns what real programs printed when they failed, by name.
func failures(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../stacktrace/testdata/*/*.txt")
	if err != nil || len(files) < 60 {
		t.Fatalf("found %d failures, want at least 60 (%v)", len(files), err)
	}
	texts := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".txt")
		texts[name] = strings.Trim(string(data), "\n")
	}
	return texts
}

// TestFraming reads one record per line. The expected events have " / " between their lines.
func TestFraming(t *testing.T) {
	const javaTrace = "\n\tat com.acme.Cart.total(Cart.java:7)\n\tat com.acme.Cart.main(Cart.java:1)"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"two plain errors", "ERROR a\nERROR b", []string{"ERROR a", "ERROR b"}},
		{"two exception lines", "Error: a\nError: b", []string{"Error: a", "Error: b"}},
		{"head and exception line without frames", "ERROR failed\nError: a\nINFO x",
			[]string{"ERROR failed", "Error: a", "INFO x"}},
		{"head, exception, frames", "ERROR failed\na.b.Oops: x" + javaTrace,
			[]string{"ERROR failed / a.b.Oops: x / \tat com.acme.Cart.total(Cart.java:7) / \tat com.acme.Cart.main(Cart.java:1)"}},
		{"message of many lines", "ERROR failed\na.b.Oops: x\nmore\nand more" + javaTrace + "\nCaused by: a.b.C: y\nmore\n\tat a.b.C.d(C.java:1)\n\t... 2 more\nINFO x",
			[]string{"ERROR failed / a.b.Oops: x / more / and more / \tat com.acme.Cart.total(Cart.java:7) / \tat com.acme.Cart.main(Cart.java:1) / Caused by: a.b.C: y / more / \tat a.b.C.d(C.java:1) / \t... 2 more", "INFO x"}},
		{"exception after an everyday line", "INFO ready\na.b.Oops: x" + javaTrace,
			[]string{"INFO ready", "a.b.Oops: x / \tat com.acme.Cart.total(Cart.java:7) / \tat com.acme.Cart.main(Cart.java:1)"}},
		{"same words in front of two exceptions", "failed: Error: a\n    at f (/a.js:1:2)\nfailed: Error: b\n    at f (/a.js:1:2)",
			[]string{"failed: Error: a /     at f (/a.js:1:2)", "failed: Error: b /     at f (/a.js:1:2)"}},
		{"two traces of Python", "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops",
			[]string{"Traceback (most recent call last): /   File \"a.py\", line 1, in f / Oops", "Traceback (most recent call last): /   File \"a.py\", line 1, in f / Oops"}},
		{"prints after a trace of Python", "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops: x\nnext\nlast",
			[]string{"Traceback (most recent call last): /   File \"a.py\", line 1, in f / Oops: x", "next", "last"}},
		{"lambda names the exception first", "[ERROR] KeyError: x\nTraceback (most recent call last):\n\u00a0\u00a0File \"a.py\", line 1, in f\nprinted",
			[]string{"[ERROR] KeyError: x / Traceback (most recent call last): /   File \"a.py\", line 1, in f", "printed"}},
		{"an exception line, then a trace of another", "KeyError: x\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops: x",
			[]string{"KeyError: x", "Traceback (most recent call last): /   File \"a.py\", line 1, in f / Oops: x"}},
		{"an exception's name logged with another's trace", "ERROR KeyError: x\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: x",
			[]string{"ERROR KeyError: x / Traceback (most recent call last): /   File \"a.py\", line 1, in f / ValueError: x"}},
		{"asyncio", "ERROR:asyncio:Task exception was never retrieved\nfuture: <Task finished>\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops",
			[]string{"ERROR:asyncio:Task exception was never retrieved / future: <Task finished> / Traceback (most recent call last): /   File \"a.py\", line 1, in f / Oops"}},
		{"properties of an error of Node", "Error: a\n    at f (/a.js:1:2) {\n  error: 'x',\n  code: 1\n}\nnext",
			[]string{"Error: a /     at f (/a.js:1:2) { /   error: 'x', /   code: 1 / }", "next"}},
		{"a place is no trace", "/app/a.js:3\nnext\nlast", []string{"/app/a.js:3", "next", "last"}},
		{"two panics", "panic: a\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\nexit status 2\npanic: b",
			[]string{"panic: a /  / goroutine 1 [running]: / main.main() / \t/a.go:1 +0x1 / exit status 2", "panic: b"}},
		{"lines aligned to the right", "ERROR a\n INFO b", []string{"ERROR a", " INFO b"}},
		{"lines aligned to the right below a trace, as of Spring Boot", "2026-11-22T10:00:00.123+01:00 ERROR 1 --- [main] a.B : failed\n\na.b.Oops: x" + javaTrace +
			"\n\n2026-11-22T10:00:00.124+01:00  INFO 1 --- [main] a.B : paid",
			[]string{"ERROR 1 --- [main] a.B : failed /  / a.b.Oops: x / \tat com.acme.Cart.total(Cart.java:7) / \tat com.acme.Cart.main(Cart.java:1)", " INFO 1 --- [main] a.B : paid"}},
		{"java.util.logging without a package", "Nov 22, 2026 10:00:01 AM Main main\nSEVERE: failed\nINFO paid",
			[]string{"Nov 22, 2026 10:00:01 AM Main main / SEVERE: failed", "INFO paid"}},
		{"java.util.logging", "Nov 22, 2026 10:00:00 AM com.acme.Cart total\nINFO: ready\nNov 22, 2026 10:00:01 AM com.acme.Cart total\nSEVERE: failed\na.b.Oops: x" + javaTrace,
			[]string{"Nov 22, 2026 10:00:00 AM com.acme.Cart total / INFO: ready",
				"Nov 22, 2026 10:00:01 AM com.acme.Cart total / SEVERE: failed / a.b.Oops: x / \tat com.acme.Cart.total(Cart.java:7) / \tat com.acme.Cart.main(Cart.java:1)"}},
		{"a JSON record ends what is before", "ERROR a\n{\"msg\":\"b\"}\n\tat com.acme.Cart.total(Cart.java:7)\nERROR c", []string{"ERROR a", "{\"msg\":\"b\"}", "ERROR c"}},
		{"a line with a time of its own", "a.b.Oops: x\n2026-11-22T10:00:00Z plain\n2026-11-22T10:00:01Z plain", []string{"a.b.Oops: x", "plain", "plain"}},

		{"rest of a trace of Java", "\tat a.b.C.d(C.java:1)\nCaused by: a.b.Oops: x\n\tat a.b.C.d(C.java:1)\n\t... 2 more\nINFO x", []string{"INFO x"}},
		{"rest of a trace of Node", "    at f (/a.js:1:2)\n    at g (/a.js:1:2)\n\nNode.js v20.20.2\nINFO x", []string{"INFO x"}},
		{"rest of a trace of Python", "  File \"a.py\", line 1, in f\n    x\nOops: x\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops\nINFO x", []string{"INFO x"}},
		{"rest of a trace of Go", "main.f(0x1)\n\t/a.go:1 +0x1\nmain.main()\n\t/a.go:1 +0x1\nexit status 2\nINFO x", []string{"INFO x"}},
		{"blank lines alone", "\n \n\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, e := range frameAll(lineByLine("web", tt.text)) {
				got = append(got, strings.ReplaceAll(e.Text, "\n", " / "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestFirstRecord checks that an event has the source, stream and time of its first record.
func TestFirstRecord(t *testing.T) {
	records := lineByLine("web", "ERROR failed\njava.lang.Error: x\n\tat a.b.C.d(C.java:1)")
	for i := range records {
		records[i].Source, records[i].URL, records[i].Service = "s", fmt.Sprint("https://x/", i), "shop"
	}
	want := []event.Event{{
		ID: "web-0", Source: "s", Stream: "web", URL: "https://x/0", Time: noon, Service: "shop", Split: true, Format: "head",
		Level: event.Error, Message: "failed",
		Text:  "ERROR failed\njava.lang.Error: x\n\tat a.b.C.d(C.java:1)",
		Stack: "failed\njava.lang.Error: x\n\tat a.b.C.d(C.java:1)",
	}}
	if diff := cmp.Diff(want, frameAll(records)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMessage checks that the message is the line that names the failure.
func TestMessage(t *testing.T) {
	tests := map[string]string{
		"node/uncaught":   "TypeError: Cannot read properties of undefined (reading 'amount')",
		"node/string":     "no stock",
		"node/cause":      "PaymentError: payment failed",
		"python/context":  "IndexError: list index out of range",
		"python/logged":   "checkout failed",
		"python/thread":   "Exception in thread Thread-1 (charge):",
		"python/syntax":   "SyntaxError: '(' was never closed",
		"java/cause":      `Exception in thread "main" java.lang.RuntimeException: checkout failed`,
		"java/logged":     "order 7 failed",
		"go/nil":          "panic: runtime error: invalid memory address or nil pointer dereference",
		"go/http":         "http: panic serving 127.0.0.1:54982: runtime error: index out of range [3] with length 0",
		"go/stack":        "recovered: runtime error: index out of range [3] with length 0",
		"python/task":     "Task exception was never retrieved",
		"node/logged":     "checkout failed: PaymentError: payment failed",
		"node/syntax":     "SyntaxError: Unexpected token 'const'",
		"python/key":      "KeyError: 'price'",
		"java/suppressed": `Exception in thread "main" java.io.IOException: no answer for card 4111`,
	}
	all := failures(t)
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			events := frameAll(lineByLine("web", all[name]))
			if len(events) != 1 || events[0].Message != want {
				t.Errorf("%d events, message %q, want %q", len(events), events[0].Message, want)
			}
		})
	}
}

// TestSettle ends a read shortly after the last line.
func TestSettle(t *testing.T) {
	const trace = "a.b.Oops: x\n\tat a.b.C.d(C.java:1)"
	whole := []event.Record{{Text: trace, Time: noon}}
	untimed := lineByLine("web", trace)
	for i := range untimed {
		untimed[i].Time = time.Time{}
	}
	tests := []struct {
		name    string
		records []event.Record
		after   time.Duration // between the first line and the end of the read
		waits   bool
	}{
		{"young trace", lineByLine("web", trace), Settle, true},
		{"settled trace", lineByLine("web", trace), Settle + time.Millisecond, false},
		{"young head of a trace", lineByLine("web", "ERROR failed\na.b.Oops: x"), time.Second, true},
		{"young panic", lineByLine("web", "panic: x"), time.Second, true},
		{"young plain error", lineByLine("web", "ERROR failed"), time.Second, false},
		{"trace in one record", whole, time.Second, false},
		{"trace without times", untimed, time.Second, false},
		{"rest of a trace", lineByLine("web", "\tat a.b.C.d(C.java:1)"), time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var events []event.Event
			f := NewFramer(nil, func(e event.Event) { events = append(events, e) })
			f.Add(event.Record{Stream: "other", Text: "ERROR other", Time: noon})
			for _, r := range tt.records {
				f.Add(r)
			}
			waiting := f.Flush(noon.Add(tt.after))
			if waiting.Equal(noon) != tt.waits || waiting.IsZero() == tt.waits {
				t.Errorf("waiting since %v", waiting)
			}
			if f.Flush(noon.Add(time.Hour)); (tt.waits || tt.name == "rest of a trace") != (len(events) == 1) {
				t.Errorf("events %q", texts(events))
			}
		})
	}
}

// TestLimits reads more text than an event may contain.
func TestLimits(t *testing.T) {
	long := strings.Repeat("ä", MaxText)
	frames := strings.Repeat("\n\tat a.b.C.d(C.java:1)", 20_000)
	tests := []struct {
		name    string
		records []event.Record
	}{
		{"one line", []event.Record{{Text: "ERROR " + long}}},
		{"one record", []event.Record{{Text: "a.b.Oops: x" + frames + "\nCaused by: a.b.Last: y"}}},
		{"one line a record", lineByLine("web", "a.b.Oops: x"+frames+"\nCaused by: a.b.Last: y")},
		{"JSON", []event.Record{{Text: `{"level":"error","msg":"` + long + `","stack":"Oops: x\n    at f (/a.js:1:2)` + long + `"}`}}},
		{"junk", []event.Record{{Text: "\x00\xff\xfe ERROR " + strings.Repeat("\xff\x00", MaxText)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := frameAll(tt.records)
			if len(events) != 1 {
				t.Fatalf("%d events", len(events))
			}
			checkLimits(t, events[0])
			if strings.Contains(tt.records[0].Text, "Oops") && tt.name != "JSON" && !strings.HasSuffix(events[0].Stack, "Last: y") {
				t.Errorf("the end was cut: …%q", events[0].Stack[len(events[0].Stack)-40:])
			}
		})
	}
}

func checkLimits(t *testing.T, e event.Event) {
	t.Helper()
	for name, s := range map[string]string{"text": e.Text, "stack": e.Stack, "message": e.Message} {
		if len(s) > MaxText {
			t.Errorf("%s of %d bytes", name, len(s))
		}
		if !utf8.ValidString(s) {
			t.Errorf("%s is not UTF-8: %q", name, s)
		}
	}
}

// TestManyStreams reads more streams than a Framer remembers.
func TestManyStreams(t *testing.T) {
	var records []event.Record
	for i := range 3 * maxStreams {
		records = append(records, event.Record{Stream: fmt.Sprint(i), Text: "ERROR a"})
	}
	var events int
	f := NewFramer(nil, func(event.Event) { events++ })
	for _, r := range records {
		f.Add(r)
	}
	if len(f.streams) != maxStreams || f.recent.Len() != maxStreams {
		t.Errorf("%d streams remembered", len(f.streams))
	}
	f.Flush(noon)
	if events != len(records) {
		t.Errorf("%d events of %d records", events, len(records))
	}
}

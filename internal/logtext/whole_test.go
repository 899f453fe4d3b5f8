package logtext

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// carriers wrap each line the way a log transport does.
var carriers = map[string]func(i int, line string) string{
	"bare":   func(_ int, line string) string { return line },
	"docker": func(_ int, line string) string { return "2026-11-22T12:00:00.123456789Z " + line },
	"cri":    func(_ int, line string) string { return "2026-11-22T12:00:00.123456789Z stderr F " + line },
	"firelens": func(_ int, line string) string {
		quoted, _ := json.Marshal(line)
		return `{"container_id":"7f2","container_name":"/shop","log":` + string(quoted) + `,"source":"stderr"}`
	},
	"docker file": func(_ int, line string) string {
		quoted, _ := json.Marshal(line + "\n")
		return `{"log":` + string(quoted) + `,"stream":"stderr","time":"2026-11-22T12:00:00.123456789Z"}`
	},
	"aws tail": func(_ int, line string) string { return "2026-11-22T12:00:00.123000+00:00 shop/web/7f2 " + line },
}

// TestWhole splits each failure into one record per line, between two everyday lines. It must become one
// event.
func TestWhole(t *testing.T) {
	for name, failure := range failures(t) {
		for carrier, carry := range carriers {
			t.Run(name+"/"+carrier, func(t *testing.T) {
				records := lineByLine("web", "INFO order 6 paid\n"+failure+"\nINFO order 8 paid")
				for i := range records {
					records[i].Text = carry(i, records[i].Text)
				}
				events := frameAll(records)
				if len(events) != 3 {
					t.Fatalf("%d events: %q", len(events), texts(events))
				}
				checkFailure(t, events[1], failure)
			})
		}
	}
}

func texts(events []event.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.Text)
	}
	return all
}

func checkFailure(t *testing.T, e event.Event, failure string) {
	t.Helper()
	if diff := cmp.Diff(failure, e.Text); diff != "" {
		t.Errorf("text (-want +got)\n%s", diff)
	}
	if e.Level < event.Error {
		t.Errorf("level %v", e.Level)
	}
	if e.Stack == "" {
		t.Error("no stack")
	}
}

// TestOneRecord reads each failure as one record with all its lines.
func TestOneRecord(t *testing.T) {
	for name, failure := range failures(t) {
		t.Run(name, func(t *testing.T) {
			events := frameAll([]event.Record{{Text: "INFO order 6 paid"}, {Text: failure + "\n"}, {Text: failure}})
			if len(events) != 3 {
				t.Fatalf("%d events: %q", len(events), texts(events))
			}
			checkFailure(t, events[1], failure)
			checkFailure(t, events[2], failure)
		})
	}
}

// TestInterleaved mixes the lines of each failure with those of two other streams, one of which contains a
// failure too.
func TestInterleaved(t *testing.T) {
	all := failures(t)
	other := "INFO ready\n" + all["java/cause"] + "\nINFO done"
	for name, failure := range all {
		t.Run(name, func(t *testing.T) {
			web := lineByLine("web", "INFO order 6 paid\n"+failure+"\nINFO order 8 paid")
			mixed := merge(web, lineByLine("job", other), lineByLine("log", strings.Repeat("INFO tick\n", 20)))
			got := map[string][]event.Event{}
			for _, e := range frameAll(mixed) {
				got[e.Stream] = append(got[e.Stream], e)
			}
			if len(got["web"]) != 3 || len(got["job"]) != 3 || len(got["log"]) != 20 {
				t.Fatalf("%d, %d and %d events", len(got["web"]), len(got["job"]), len(got["log"]))
			}
			checkFailure(t, got["web"][1], failure)
			checkFailure(t, got["job"][1], all["java/cause"])
		})
	}
}

// TestSaidTogether checks when lines without heads belong to a failure: only next to a trace, in a stream
// whose loggers print heads, and without a pause.
func TestSaidTogether(t *testing.T) {
	const note = "Traceback (most recent call last):\n  File \"/app/a.py\", line 3, in f\n    g()\nValueError: no price"
	tests := []struct {
		name, text string
		pause      time.Duration // before the line "while paying"
		want       []string
	}{
		{"below an exception", "INFO ready\n" + note + "\nwhile paying", 0, []string{"INFO ready", note + "\nwhile paying"}},
		{"later", "INFO ready\n" + note + "\nwhile paying", time.Second, []string{"INFO ready", note, "while paying"}},
		{"among lines without heads", "ready\n" + note + "\nwhile paying", 0, []string{"ready", note, "while paying"}},
		{"an access log", "INFO ready\n" + note + "\n10.0.0.7 - - \"GET / HTTP/1.1\" 500", 0, []string{"INFO ready", note, "10.0.0.7 - - \"GET / HTTP/1.1\" 500"}},
		{"only the failure has a head", "ERROR failed\n" + note + "\nwhile paying", 0, []string{"ERROR failed\n" + note, "while paying"}},
		{"below one with a head", "INFO ready\n" + note + "\nINFO done\nwhile paying", 0, []string{"INFO ready", note, "INFO done", "while paying"}},
		{"no trace follows", "INFO ready\norder 6\nwhile paying\nINFO done", 0, []string{"INFO ready", "order 6", "while paying", "INFO done"}},
		{"frames of another runtime", "INFO ready\norder 6\nno price\n    at f (/app/a.js:1:2)", 0, []string{"INFO ready", "order 6", "no price\n    at f (/app/a.js:1:2)"}},
		{"more than a message", "INFO ready\na\nb\nc\nd\ne\nf\ng\nno price\n\tmain::f() called at a.pl line 4", 0,
			[]string{"INFO ready", "a", "b", "c\nd\ne\nf\ng\nno price\n\tmain::f() called at a.pl line 4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			records := lineByLine("web", tt.text)
			for i := range records {
				if records[i].Text == "while paying" {
					records[i].Time = records[i].Time.Add(tt.pause)
				}
			}
			if diff := cmp.Diff(tt.want, texts(frameAll(records))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestMessageOnNextLine reads the output of loggers that print a line break before the message.
func TestMessageOnNextLine(t *testing.T) {
	type said struct{ Message, Logger, Stack string }
	tests := []struct {
		name, text string
		want       []said
	}{
		{"logger and dash", "10:00:00 ERROR [main] com.x.Y -\nno price", []said{{"no price", "com.x.Y", ""}}},
		{"logger and colon", "ERROR com.x.Y:\nno price", []said{{"no price", "com.x.Y", ""}}},
		{"level alone", "[ERROR]\nno price\nINFO paid", []said{{"no price", "", ""}, {"paid", "", ""}}},
		{"a failure", "[ERROR]\n/src/cart.cpp:12:7: runtime error: overflow\norder 7", []said{{"", "", "/src/cart.cpp:12:7: runtime error: overflow"}, {"order 7", "", ""}}},
		{"a death", "[ERROR]\n10:00:00 UTC - mysqld got signal 6 ;\norder 7", []said{{"", "", "10:00:00 UTC - mysqld got signal 6 ;\norder 7"}}},
		{"only the next line", "ERROR com.x.Y -\nno price\norder 7", []said{{"no price", "com.x.Y", ""}, {"order 7", "", ""}}},
		{"a lone exception", "ERROR com.x.Y -\nValueError: no\nINFO paid", []said{{"ValueError: no", "com.x.Y", ""}, {"paid", "", ""}}},
		{"a trace", "ERROR com.x.Y -\nJavaError: no\n\tat com.x.Y.f(Y.java:3)", []said{{"JavaError: no", "com.x.Y", "com.x.Y -\nJavaError: no\n\tat com.x.Y.f(Y.java:3)"}}},
		{"no message", "ERROR com.x.Y -\nINFO paid", []said{{"com.x.Y -", "", ""}, {"paid", "", ""}}},
		{"a sentence", "ERROR lost -\nno price", []said{{"lost -", "", ""}, {"no price", "", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []said
			for _, e := range frameAll(lineByLine("web", tt.text)) {
				got = append(got, said{e.Message, e.Logger, e.Stack})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestFiltered reads the same failure twice, half a second or half an hour apart, without the lines between
// them, as a filter returns it. These are two failures.
func TestFiltered(t *testing.T) {
	all := failures(t)
	for name, failure := range all {
		for _, pause := range []time.Duration{time.Second / 2, time.Hour / 2} {
			if name == "perl/multiline" || name == "tcl/multiline" || name == "python/note" {
				continue // without a line that has a head, these look like everyday lines
			}
			records := append(lineByLine("web", failure), lineByLine("web", failure)...)
			for i := range records[len(records)/2:] {
				r := &records[len(records)/2+i]
				r.Time = r.Time.Add(pause)
			}
			if diff := cmp.Diff([]string{failure, failure}, texts(frameAll(records))); diff != "" {
				t.Errorf("%s, %v (-want +got)\n%s", name, pause, diff)
			}
		}
	}
}

// merge returns the records of the lists, alternately one of each.
func merge(lists ...[]event.Record) []event.Record {
	var out []event.Record
	for i := 0; ; i++ {
		before := len(out)
		for _, list := range lists {
			if i < len(list) {
				out = append(out, list[i])
			}
		}
		if len(out) == before {
			return out
		}
	}
}

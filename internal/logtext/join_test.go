package logtext

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNeighbours logs failures directly after each other. Neither may swallow the other.
func TestNeighbours(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string // messages
	}{
		{"a thread dies after a logged error",
			"2026-11-22 10:00:00 ERROR stock of SHOE-1 is negative\nException in thread \"reaper-1\" java.lang.IllegalStateException: closed\n\tat com.acme.Reaper.run(Reaper.java:9)",
			[]string{"stock of SHOE-1 is negative", "Exception in thread \"reaper-1\" java.lang.IllegalStateException: closed"}},
		{"two logged errors", "2026-11-22 10:00:00 ERROR one\n2026-11-22 10:00:00 ERROR two", []string{"one", "two"}},
		{"a logged error and its exception",
			"2026-11-22 10:00:00 ERROR request failed\njava.lang.IllegalStateException: closed\n\tat com.acme.Reaper.run(Reaper.java:9)",
			[]string{"request failed"}},
		{"PHP dies after a warning",
			"[22-Nov-2026 10:00:00 UTC] PHP Warning:  Undefined array key \"sku\" in /app/a.php on line 3\n[22-Nov-2026 10:00:00 UTC] PHP Fatal error:  Uncaught TypeError: no price in /app/b.php:7\nStack trace:\n#0 {main}\n  thrown in /app/b.php on line 7",
			[]string{"Undefined array key \"sku\" in /app/a.php on line 3", "PHP Fatal error:  Uncaught TypeError: no price in /app/b.php:7"}},
		{"Swift dies after a warning", "[ WARNING ] low stock\nFatal error: Index out of range: file Swift/ContiguousArrayBuffer.swift, line 600",
			[]string{"low stock", "Fatal error: Index out of range: file Swift/ContiguousArrayBuffer.swift, line 600"}},
		{"C++ dies after a warning", "[2026-11-22 10:00:00.123] [warning] low stock\nterminate called after throwing an instance of 'std::runtime_error'\n  what():  no config",
			[]string{"low stock", "terminate called after throwing an instance of 'std::runtime_error'"}},
		{"Ruby dies after a warning",
			"W, [2026-11-22T10:00:00.123456 #1]  WARN -- : low stock\n/app/config/x.rb:5:in 'Kernel#require': cannot load such file -- foo (LoadError)\n\tfrom /app/a.rb:3:in '<main>'",
			[]string{"low stock", "/app/config/x.rb:5:in 'Kernel#require': cannot load such file -- foo (LoadError)"}},
		{".NET dies after a warning",
			"warn: Shop.Stock[0]\n      low\nUnhandled exception. System.InvalidOperationException: closed\n   at Shop.Program.Main() in /src/Program.cs:line 3",
			[]string{"low", "Unhandled exception. System.InvalidOperationException: closed"}},
	}
	const python = "ERROR:    request failed\nTraceback (most recent call last):\n  File \"/app/a.py\", line 3, in f\n    g()\nValueError: x\n"
	for name, next := range map[string]string{
		"uvicorn's access log": `INFO:     127.0.0.1:6 - "GET / HTTP/1.1" 200 OK`,
		"uvicorn's error":      "ERROR:    payment gateway unreachable",
		"another level":        "WARNING:  retrying",
		"a level in brackets":  "[error]    payment gateway unreachable",
		"a time":               "2026-11-22 10:00:00,123   payment gateway unreachable",
		"JSON":                 `{"level":"error","msg":"payment gateway unreachable"}`,
	} {
		e := frameAll(lineByLine("web", next))[0]
		tests = append(tests, struct {
			name, text string
			want       []string
		}{"after a trace: " + name, python + next, []string{"request failed", e.Message}})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := frameAll(lineByLine("web", tt.text))
			if len(events) != len(tt.want) {
				t.Fatalf("%d events, want %d: %q", len(events), len(tt.want), texts(events))
			}
			for i, e := range events {
				if e.Message != tt.want[i] {
					t.Errorf("message %q, want %q", e.Message, tt.want[i])
				}
			}
		})
	}
}

// TestMessageOfRecordsWithout checks that a record without a message gets one from its other members.
func TestMessageOfRecordsWithout(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"message is an object", `{"level":"error","message":{"code":"E_TIMEOUT","op":"charge","tries":3}}`, "code: E_TIMEOUT, op: charge, tries: 3"},
		{"message is a list", `{"level":"error","msg":["charge","refused"]}`, "[charge,refused]"},
		{"other members only", `{"level":"error","time":1795341600438,"why":"no stock","sku":"A"}`, "why: no stock, sku: A"},
		{"object behind a level", `2026-11-22T10:00:00Z ERROR {"user":5,"why":"no stock"}`, "user: 5, why: no stock"},
		{"nothing at all", `{"level":"error"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := frameAll(lineByLine("web", tt.text))
			if len(events) != 1 || events[0].Message != tt.want {
				t.Errorf("%d events, message %q, want %q", len(events), events[0].Message, tt.want)
			}
		})
	}
}

// TestPostgreSQL checks that the lines that PostgreSQL prints below an error join it, whatever the
// log_line_prefix, but those of other processes do not.
func TestPostgreSQL(t *testing.T) {
	for name, prefix := range map[string]string{
		"default": "2023-09-01 06:18:54.123 UTC [25278] ", "RDS": "2023-09-01 06:18:54 UTC:10.0.0.1(55582):u@db:[25278]:",
		"line numbers": "2023-09-01 06:18:54.123 UTC [25278]: [3-1] user=shop,db=shop ", "user": "2023-09-01 06:18:54.123 UTC [25278] shop@shop ", "none": "",
	} {
		failure := strings.ReplaceAll(prefix, "-1]", "-2]") + "ERROR:  deadlock detected\n" + prefix + "DETAIL:  Process 1 waits.\n" + prefix + "HINT:  See the log.\n" +
			prefix + "STATEMENT:  UPDATE orders\n\tSET paid = true"
		other := "2023-09-01 06:18:54 UTC:10.0.0.9(1):w@db:[7]:DETAIL:  of another process"
		log := prefix + "LOG:  ready\n" + failure + "\n" + other + "\n" + prefix + "LOG:  fine"
		want := []string{prefix + "LOG:  ready", failure, other, prefix + "LOG:  fine"}
		got := texts(frameAll(lineByLine("db", log)))
		slices.Sort(got) // a failure may be parked while other processes log
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

package logtext

import "testing"

// TestNeighbours puts failures right behind each other: neither may swallow the
// other.
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
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := frameAll(lineByLine("web", tt.text))
			if len(events) != len(tt.want) {
				t.Fatalf("%d events, want %d", len(events), len(tt.want))
			}
			for i, e := range events {
				if e.Message != tt.want[i] {
					t.Errorf("message %q, want %q", e.Message, tt.want[i])
				}
			}
		})
	}
}

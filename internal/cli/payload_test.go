package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// deliver runs errmon on a payload, as a dispatch would.
func (w *world) deliver(payload string, args ...string) result {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "payload.json")
	if err := os.WriteFile(file, []byte(payload), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return w.run(append([]string{"scan", "--payload", file}, args...)...)
}

func TestTextPayloadFilesAnIssue(t *testing.T) {
	w := newWorld(t)
	r := w.deliver(`{"action":"errmon","client_payload":{"text":"ERROR payment 4711 failed: card declined","id":"a1","source":"lambda:pay","service":"pay","url":"https://logs.example/a1"}}`)
	r.mustSucceed(t)
	issue := w.find("payment <*> failed: card declined [pay]")
	if got := count(t, issue); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
	for _, part := range []string{"ERROR payment 4711 failed: card declined", "https://logs.example/a1", "lambda:pay"} {
		if !strings.Contains(issue.Body, part) {
			t.Errorf("body lacks %q:\n%s", part, issue.Body)
		}
	}
	w.advance(time.Hour)
	w.deliver(`{"text":"ERROR payment 4711 failed: card declined","id":"a1","service":"pay"}`).mustSucceed(t)
	w.deliver(`{"text":"ERROR payment 4712 failed: card declined","id":"a2","service":"pay"}`).mustSucceed(t)
	if got := count(t, w.find("payment")); got != 2 {
		t.Errorf("counted %d, want 2: a redelivery counts once", got)
	}
}

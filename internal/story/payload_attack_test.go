package story

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/safe/safetest"
)

// attackEntries returns entries of every shape with the attack in every field.
func attackEntries(i int, text, address string) []map[string]any {
	id := func(shape string) []string { return []string{fmt.Sprint(shape, i)} }
	name := fmt.Sprintf("%c%c ", 'a'+i%26, 'a'+i/26) + text
	trace := map[string]any{"values": []any{map[string]any{"type": name, "value": text, "module": text, "stacktrace": map[string]any{
		"frames": []any{map[string]any{"function": text, "filename": text, "abs_path": text, "module": text, "lineno": 3, "in_app": true}}}}}}
	return []map[string]any{
		{"shape": "text", "ids": id("t"), "sample": map[string]any{"id": text, "text": "ERROR " + name, "source": text, "title": text, "stack": text,
			"url": address, "service": text, "environment": text, "release": text}},
		{"shape": "slack", "ids": id("m"), "sample": map[string]any{"type": "message", "subtype": "bot_message", "channel": text, "channel_name": text,
			"username": text, "permalink": address, "text": ":fire: *ERROR* in x:\n```" + name + "```", "ts": text}},
		{"shape": "slack", "ids": id("s"), "sample": map[string]any{"type": text}},
		{"shape": "sentry", "ids": id("e"), "sample": map[string]any{"action": "triggered", "data": map[string]any{"event": map[string]any{
			"event_id": text, "issue_id": fmt.Sprint(1000 + i), "title": name, "message": text, "culprit": text, "environment": text, "release": text,
			"web_url": address, "url": address, "logger": text, "exception": trace}}}},
		{"shape": "sentry", "ids": id("i"), "sample": map[string]any{"action": "created", "data": map[string]any{"issue": map[string]any{
			"id": fmt.Sprint(2000 + i), "shortId": text, "title": name, "permalink": address, "level": "error", "count": "1", "project": map[string]any{"slug": text}}}}},
		{"shape": "sentry", "ids": id("r"), "sample": map[string]any{"action": text, "data": map[string]any{"issue": map[string]any{"id": "1"}}}},
	}
}

func TestPayloadOfNothingButAttacks(t *testing.T) {
	const longest = 2000 // characters, so that all fit in one payload
	w := newWorld(t)
	w.inActions()
	canary := safetest.Canary(rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)))
	var entries []map[string]any
	for i, attack := range safetest.Attacks {
		text := attack.With(canary)
		text = strings.ToValidUTF8(text[:min(len(text), longest)], "?")
		// An event's address may point anywhere, but whatever it contains, it stays an address.
		address := strings.NewReplacer(canary, "x", "evil.example", "logs.example").Replace(text)
		entries = append(entries, attackEntries(i, text, address)...)
	}
	for begin := 0; begin < len(entries); begin += 60 {
		payload, err := json.Marshal(map[string]any{"errmon": map[string]any{"v": 1, "events": entries[begin:min(len(entries), begin+60)]}})
		if err != nil {
			t.Fatal(err)
		}
		checkRun(t, w.deliver(string(payload), "--max-new-issues", "500", "--write-interval", "0"), canary)
	}
	if len(w.errorIssues()) < 2*len(safetest.Attacks) {
		t.Errorf("%d issues of %d attacks", len(w.errorIssues()), len(safetest.Attacks))
	}
	t.Logf("%d attacks in six forms: %d issues", len(safetest.Attacks), len(w.errorIssues()))
	for _, i := range w.github.Issues() {
		checkIssue(t, i, canary)
	}
}

func TestRefusalsNameNothingHostile(t *testing.T) {
	for _, attack := range safetest.Attacks {
		w := newWorld(t)
		w.inActions()
		text, err := json.Marshal(attack.With("canaryxyz"))
		if err != nil {
			t.Fatal(err)
		}
		for _, payload := range []string{fmt.Sprintf(`{%s: 1}`, text), fmt.Sprintf(`{"text": "x", "level": %s}`, text)} {
			if r := w.deliver(payload); r.code != 1 || strings.Contains(r.stdout+r.summary, "canaryxyz") {
				t.Errorf("%s: code %d\n%s%s", payload, r.code, r.stdout, r.summary)
			}
		}
	}
}

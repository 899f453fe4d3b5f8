package inbound

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// inner takes the envelope out of a payload.
func inner(t testing.TB, payload []byte) json.RawMessage {
	t.Helper()
	var p map[string]json.RawMessage
	if err := json.Unmarshal(payload, &p); err != nil || len(p) != 1 {
		t.Fatalf("payload %.100s: %v", payload, err)
	}
	return p["errmon"]
}

func entry(t testing.TB, shape, body string) Entry {
	t.Helper()
	e, err := NewEntry(shape, []byte(body), "fallback")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEnvelopeIdentity(t *testing.T) {
	for _, c := range []struct {
		name, shape, body string
		id, key           string // "h" for a hash
	}{
		{"event alert", "sentry", `{"action":"triggered","data":{"event":{"event_id":"e1","issue_id":"7"}}}`, "e1", "issue 7"},
		{"error", "sentry", `{"action":"created","data":{"error":{"event_id":"e1","issue_id":7}}}`, "e1", "issue 7"},
		{"an event without its issue", "sentry", `{"data":{"event":{"event_id":"e1"}}}`, "e1", "h"},
		{"what happened to an issue", "sentry", `{"action":"resolved","data":{"issue":{"id":"7"}}}`, "h", "h"},
		{"legacy plugin", "sentry", `{"id":"7","project_slug":"shop","event":{"event_id":"e1","id":"x"}}`, "e1", "issue 7"},
		{"metric alert", "sentry", `{"action":"critical","data":{"metric_alert":{"id":"9"}}}`, "h", "h"},
		{"slack message", "slack", `{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1","text":"boom"}}`, "Ev1", "h"},
		{"slack message in its channel", "slack", `{"channel":"C1","ts":"1795341630.000100","text":"ERROR boom","type":"message"}`, "h", "h"},
		{"slash command", "slack", `{"command":"/errmon","text":"scan","trigger_id":"1.2"}`, "1.2", "1.2"},
		{"text with an id", "text", `{"id":"a-1","text":"boom"}`, "a-1", "h"},
		{"text without one", "text", `{"text":"boom"}`, "fallback", "h"},
		{"parts of other types", "text", `{"id":"a-1","text":"boom","data":"x","event":[1],"action":{}}`, "a-1", "h"},
		{"an id that is a number", "text", `{"id":17,"text":"boom"}`, "17", "h"},
		{"an id that is no id", "text", `{"id":"a\nb","text":"boom"}`, "h", "h"},
		{"an endless id", "text", `{"id":"` + strings.Repeat("x", 500) + `","text":"boom"}`, "h", "h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := entry(t, c.shape, c.body)
			hashed := strings.HasPrefix(e.IDs[0], "h-")
			if (c.id == "h") != hashed || (!hashed && e.IDs[0] != c.id) {
				t.Errorf("id %q, want %q", e.IDs[0], c.id)
			}
			if key := strings.TrimPrefix(e.key, c.shape+" "); c.key == "h" != strings.HasPrefix(key, "h-") || (c.key != "h" && key != c.key) {
				t.Errorf("key %q, want %q", e.key, c.key)
			}
		})
	}
}

func TestEnvelopeMergesOccurrences(t *testing.T) {
	var b Batch
	for _, e := range []Entry{
		entry(t, "text", `{"id":1,"text":"boom"}`),
		entry(t, "text", `{"id":2,"text":"boom"}`),
		entry(t, "text", `{"id":2,"text":"boom"}`),
		entry(t, "text", `{"id":3,"text":"bang"}`),
		entry(t, "sentry", `{"data":{"event":{"event_id":"a","issue_id":"7","title":"x"}}}`),
		entry(t, "sentry", `{"data":{"error":{"event_id":"b","issue_id":"7","title":"y"}}}`),
		entry(t, "slack", `{"token":"secret","event_id":"Ev1","event":{"type":"message","channel":"C1","text":"<b> & ü"}}`),
	} {
		if !b.Add(e) {
			t.Fatal("full")
		}
	}
	payload := b.Payload()
	want := `{"errmon":{"v":1,"events":[` +
		`{"shape":"text","ids":["1","2"],"sample":{"id":1,"text":"boom"}},` +
		`{"shape":"text","ids":["3"],"sample":{"id":3,"text":"bang"}},` +
		`{"shape":"sentry","ids":["a","b"],"sample":{"data":{"event":{"event_id":"a","issue_id":"7","title":"x"}}}},` +
		`{"shape":"slack","ids":["Ev1"],"sample":{"event":{"type":"message","channel":"C1","text":"<b> & ü"},"event_id":"Ev1"}}]}}`
	if string(payload) != want {
		t.Errorf("got  %s\nwant %s", payload, want)
	}
	if ids := strings.Join(b.IDs(), " "); ids != "1 2 3 a b Ev1" {
		t.Errorf("ids %s", ids)
	}
}

func TestEnvelopeStaysWithinItsLimit(t *testing.T) {
	for name, body := range map[string]string{
		"one error, many ids":  `{"id":"%032d","text":"boom"}`,
		"many errors":          `{"id":"%032d","text":"boom %[1]d"}`,
		"many errors, a trace": `{"id":"%032d","text":"boom %[1]d","stack":"` + strings.Repeat(`\tat <a>&\n`, 300) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var b Batch
			n := 0
			for b.Add(entry(t, "text", fmt.Sprintf(body, n))) {
				n++
			}
			payload := b.Payload()
			if len(payload) > MaxPayload || len(payload) < MaxPayload-5000 {
				t.Fatalf("%d bytes, at most %d", len(payload), MaxPayload)
			}
			entries, err := ReadEnvelope(inner(t, payload))
			if err != nil {
				t.Fatal(err)
			}
			ids := map[string]bool{}
			for _, e := range entries {
				for _, id := range e.IDs {
					ids[id] = true
				}
			}
			if len(ids) != n {
				t.Errorf("%d ids arrived of %d", len(ids), n)
			}
		})
	}
}

func TestEnvelopeCutsWhatIsTooLarge(t *testing.T) {
	frames := strings.Repeat(`{"filename":"a.js","vars":{"x":"`+strings.Repeat("y", 900)+`"}},`, 200)
	for _, c := range []struct{ name, shape, body, keeps string }{
		{"bulk first", "sentry", `{"action":"triggered","data":{"event":{"event_id":"e1","issue_id":"7","exception":{"values":[` +
			strings.TrimSuffix(frames, ",") + `]}}}}`, `"exception":{"values":[{"filename":"a.js"},`},
		{"then what is deep", "sentry", `{"action":"created","data":{"error":{"event_id":"e1","issue_id":"7","title":"T","exception":{"values":["` +
			strings.Repeat("z", 70_000) + `"]}}}}`, `{"error":{"event_id":"e1","issue_id":"7","title":"T"}}`},
		{"a long text keeps its head", "text", `{"id":"1","text":"boom ` + strings.Repeat("ü", 50_000) + `"}`, `"text":"boom ü`},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := entry(t, c.shape, c.body)
			if !e.Cut || len(e.Sample) > MaxSample || !strings.Contains(string(e.Sample), c.keeps) {
				t.Errorf("cut %v, %d bytes: %.300s", e.Cut, len(e.Sample), e.Sample)
			}
			var b Batch
			if !b.Add(e) {
				t.Error("does not fit an empty batch")
			}
		})
	}
	if _, err := NewEntry("text", []byte(`{"text":"x"`+strings.Repeat(`,"a":1`, 3)+manyKeys(20_000)+`}`), "f"); err == nil {
		t.Error("20,000 keys were not refused")
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":1`, i)
	}
	return b.String()
}

func TestReadEnvelopeRefuses(t *testing.T) {
	good := `{"v":1,"events":[{"shape":"text","ids":["1"],"sample":{"text":"boom"}}]}`
	if _, err := ReadEnvelope([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, raw, want string }{
		{"newer", `{"v":2,"events":"whatever"}`, "update the action to the relay's version"},
		{"truncated", good[:len(good)-3], "not a complete envelope"},
		{"no version", `{"events":[]}`, "its version, v, is missing"},
		{"version 0", `{"v":0,"events":[]}`, "its version, v, is missing"},
		{"no events", `{"v":1,"events":[]}`, "contains no events"},
		{"null", `null`, "its version, v, is missing"},
		{"unknown shape", strings.Replace(good, `"text",`, `"mail",`, 1), `event 1 of the envelope: its shape "mail"`},
		{"no ids", strings.Replace(good, `"1"`, ``, 1), "it has no ids"},
		{"an id with a line break", strings.Replace(good, `"1"`, `"1\n"`, 1), "unprintable"},
		{"no sample", `{"v":1,"events":[{"shape":"text","ids":["1"]}]}`, "its sample is missing"},
		{"a sample that is no object", strings.Replace(good, `{"text":"boom"}`, `"boom"`, 1), "its sample is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ReadEnvelope([]byte(c.raw)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	for n := range len(good) {
		if _, err := ReadEnvelope([]byte(good[:n])); err == nil {
			t.Errorf("cut after %d bytes, it is read", n)
		}
	}
}

// FuzzEnvelope sends any body through both ends: what is taken arrives whole,
// in time and within the limits.
func FuzzEnvelope(f *testing.F) {
	files, _ := filepath.Glob("../../../shared/data/s*/*/*.json")
	for _, name := range append(files, "") {
		body, _ := os.ReadFile(name)
		f.Add("sentry", string(body), "a")
	}
	f.Add("text", `{"text":"boom","id":null,"n":1e400}`, "\x00")
	f.Add("slack", `{"event":{"text":"boom"},"event_id":"Ev1"}`, "b")
	f.Fuzz(func(t *testing.T, shape, body, fallback string) {
		if !slices.Contains([]string{"sentry", "slack", "text"}, shape) {
			return
		}
		e, err := NewEntry(shape, []byte(body), fallback)
		if err != nil {
			return
		}
		var b Batch
		for range 2 { // the second adds nothing
			if !b.Add(e) {
				t.Fatalf("does not fit: %.200s", e.Sample)
			}
		}
		payload := b.Payload()
		if len(payload) > MaxPayload {
			t.Fatalf("%d bytes", len(payload))
		}
		got, err := ReadEnvelope(inner(t, payload))
		if err != nil || len(got) != 1 || !slices.Equal(got[0].IDs, e.IDs) || string(got[0].Sample) != string(e.Sample) {
			t.Fatalf("%v arrived of %v: %v", got, e, err)
		}
	})
}

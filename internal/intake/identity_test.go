package intake

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/safe/safetest"
)

// groups logs each text in a stream of its own, and returns the resulting groups.
func groups(texts ...string) []*grouping.Group {
	p := New(Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
	reader := p.Reader()
	for i, text := range texts {
		reader.Add(event.Record{ID: fmt.Sprint(i), Source: "s", Stream: fmt.Sprint(i), Text: text})
	}
	reader.Flush(time.Unix(1<<40, 0))
	return p.Groups()
}

// asError makes a sample's line an error, whatever its level.
func asError(line string) string {
	if strings.HasPrefix(line, `{"level"`) {
		return strings.Replace(line, `"level":50`, `"level":"error"`, 1)
	}
	return "ERROR " + line
}

// checkIdentity logs a line once with each of two values, and a line with one value twice and with both
// values. Either must give one error, whose names and template contain neither value.
func checkIdentity(t *testing.T, seed uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, a := range safetest.Samples(rng) {
		b := a.Again(rng)
		twice := func(x, y safetest.Sample) string {
			if strings.ContainsAny(a.Line, "{\n") { // JSON and several lines cannot be joined
				return asError(y.Line)
			}
			return asError(x.Line + " after " + y.Line)
		}
		for name, texts := range map[string][]string{
			"another value":              {asError(a.Line), asError(b.Line)},
			"equal and different values": {twice(a, a), twice(a, b)},
		} {
			found := groups(texts...)
			if len(found) != 1 {
				t.Errorf("seed %d, %s, %s: %d errors of %q: %s", seed, a.Kind, name, len(found), texts, templates(found))
				continue
			}
			g := found[0]
			shown := fmt.Sprintf("%q %q %q %v", g.Template, g.Type, g.Service, g.Place)
			if a.Leaks(shown) || b.Leaks(shown) {
				t.Errorf("seed %d, %s: %s gives %q or %q away", seed, a.Kind, shown, a.Value, b.Value)
			}
		}
	}
}

func templates(found []*grouping.Group) string {
	var all []string
	for _, g := range found {
		all = append(all, g.Template)
	}
	return strings.Join(all, " | ")
}

func TestValuesAreNoPartOfAnIdentity(t *testing.T) {
	for seed := range uint64(3) {
		checkIdentity(t, seed)
	}
}

func FuzzIdentity(f *testing.F) {
	f.Add(uint64(7))
	f.Fuzz(checkIdentity)
}

func TestNamesAreBoundedAndRedacted(t *testing.T) {
	found := groups(`{"level":"error","msg":"lost","service":"` + strings.Repeat("Service ", 20_000) + `"}`)
	if n := len(found[0].Service); n > maxName {
		t.Errorf("a service of %d bytes", n)
	}
	trace := "ERROR request failed\nTypeError: boom\n    at f (https://cdn.example/x.js?token=" + strings.Repeat("a1B", 10) + ":1:2)\n    at g (/app/src/10.1.2.3/y.js:40:5)"
	g := groups(trace)[0]
	if shown := fmt.Sprint(g.Sample.Exceptions); strings.Contains(shown, "a1Ba1B") || strings.Contains(shown, "10.1.2.3") {
		t.Errorf("a frame gives it away: %s", shown)
	}
}

// A line of megabytes must not be kept, and text far behind its start must not change the error's identity.
func TestMessagesAreBounded(t *testing.T) {
	long := func(end string) string { return "ERROR lost " + strings.Repeat("order ", 1360) + "key=" + end }
	found := groups(long(strings.Repeat("a1B", 300_000)), long(strings.Repeat("c2D", 10)))
	if len(found) != 1 {
		t.Fatalf("%d errors", len(found))
	}
	if m := found[0].Sample.Message; len(m) > maxMessage || strings.Contains(m, "a1B") {
		t.Errorf("a message of %d bytes: …%s", len(m), m[len(m)-20:])
	}
}

func TestAddressesThatGiveSomethingAwayAreDropped(t *testing.T) {
	p := New(Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
	reader := p.Reader()
	for i, url := range []string{"https://c.example/#stream=web", "https://c.example/?access_token=" + strings.Repeat("a1B", 10)} {
		reader.Add(event.Record{ID: fmt.Sprint(i), Source: fmt.Sprint(i), Stream: "x", Text: "ERROR lost", URL: url})
	}
	reader.Flush(time.Unix(1<<40, 0))
	sources := p.Groups()[0].Sources
	if sources["0"].URL == "" || sources["1"].URL != "" {
		t.Errorf("addresses %q and %q", sources["0"].URL, sources["1"].URL)
	}
}

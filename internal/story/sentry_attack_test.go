package story

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/safe/safetest"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// TestSentryOfNothingButAttacks puts every attack into every field of foreign text in Sentry.
func TestSentryOfNothingButAttacks(t *testing.T) {
	w := newWorld(t)
	w.inActions()
	w.withSentry("web")
	delete(w.env, "INPUT_LOG-GROUPS")
	w.env["INPUT_MAX-NEW-ISSUES"], w.env["INPUT_WRITE-INTERVAL"] = "500", "0"
	canary := safetest.Canary(rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)))
	for _, attack := range safetest.Attacks {
		text := attack.With(canary)
		text = strings.ToValidUTF8(text[:min(len(text), 20_000)], "?")
		frames := []sentrytest.Frame{{Function: text, Module: text, Filename: text, AbsPath: "/app/" + text, Line: 3, InApp: true}}
		for _, e := range []*sentrytest.Event{
			{Platform: "node", Release: text, Tags: map[string]string{text: text, "environment": text, "service": text}, Exceptions: []sentrytest.Exception{{Type: text, Value: text, Frames: frames}}},
			{Platform: "python", Exceptions: []sentrytest.Exception{{Type: "Error", Module: text, Value: text, Frames: frames}, {Type: "Error", Value: text, Frames: frames}}},
			{Message: text},
			nil,
		} {
			w.sentry.Put(sentrytest.Issue{Title: text, Environment: text, Event: e})
		}
	}
	first := w.run().mustSucceed(t)
	issues := w.errorIssues()
	if len(issues) < len(safetest.Attacks) {
		t.Fatalf("%d issues of %d attacks in four forms", len(issues), len(safetest.Attacks))
	}
	t.Logf("%d attacks in four forms: %d titles", len(safetest.Attacks), len(issues))
	for _, i := range w.github.Issues() {
		checkIssue(t, i, canary)
		if strings.Contains(i.Body, sentrytest.UserMail) || strings.Contains(i.Body, sentrytest.UserAddress) {
			t.Errorf("#%d tells who the user was", i.Number)
		}
	}
	checkRun(t, first, canary)
	w.advance(15 * time.Minute)
	if writes := w.errorWrites(w.run().mustSucceed(t)); len(writes) > 0 {
		t.Errorf("the second run wrote %v", writes)
	}
}

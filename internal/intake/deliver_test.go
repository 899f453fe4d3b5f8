package intake

import (
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
)

func unknown(string) (int64, bool) { return 0, false }

// A message that consists of frames only has no line that starts an event in a log.
func TestDeliverFramesWithoutAHead(t *testing.T) {
	in := New(Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
	in.Deliver(Delivery{Events: []event.Event{{ID: "1", Source: "slack", Text: "    at pay (/app/src/pay.js:7:3)", Time: time.Unix(1, 0)}}}, unknown)
	if in.Events != 1 || len(in.Groups()) != 1 {
		t.Errorf("%d events in %d groups", in.Events, len(in.Groups()))
	}
}

// Rules match events, so a level that a rule sets for an event also applies to the event's Sentry issue.
func TestDeliverRaisesASentryIssue(t *testing.T) {
	lost, err := policy.Parse("message", "*lost")
	if err != nil {
		t.Fatal(err)
	}
	raise := policy.Rule{Match: policy.Match{Message: policy.Patterns{lost}}, Level: event.Fatal}
	in := New(Rules{Policy: policy.Policy{MinLevel: event.Error, Rules: []policy.Rule{raise}}}, safe.NewRedactor())
	issue := event.SentryIssue{ID: "4", Title: "Error: boom", Level: event.Error, State: event.Unresolved, Total: 1}
	newest := event.Event{ID: "e", Issue: "4", Message: "order lost", Level: event.Error}
	in.Deliver(Delivery{Issues: []event.SentryIssue{issue}, Newest: map[string]event.Event{"4": newest}}, unknown)
	if found := in.Groups(); len(found) != 1 || found[0].Sentry == nil || found[0].Sentry.Level != event.Fatal {
		t.Errorf("got %+v, %+v", found[0], found[0].Sentry)
	}
}

package sentry

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// FuzzEvent reads hostile events. Whatever they contain, the text shown next to the trace stays short and
// names no user, and no frame is lost.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{"eventID":"1","title":"t","platform":"python","tags":[{"key":"user","value":"ip:1.2.3.4"},{"key":"user.email","value":"a@b.c"},{"key":"os","value":"x"}]}`,
		`{"entries":[{"type":"exception","data":{"values":[{"type":"E","value":"v","module":"m","stacktrace":{"frames":[{"function":"f","lineNo":-3,"colNo":null}]}}]}}]}`,
		`{"entries":[{"type":"exception","data":{"values":[{"mechanism":{"exception_id":1,"parent_id":1,"source":"suppressed[0]"}}]}}]}`,
		`{"entries":[{"type":"threads","data":{"values":[{"stacktrace":{"frames":[{}]}}]}}],"message":"m","release":null}`,
		`{"contexts":{"user":{"email":"a@b.c"},"trace":[1],"app":{"name":"x","type":"app","user_email":"a@b.c"}},"entries":[{"type":"exception","data":7}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var w wireEvent
		if json.Unmarshal(data, &w) != nil {
			return
		}
		e := w.event(event.Event{Source: "sentry:acme", Issue: "7", Message: "title", Service: "web"})
		if e.Source != "sentry:acme" || e.Issue != "7" || e.Message == "" {
			t.Errorf("%+v", e)
		}
		facts := w.facts()
		if len(strings.ReplaceAll(facts, "\n", "")) > maxFacts {
			t.Errorf("%d bytes of facts", len(facts))
		}
		for _, line := range strings.Split(facts, "\n") {
			key, _, _ := strings.Cut(line, ":")
			if len(line) > maxValue || line != "" && personal.MatchString(key) && !strings.ContainsAny(key, " ") {
				t.Errorf("the line %q is shown", line)
			}
		}
		for _, x := range e.Exceptions {
			for _, f := range x.Frames {
				if f.Line < 0 || f.Column < 0 {
					t.Errorf("%+v", f)
				}
			}
		}
	})
}

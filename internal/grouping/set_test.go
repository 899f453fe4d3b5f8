package grouping

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func plain(s string) string { return s }

func exception(kind string, frames ...event.Frame) event.Event {
	return event.Event{Source: "s", Time: noon, Level: event.Error, Message: "request failed",
		Exceptions: []event.Exception{{Type: kind, Message: "boom", Frames: frames}}}
}

func app(function, file string) event.Frame {
	return event.Frame{Function: function, File: file, InApp: true}
}

func key(e event.Event) string {
	s := NewSet(plain)
	s.Add(e)
	return s.Groups()[0].Key
}

func TestSameError(t *testing.T) {
	library := event.Frame{Function: "emit", File: "/app/node_modules/x/index.js"}
	deep := []event.Frame{app("walk", "tree.js"), app("walk", "tree.js"), app("walk", "tree.js")}
	withService := func(e event.Event, service string) event.Event { e.Service = service; return e }
	said := func(e event.Event, message string) event.Event { e.Exceptions[0].Message = message; return e }
	causedBy := func(e event.Event, message string) event.Event {
		e.Exceptions = append(e.Exceptions, event.Exception{Type: "C", Message: message})
		return e
	}
	line := func(f event.Frame, n int) event.Frame { f.Line = n; return f }
	tests := []struct {
		name string
		a, b event.Event
		same bool
	}{
		{"another line", exception("E", line(app("f", "/a/x.js"), 1)), exception("E", line(app("f", "/a/x.js"), 9)), true},
		{"another folder", exception("E", app("f", "/usr/src/app/x.js")), exception("E", app("f", "./x.js")), true},
		{"another bundle hash", exception("E", app("f", "/a/main.3f2a9c1b.js")), exception("E", app("f", "/a/main.77e0a41c.js")), true},
		{"another lambda number", exception("E", event.Frame{Module: "a.B", Function: "lambda$run$3", InApp: true}), exception("E", event.Frame{Module: "a.B", Function: "lambda$run$4", InApp: true}), true},
		{"another address", exception("E", app("run/0x1f2e", "x.js")), exception("E", app("run/0x77aa", "x.js")), true},
		{"another closure number", exception("E", event.Frame{Module: "main", Function: "run.func1", InApp: true}), exception("E", event.Frame{Module: "main", Function: "run.func2", InApp: true}), true},
		{"deeper recursion", exception("E", deep...), exception("E", deep[:2]...), true},
		{"another library frame", exception("E", app("f", "x.js"), library), exception("E", app("f", "x.js")), true},
		{"another service, in-app frames", withService(exception("E", app("f", "x.js")), "a"), withService(exception("E", app("f", "x.js")), "b"), true},
		{"another service, no in-app frame", withService(exception("E", library), "a"), withService(exception("E", library), "b"), false},
		{"no in-app frame, another library frame", said(exception("E", library), "lost"), said(exception("E", event.Frame{Function: "Promise.all"}, library), "lost"), true},
		{"no in-app frame, another message", said(exception("E", library), "duplicate key"), said(exception("E", library), "no such table"), false},
		{"no in-app frame, another value", said(exception("E", library), "order 17 lost"), said(exception("E", library), "order 18 lost"), true},
		{"no in-app frame, another root cause", causedBy(exception("E", library), "refused"), causedBy(exception("E", library), "bad gateway"), false},
		{"no in-app frame, a root cause without a message", causedBy(exception("E", library), ""), exception("E", library), false},
		{"no in-app frame, another type", said(exception("E", library), "lost"), said(exception("F", library), "lost"), false},
		{"another type", exception("E", app("f", "x.js")), exception("F", app("f", "x.js")), false},
		{"another function", exception("E", app("f", "x.js")), exception("E", app("g", "x.js")), false},
		{"another module", exception("E", app("f", "x.js")), exception("E", app("f", "y.js")), false},
		{"another caller", exception("E", app("f", "x.js"), app("a", "x.js")), exception("E", app("f", "x.js"), app("b", "x.js")), false},
		{"a number in a name", exception("E", app("step1", "x.js")), exception("E", app("step2", "x.js")), false},
		{"anonymous function, another message", said(exception("E", app("", "routes.js")), "coupon expired"), said(exception("E", app("", "routes.js")), "no such file"), false},
		{"anonymous function, another id", said(exception("E", app("", "routes.js")), "order 1 lost"), said(exception("E", app("", "routes.js")), "order 2 lost"), true},
		{"named function, another message", said(exception("E", app("f", "routes.js")), "coupon expired"), said(exception("E", app("f", "routes.js")), "no such file"), true},
		{"message, another id", event.Event{Message: "order 1 lost"}, event.Event{Message: "order 2 lost"}, true},
		{"message, another service", event.Event{Message: "lost", Service: "a"}, event.Event{Message: "lost", Service: "b"}, false},
		{"message, another environment", event.Event{Message: "lost", Environment: "a"}, event.Event{Message: "lost", Environment: "b"}, true},
		{"a type without frames is no trace", event.Event{Message: "E: a", Exceptions: []event.Exception{{Type: "E"}}}, event.Event{Message: "E: b", Exceptions: []event.Exception{{Type: "E"}}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := key(tt.a) == key(tt.b); got != tt.same {
				t.Errorf("same error: %v, want %v", got, tt.same)
			}
		})
	}
}

func TestOrderOfEventsDoesNotMatter(t *testing.T) {
	var events []event.Event
	for i := range 200 {
		e := exception("E", app(fmt.Sprintf("f%c", 'a'+i%3), "x.js"))
		if i%5 == 0 {
			e = event.Event{Level: event.Fatal, Message: fmt.Sprintf("order %d lost", i)}
		}
		e.ID, e.Source, e.URL = fmt.Sprint(i), fmt.Sprint("source", i%2), fmt.Sprint("https://example.com/", i%7)
		e.Time = noon.Add(time.Duration(i/4) * 20 * time.Second)
		events = append(events, e)
	}
	groups := func() []*Group {
		s := NewSet(plain)
		for _, e := range events {
			s.Add(e)
		}
		return s.Groups()
	}
	want := groups()
	if len(want) != 4 {
		t.Fatalf("%d groups, want 4", len(want))
	}
	for range 10 {
		rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if diff := cmp.Diff(want, groups(), cmpopts.IgnoreUnexported(Group{})); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestCountsByMinute(t *testing.T) {
	s := NewSet(plain)
	for _, second := range []int{0, 59, 60, 61, 185} {
		s.Add(event.Event{Source: "s", Message: "lost", Time: noon.Add(time.Duration(second) * time.Second)})
	}
	g := s.Groups()[0]
	minute := count.MinuteOf(noon)
	want := map[count.Minute]int64{minute: 2, minute + 1: 2, minute + 3: 1}
	if diff := cmp.Diff(want, g.Sources["s"].Cells); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsAreNoPartOfATemplate(t *testing.T) {
	redact := func(s string) string {
		return strings.NewReplacer("hunterA", Wildcard, "hunterB", Wildcard).Replace(s)
	}
	s := NewSet(redact)
	s.Add(event.Event{Source: "s", Message: "login with hunterA failed"})
	s.Add(event.Event{Source: "s", Message: "login with hunterB failed"})
	groups := s.Groups()
	if len(groups) != 1 || groups[0].Template != "login with <*> failed" {
		t.Errorf("%d groups, the first with template %q", len(groups), groups[0].Template)
	}
}

func TestAliases(t *testing.T) {
	e := exception("TypeError", app("f", "x.js"))
	e.Service = "shop"
	s := NewSet(plain)
	s.Add(e)
	want := []string{
		MessageKey("shop", "request failed"), MessageKey("", "request failed"),
		MessageKey("shop", "TypeError: boom"), MessageKey("", "TypeError: boom"),
	}
	if diff := cmp.Diff(want, s.Groups()[0].Aliases); diff != "" {
		t.Error(diff)
	}
}

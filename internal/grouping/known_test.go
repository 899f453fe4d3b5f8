package grouping

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

func said(service, message string) event.Event {
	return event.Event{Source: "s", Service: service, Message: message}
}

// summary holds the properties of a group that tests compare.
type summary struct {
	Key, Service, Template string
	Also                   []string
	Count                  int64
}

func summarise(known []Known, events ...event.Event) []summary {
	s := NewSet(plain)
	s.Know(known)
	for _, e := range events {
		s.Add(e)
	}
	var all []summary
	for _, g := range s.Groups() {
		all = append(all, summary{g.Key, g.Service, g.Template, g.Also, total(g)})
	}
	return all
}

// total returns the number of a group's events in all sources.
func total(g *Group) (n int64) {
	for _, t := range g.Sources {
		n += t.Total()
	}
	return n
}

func TestIdentity(t *testing.T) {
	const orders, refunds, both = "queue orders is full of messages", "queue refunds is full of messages", "queue <*> is full of messages"
	tests := []struct {
		name   string
		known  []Known
		events []event.Event
		want   []summary
	}{
		{"new", nil, []event.Event{said("a", "order 1 lost"), said("a", "order 2 lost")},
			[]summary{{MessageKey("a", "order <*> lost"), "a", "order <*> lost", nil, 2}}},
		{"new and merged: it is also known by what it was merged from", nil, []event.Event{said("a", orders), said("a", refunds)},
			[]summary{{MessageKey("a", both), "a", both, []string{MessageKey("a", orders), MessageKey("a", refunds)}, 2}}},
		{"known: it keeps its key and widens", []Known{{"msg1:k", "a", orders}}, []event.Event{said("a", refunds)},
			[]summary{{"msg1:k", "a", both, []string{MessageKey("a", refunds)}, 1}}},
		{"known and not seen", []Known{{"msg1:k", "a", orders}}, nil, nil},
		{"known elsewhere: another service is another error", []Known{{"msg1:k", "a", both}}, []event.Event{said("b", refunds)},
			[]summary{{MessageKey("b", both), "b", both, []string{MessageKey("b", refunds)}, 1}}},
		{"no service: the oldest known", []Known{{"msg1:k", "a", both}, {"msg1:l", "b", both}}, []event.Event{said("", refunds), said("b", refunds)},
			[]summary{
				{"msg1:k", "", both, []string{MessageKey("", refunds)}, 1},
				{"msg1:l", "b", both, []string{MessageKey("b", refunds)}, 1},
			}},
		{"no service: it is counted with the known one's", []Known{{"msg1:k", "a", both}}, []event.Event{said("", orders), said("a", orders)},
			[]summary{{"msg1:k", "a", both, []string{MessageKey("", orders), MessageKey("a", orders)}, 2}}},
		{"two known ones turn out to be one", []Known{{"msg1:k", "a", refunds}, {"msg1:l", "a", orders}}, []event.Event{said("a", orders)},
			[]summary{{"msg1:k", "a", both, []string{"msg1:l", MessageKey("a", orders)}, 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := summarise(tt.known, tt.events...)
			for i := range got {
				slices.Sort(got[i].Also)
			}
			for i := range tt.want {
				slices.Sort(tt.want[i].Also)
			}
			slices.SortFunc(tt.want, func(a, b summary) int { return strings.Compare(a.Key, b.Key) })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCarry(t *testing.T) {
	known := []Known{{"msg1:k", "a", "queue refunds is full of messages"}, {"msg1:l", "a", "queue orders is full of messages"}, {"msg1:m", "a", "disk is full"}}
	s := NewSet(plain)
	s.Know(known)
	s.Add(said("a", "queue orders is full of messages"))
	s.Add(said("a", "order 5 lost"))
	want := []Known{{"msg1:k", "a", "queue <*> is full of messages"}, {"msg1:m", "a", "disk is full"}, {MessageKey("a", "order <*> lost"), "a", "order <*> lost"}}
	if diff := cmp.Diff(want, Carry(known, s.Groups())); diff != "" {
		t.Error(diff)
	}
}

func TestGroupOf(t *testing.T) {
	s := NewSet(plain)
	order, trace := s.Add(said("a", "order 1 lost")), s.Add(exception("E", app("f", "x.js")))
	again := s.Add(said("a", "order 2 lost"))
	groups := s.Groups()
	if len(groups) != 2 || s.GroupOf(order) != s.GroupOf(again) || s.GroupOf(order) == s.GroupOf(trace) {
		t.Errorf("%d groups: %p %p %p", len(groups), s.GroupOf(order), s.GroupOf(again), s.GroupOf(trace))
	}
	if order.Masks != maskNumber || trace.Masks != 0 {
		t.Errorf("masks %v and %v", order.Masks.Names(), trace.Masks.Names())
	}
}

// With more templates than a run may keep, memory stays bounded, no event is lost, order does not matter, and
// known templates keep their keys.
func TestTooManyTemplates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	known := []Known{{"msg1:k", "a", "login of <*> rejected by gateway because of quota"}}
	var events []event.Event
	for i := range maxTemplates + 5000 {
		var b strings.Builder
		for range 8 {
			fmt.Fprintf(&b, "%c%c%c ", 'a'+r.IntN(26), 'a'+r.IntN(26), 'a'+r.IntN(26))
		}
		events = append(events, said("a", fmt.Sprintf("import failed: %s", b.String())))
		if i%10 == 0 {
			events = append(events, said("a", "login of q"+b.String()[:3]+" rejected by gateway because of quota"))
		}
	}
	want := summarise(known, events...)
	if len(want) > maxTemplates {
		t.Errorf("%d groups", len(want))
	}
	var count int64
	for _, g := range want {
		count += g.Count
		if g.Key == "msg1:k" && (g.Count != 2500 || g.Template != known[0].Template) {
			t.Errorf("the known template %q counts %d, want 2500", g.Template, g.Count)
		}
	}
	if count != int64(len(events)) {
		t.Errorf("%d events counted, want %d", count, len(events))
	}
	rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	if diff := cmp.Diff(want, summarise(known, events...)); diff != "" {
		t.Error("the order of events matters")
	}
}

// More services than a run may keep, each with one message, end up as one error.
func TestTooManyServices(t *testing.T) {
	var events []event.Event
	for i := range maxTemplates + 100 {
		events = append(events, said(fmt.Sprint("service", i), "lost"))
	}
	got := summarise(nil, events...)
	if len(got) != 1 || got[0].Count != int64(len(events)) || got[0].Service != "" || got[0].Template != "" {
		t.Errorf("%d groups, the first %v", len(got), got[0])
	}
}

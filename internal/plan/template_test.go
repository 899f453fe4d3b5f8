package plan

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// templated returns an open issue for a message.
func templated(number int, key, service, template string, n int64) Issue {
	i := issue(number, key, n)
	i.Marker.Service, i.Marker.Template = service, template
	return i
}

// joined returns a group with the keys of several issues or rows.
func joined(keys ...string) *grouping.Group {
	g := message(keys[0], "shop", "queue <*> is full")
	g.Also = keys[1:]
	return g
}

func TestKnown(t *testing.T) {
	duplicate := templated(4, "msg1:d", "shop", "d", 1)
	duplicate.Marker.DupOf = 1
	got := Known([]Issue{
		templated(3, "msg1:c", "shop", "c <*>", 1),
		templated(2, "exc1:b", "shop", "text of an exception", 1),
		templated(1, "msg1:a", "", "a", 1),
		duplicate,
		templated(5, "msg1:e", "shop", "", 1), // its marker was damaged
	}, []marker.Row{{Marker: templated(0, "msg1:w", "shop", "w", 1).Marker}})
	want := []grouping.Known{{Key: "msg1:a", Template: "a"}, {Key: "msg1:c", Service: "shop", Template: "c <*>"},
		{Key: "msg1:d", Service: "shop", Template: "d"}, {Key: "msg1:w", Service: "shop", Template: "w"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTemplatesThatTurnOutToBeOne(t *testing.T) {
	orders, refunds := templated(1, "msg1:a", "shop", "queue orders is full", 5), templated(2, "msg1:b", "shop", "queue refunds is full", 7)
	muted := closed(orders, NotPlanned, time.Hour)
	waiting := row("msg1:b", 7, OverMax)
	exception := templated(1, "exc1:x", "shop", "boom", 5)
	exception.Marker.Own("msg1:a")
	both := []*grouping.Group{joined("msg1:a", "msg1:b")}
	tests := []struct {
		name string
		in   Input
		want []outcome
	}{
		{"the younger issue closes, and both counts stay", Input{Issues: []Issue{refunds, orders}, Groups: both},
			[]outcome{{1, "msg1:a", Update, Merged, 13}, {2, "msg1:b", Close, Duplicate, 7}}},
		{"what two runs filed twice counts once", Input{Issues: []Issue{orders, refunds, templated(3, "msg1:b", "shop", "queue refunds is full", 9)}, Groups: both},
			[]outcome{{1, "msg1:a", Update, Merged, 15}, {2, "msg1:b", Close, Duplicate, 7}, {3, "msg1:b", Close, Duplicate, 9}}},
		{"a muted one stays as it is", Input{Issues: []Issue{muted, refunds}, Groups: both},
			[]outcome{{1, "msg1:a", Mute, NotPlanned, 5}, {2, "msg1:b", Update, MoreEvents, 8}}},
		{"a waiting one hands over its counts", Input{Issues: []Issue{orders}, Waiting: []marker.Row{waiting}, Groups: both},
			[]outcome{{1, "msg1:a", Update, Merged, 13}}},
		{"two that wait become one", Input{Waiting: []marker.Row{row("msg1:a", 5, OverMax), waiting}, Groups: both},
			[]outcome{{0, "msg1:a", Create, FirstSeen, 13}}},
		{"a key that an exception took over proves nothing", Input{Issues: []Issue{exception, refunds}, Groups: []*grouping.Group{joined("msg1:b", "msg1:a")}},
			[]outcome{{1, "exc1:x", Keep, NothingNew, 5}, {2, "msg1:b", Update, MoreEvents, 8}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Now, tt.in.Rules = now, Rules{MinEvents: 1, MaxNew: 10}
			if diff := cmp.Diff(tt.want, outcomes(Plan(tt.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// If a run died between the two writes, the next one closes the younger issue and does not add its counts
// again.
func TestJoinIsHealed(t *testing.T) {
	in := Input{Now: now, Rules: Rules{MinEvents: 1, MaxNew: 10}, Groups: []*grouping.Group{joined("msg1:a", "msg1:b")},
		Issues: []Issue{templated(1, "msg1:a", "shop", "queue orders is full", 5), templated(2, "msg1:b", "shop", "queue refunds is full", 7)}}
	in.Issues[0].Marker = Plan(in)[0].Next
	want := []outcome{{1, "msg1:a", Keep, NothingNew, 13}, {2, "msg1:b", Close, Duplicate, 7}}
	if diff := cmp.Diff(want, outcomes(Plan(in))); diff != "" {
		t.Error(diff)
	}
}

func TestTemplateWidens(t *testing.T) {
	in := Input{Now: now, Rules: Rules{MinEvents: 1, MaxNew: 10}, Groups: []*grouping.Group{joined("msg1:a")},
		Issues: []Issue{templated(1, "msg1:a", "shop", "queue orders is full", 5)}}
	next := Plan(in)[0].Next
	if next.Template != "queue <*> is full" || next.Keys[0] != "msg1:a" {
		t.Errorf("template %q, key %s", next.Template, next.Keys[0])
	}
	exception := templated(1, "exc1:x", "shop", "boom", 5)
	exception.Marker.Own("msg1:a")
	in.Issues = []Issue{exception}
	if next := Plan(in)[0].Next; next.Template != "boom" {
		t.Errorf("an exception's template became %q", next.Template)
	}
}

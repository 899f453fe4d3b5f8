package plan

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/policy"
)

// TestSentryAndNames covers plans with Sentry issues, and with names that rules give to errors.
func TestSentryAndNames(t *testing.T) {
	tracked := issue(2, "sen1:7", 3)
	tracked.Marker.SetTotal("7", 3, marker.Page{})
	tracked.Marker.Alias("exc1:a")
	older := tracked
	older.Number = 1
	plain, aliased, ofGoneRule := issue(1, "exc1:a", 1), issue(2, "exc1:b", 1), row(grouping.NamedKey("gone"), 2, OverMax)
	aliased.Marker.Alias("exc1:c")
	ofGoneRule.Marker.Grouped = []string{"exc1:a", "exc1:d"}
	fromSentry := func(id string, eventKeys ...string) *grouping.Group {
		return &grouping.Group{Key: "sen1:" + id, EventKeys: eventKeys, Sentry: &event.SentryIssue{ID: id, Total: 5}}
	}
	locked, follows, both := issue(2, "msg1:b", 1), issue(3, "msg1:b", 1), group("msg1:b", 1, 0)
	locked.Locked, follows.Marker.After, both.Type, both.Also = true, 2, "", []string{"msg1:a"}
	follows.Marker.Own("msg1:a")
	named, ofName := group("exc1:a", 4, time.Minute), row(grouping.NamedKey("cart"), 2, OverMax)
	named.Name = grouping.NamedKey("cart")
	lockedName, cart := locked, Rules{Policy: policy.Policy{Rules: []policy.Rule{{Group: "cart"}}}}
	lockedName.Number, lockedName.Marker = 1, issue(1, grouping.NamedKey("cart"), 7).Marker
	tests := []struct {
		name string
		in   Input
		want []outcome
	}{
		{"the issue of the name is locked", Input{Rules: cart, Issues: []Issue{lockedName, issue(2, "exc1:a", 5)}, Groups: []*grouping.Group{named}},
			[]outcome{{1, grouping.NamedKey("cart"), Keep, Locked, 7}, {2, "exc1:a", Update, Merged, 9}}},
		{"both sides are done", Input{Issues: []Issue{closed(tracked, "", time.Hour)}, States: map[string]event.State{"7": event.Resolved}},
			[]outcome{{2, "sen1:7", Update, SentryNoted, 3}}},
		{"quiet, but Sentry was not read", Input{Rules: Rules{CloseAfter: time.Minute}, ReadsSentry: true, Read: map[string]time.Time{shop: now}, Issues: []Issue{tracked}},
			[]outcome{{2, "sen1:7", Keep, NothingNew, 3}}},
		{"two sources filed one error, the log first", Input{Issues: []Issue{tracked, issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Update, Merged, 5}, {2, "sen1:7", Close, Duplicate, 3}}},
		{"two sources filed one error, Sentry first", Input{Issues: []Issue{older, issue(2, "exc1:a", 5)}},
			[]outcome{{1, "sen1:7", Update, Merged, 5}, {2, "exc1:a", Close, Duplicate, 5}}},
		{"a row of the name", Input{Waiting: []marker.Row{ofName}, Groups: []*grouping.Group{named}},
			[]outcome{{0, ofName.Marker.Keys[0], Create, FirstSeen, 6}}},
		{"a Sentry issue takes one error only", Input{Issues: []Issue{plain, aliased},
			Groups: []*grouping.Group{fromSentry("7", "exc1:a", "exc1:c"), fromSentry("8", "exc1:c")}},
			[]outcome{{1, "exc1:a", Update, MoreEvents, 5}, {2, "exc1:b", Update, MoreEvents, 5}}},
		{"one message in two issues, the later of which follows a locked one", Input{Issues: []Issue{issue(1, "msg1:a", 1), locked, follows},
			Groups: []*grouping.Group{both}},
			[]outcome{{1, "msg1:a", Update, Merged, 3}, {2, "msg1:b", Keep, Locked, 1}, {3, "msg1:b", Close, Duplicate, 1}}},
		{"a row of a rule that is gone", Input{Issues: []Issue{plain}, Waiting: []marker.Row{ofGoneRule}, Groups: []*grouping.Group{group("exc1:a", 1, 0)},
			Read: map[string]time.Time{shop: now}},
			[]outcome{{1, "exc1:a", Update, MoreEvents, 2}, {0, ofGoneRule.Marker.Keys[0], Create, FirstSeen, 2}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Now, tt.in.Rules.MinEvents, tt.in.Rules.MaxNew = now, 1, 10
			if diff := cmp.Diff(tt.want, outcomes(Plan(tt.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A successor of a locked issue does not count the same deliveries again. If it is filed from a waiting
// row, its marker names the locked issue too.
func TestNextIssueOfALockedOne(t *testing.T) {
	locked := issue(1, "exc1:a", 0)
	locked.Locked = true
	delivery := func(ids ...string) count.IDs {
		var all count.IDs
		all.Add(count.MinuteOf(now).Day(), ids...)
		return all
	}
	var inbox count.Inbox
	inbox.Take(delivery("a").Hashed())
	locked.Marker.SetInbox("slack", inbox)
	g := group("exc1:a", 1, time.Minute)
	g.Deliveries = map[string]*count.Inbox{"slack": {IDs: delivery("a", "b", "c")}}
	rules := Rules{MinEvents: 1, MaxNew: 10}
	actions := Plan(Input{Now: now, Rules: rules, Issues: []Issue{locked}, Groups: []*grouping.Group{g}})
	if next := actions[1].Next; next.Deliveries["slack"].Count != 2 {
		t.Errorf("%d deliveries counted, want 2", next.Deliveries["slack"].Count)
	}
	waiting := []marker.Row{row("exc1:a", 2, OverMax)}
	actions = Plan(Input{Now: now, Rules: rules, Issues: []Issue{locked}, Waiting: waiting, Read: map[string]time.Time{shop: now}})
	if filed := actions[1]; filed.Kind != Create || filed.Next.After != 1 {
		t.Errorf("%s after #%d", filed.Kind, filed.Next.After)
	}
}

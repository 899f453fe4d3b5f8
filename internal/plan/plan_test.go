package plan

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

const shop = "cloudwatch:eu-central-1:/ecs/shop"

// group returns the group of an error that was seen n times, most recently the given time ago.
func group(key string, n int64, ago time.Duration) *grouping.Group {
	at := now.Add(-ago)
	return &grouping.Group{
		Key: key, Template: "boom " + key, Type: "Error", Level: event.Error, First: at, Last: at,
		Sources: map[string]*count.Tally{shop: {Cells: map[count.Minute]int64{count.MinuteOf(at): n}, Newest: count.At(at), URL: "https://example.com/" + key}},
	}
}

func message(key, service, template string) *grouping.Group {
	g := group(key, 1, time.Minute)
	g.Type, g.Service, g.Template = "", service, template
	return g
}

// issue returns a tracked issue that counted n events, the last one an hour ago.
func issue(number int, key string, n int64) Issue {
	i := Issue{Number: number, Title: key, Open: true, Marker: marker.Marker{Keys: []string{key}, Level: "error"}}
	i.Marker.Span(now.Add(-2*time.Hour), now.Add(-time.Hour))
	i.Marker.SetSource(shop, count.Tally{Frozen: n, Through: count.MinuteOf(now.Add(-time.Hour))})
	return i
}

func createdAgo(number int, ago time.Duration) Issue {
	i := issue(number, fmt.Sprint("exc1:", number), 5)
	i.Created = now.Add(-ago)
	return i
}

func closed(i Issue, why Reason, ago time.Duration) Issue {
	i.Open, i.Closed, i.ClosedAt = false, why, now.Add(-ago)
	return i
}

func row(key string, n int64, why Reason) marker.Row {
	i := issue(0, key, n)
	return marker.Row{Title: key, Reason: string(why), Marker: i.Marker}
}

type outcome struct {
	Number int
	Key    string
	Kind   Kind
	Reason Reason
	Count  int64
}

func outcomes(actions []Action) []outcome {
	var all []outcome
	for _, a := range actions {
		all = append(all, outcome{a.Issue.Number, a.Next.Keys[0], a.Kind, a.Reason, a.Count()})
	}
	return all
}

func TestPlan(t *testing.T) {
	ignored := issue(1, "exc1:a", 5)
	ignored.Ignored = true
	damaged := Issue{Number: 1, Open: true, Damaged: true, Marker: marker.Marker{Keys: []string{"exc1:a"}}}
	alias := issue(1, "exc1:a", 5)
	alias.Marker.Alias("msg1:x")
	ahead := closed(issue(1, "exc1:a", 5), "", 10*time.Minute)
	ahead.Marker.Span(now, now.Add(5*time.Minute))
	ahead.Marker.SetSource(shop, count.Tally{Frozen: 4, Through: count.MinuteOf(now.Add(-time.Hour)),
		Cells: map[count.Minute]int64{count.MinuteOf(now.Add(5 * time.Minute)): 1}})
	aheadAgain := group("exc1:a", 1, -5*time.Minute)
	aheadAgain.Sources[shop].Cells[count.MinuteOf(now.Add(-15*time.Minute))] = 1

	quiet := closed(issue(1, "exc1:a", 5), "", 10*time.Minute)
	quiet.Marker.Quiet = count.At(now.Add(-40 * time.Minute))

	double := issue(2, "exc1:a", 7)
	double.Marker.Alias("msg1:x")
	doubled := issue(2, "exc1:a", 7)
	doubled.Marker.Own("msg1:b")
	aliased := row("exc1:a", 2, OverMax)
	aliased.Marker.Alias("msg1:x")

	tests := []struct {
		name string
		in   Input
		want []outcome
	}{
		{"first seen", Input{Groups: []*grouping.Group{group("exc1:a", 3, time.Minute)}},
			[]outcome{{0, "exc1:a", Create, FirstSeen, 3}}},
		{"more events", Input{Issues: []Issue{issue(1, "exc1:a", 5)}, Groups: []*grouping.Group{group("exc1:a", 3, time.Minute)}},
			[]outcome{{1, "exc1:a", Update, MoreEvents, 8}}},
		{"events of frozen minutes are no news", Input{Issues: []Issue{issue(1, "exc1:a", 5)}, Groups: []*grouping.Group{group("exc1:a", 3, 2*time.Hour)}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}}},
		{"nothing seen", Input{Issues: []Issue{issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}}},
		{"regression", Input{Issues: []Issue{closed(issue(1, "exc1:a", 5), "", 30*time.Minute)}, Groups: []*grouping.Group{group("exc1:a", 1, time.Minute)}},
			[]outcome{{1, "exc1:a", Reopen, Regression, 6}}},
		{"late events reopen nothing", Input{Issues: []Issue{closed(issue(1, "exc1:a", 5), "", 10*time.Minute)}, Groups: []*grouping.Group{group("exc1:a", 1, 20*time.Minute)}},
			[]outcome{{1, "exc1:a", Update, LateEvents, 6}}},
		{"an event ahead of the clock reopens nothing twice", Input{Issues: []Issue{ahead}, Groups: []*grouping.Group{aheadAgain}},
			[]outcome{{1, "exc1:a", Update, LateEvents, 6}}},
		{"closed as not planned", Input{Issues: []Issue{closed(issue(1, "exc1:a", 5), NotPlanned, time.Hour)}, Groups: []*grouping.Group{group("exc1:a", 1, time.Minute)}},
			[]outcome{{1, "exc1:a", Mute, NotPlanned, 6}}},
		{"closed as duplicate", Input{Issues: []Issue{closed(issue(1, "exc1:a", 5), ClosedAsDup, time.Hour)}, Groups: []*grouping.Group{group("exc1:a", 1, time.Minute)}},
			[]outcome{{1, "exc1:a", Mute, ClosedAsDup, 6}}},
		{"ignored", Input{Issues: []Issue{ignored}, Groups: []*grouping.Group{group("exc1:a", 1, time.Minute)}},
			[]outcome{{1, "exc1:a", Mute, IgnoreLabel, 6}}},
		{"damaged marker", Input{Issues: []Issue{damaged}, Groups: []*grouping.Group{group("exc1:a", 2, time.Minute)}},
			[]outcome{{1, "exc1:a", Update, Repaired, 2}}},
		{"quiet", Input{Rules: Rules{CloseAfter: 30 * time.Minute}, Read: map[string]time.Time{shop: now}, Issues: []Issue{issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Close, Quiet, 5}}},
		{"quiet, but its source is down", Input{Rules: Rules{CloseAfter: 30 * time.Minute}, Issues: []Issue{issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}}},
		{"quiet as far as it was read", Input{Rules: Rules{CloseAfter: 30 * time.Minute}, Read: map[string]time.Time{shop: now.Add(-45 * time.Minute)}, Issues: []Issue{issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}}},
		{"what came late after errmon's own closing reopens", Input{Issues: []Issue{quiet}, Groups: []*grouping.Group{group("exc1:a", 1, 20*time.Minute)}},
			[]outcome{{1, "exc1:a", Reopen, Regression, 6}}},
		{"not yet quiet", Input{Rules: Rules{CloseAfter: 2 * time.Hour}, Read: map[string]time.Time{shop: now}, Issues: []Issue{issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}}},
		{"below min-events", Input{Rules: Rules{MinEvents: 4, MaxNew: 9}, Groups: []*grouping.Group{group("exc1:a", 3, time.Minute)}},
			[]outcome{{0, "exc1:a", Wait, BelowMin, 3}}},
		{"a row and new events reach min-events", Input{Rules: Rules{MinEvents: 4, MaxNew: 9}, Waiting: []marker.Row{row("exc1:a", 2, BelowMin)}, Groups: []*grouping.Group{group("exc1:a", 2, time.Minute)}},
			[]outcome{{0, "exc1:a", Create, FirstSeen, 4}}},
		{"thirty a day", Input{Rules: Rules{MinEvents: 1, MaxNew: 9, MaxNewPerDay: 2}, Issues: []Issue{createdAgo(1, time.Hour), createdAgo(2, 25*time.Hour)},
			Groups: []*grouping.Group{group("exc1:a", 1, time.Minute), group("exc1:b", 9, time.Minute)}},
			[]outcome{{1, "exc1:1", Keep, NothingNew, 5}, {2, "exc1:2", Keep, NothingNew, 5}, {0, "exc1:b", Create, FirstSeen, 9}, {0, "exc1:a", Wait, OverDay, 1}}},
		{"ticked, whatever the limits", Input{Rules: Rules{MinEvents: 4, MaxNew: 9, MaxNewPerDay: 1}, Ticked: []string{"exc1:a"}, Read: map[string]time.Time{shop: now},
			Issues: []Issue{createdAgo(1, time.Hour)}, Waiting: []marker.Row{row("exc1:a", 2, BelowMin), row("exc1:b", 9, OverDay)}},
			[]outcome{{1, "exc1:1", Keep, NothingNew, 5}, {0, "exc1:b", Wait, OverDay, 9}, {0, "exc1:a", Create, Ticked, 2}}},
		{"ticked, but its source was not read", Input{Ticked: []string{"exc1:a"}, Waiting: []marker.Row{row("exc1:a", 2, OverMax)}},
			[]outcome{{0, "exc1:a", Wait, Unread, 2}}},
		{"ticked, but an issue has it by now", Input{Ticked: []string{"exc1:a"}, Issues: []Issue{issue(1, "exc1:a", 5)}, Waiting: []marker.Row{row("exc1:a", 2, OverMax)}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}}},
		{"the most frequent get the room", Input{Rules: Rules{MinEvents: 1, MaxNew: 1}, Groups: []*grouping.Group{group("exc1:a", 1, time.Minute), group("exc1:b", 9, time.Minute)}},
			[]outcome{{0, "exc1:b", Create, FirstSeen, 9}, {0, "exc1:a", Wait, OverMax, 1}}},
		{"a row is filed when there is room, its lines gone", Input{Waiting: []marker.Row{row("exc1:a", 2, OverMax)}, Read: map[string]time.Time{shop: now}},
			[]outcome{{0, "exc1:a", Create, FirstSeen, 2}}},
		{"a row is met by an alias, and by its key at once", Input{Waiting: []marker.Row{aliased},
			Groups: []*grouping.Group{group("exc1:a", 1, time.Minute), message("msg1:x", "", "boom")}},
			[]outcome{{0, "exc1:a", Create, FirstSeen, 4}}},
		{"a row waits while its source is down", Input{Waiting: []marker.Row{row("exc1:a", 2, OverMax)}},
			[]outcome{{0, "exc1:a", Wait, OverMax, 2}}},
		{"a row whose error has an issue hands over its counts", Input{Waiting: []marker.Row{row("exc1:a", 7, OverMax)}, Issues: []Issue{issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Update, Merged, 7}}},
		{"two runs filed one error", Input{Issues: []Issue{issue(2, "exc1:a", 7), issue(1, "exc1:a", 5)}},
			[]outcome{{1, "exc1:a", Update, Merged, 7}, {2, "exc1:a", Close, Duplicate, 7}}},
		{"an alias of a double finds the original", Input{Issues: []Issue{issue(1, "exc1:a", 5), double}, Groups: []*grouping.Group{message("msg1:x", "", "boom")}},
			[]outcome{{1, "exc1:a", Update, Merged, 8}, {2, "exc1:a", Close, Duplicate, 7}}},
		{"a row of a double hands its counts to the original", Input{Issues: []Issue{issue(1, "exc1:a", 5), doubled}, Waiting: []marker.Row{row("msg1:b", 9, OverMax)}},
			[]outcome{{1, "exc1:a", Update, Merged, 9}, {2, "exc1:a", Close, Duplicate, 7}}},
		{"a muted double is left alone", Input{Issues: []Issue{issue(1, "exc1:a", 5), closed(issue(2, "exc1:a", 7), NotPlanned, time.Hour)}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}, {2, "exc1:a", Mute, NotPlanned, 7}}},
		{"an alias finds the issue, which owns the key from then on", Input{Issues: []Issue{alias}, Groups: []*grouping.Group{message("msg1:x", "", "boom")}},
			[]outcome{{1, "exc1:a", Update, MoreEvents, 6}}},
		{"an owner goes before an alias", Input{Issues: []Issue{alias, issue(2, "msg1:x", 1)}, Groups: []*grouping.Group{message("msg1:x", "", "boom")}},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}, {2, "msg1:x", Update, MoreEvents, 2}}},
		{"five services, five errors, and one without a service joins the first", Input{Groups: []*grouping.Group{
			message("msg1:1", "a", "refused"), message("msg1:2", "b", "refused"), message("msg1:0", "", "refused")}},
			[]outcome{{0, "msg1:1", Create, FirstSeen, 2}, {0, "msg1:2", Create, FirstSeen, 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Now = now
			if tt.in.Rules.MinEvents == 0 {
				tt.in.Rules.MinEvents, tt.in.Rules.MaxNew = 1, 10
			}
			if diff := cmp.Diff(tt.want, outcomes(Plan(tt.in))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanTwiceIsQuiet(t *testing.T) {
	in := Input{Now: now, Rules: Rules{MinEvents: 1, MaxNew: 10, Lateness: 15 * time.Minute}, Read: map[string]time.Time{shop: now},
		Issues: []Issue{issue(1, "exc1:a", 5)}, Groups: []*grouping.Group{group("exc1:a", 3, time.Minute), group("exc1:b", 3, 20*time.Minute)}}
	for i, a := range Plan(in) {
		in.Issues = append(in.Issues[:i], Issue{Number: i + 1, Open: true, Marker: a.Next})
	}
	for _, a := range Plan(in) {
		if a.Kind != Keep {
			t.Errorf("%s is %s again: %s", a.Next.Keys[0], a.Kind, a.Reason)
		}
	}
}

func TestPlanDoesNotDependOnOrder(t *testing.T) {
	var in Input
	in.Now, in.Rules = now, Rules{MinEvents: 2, MaxNew: 5}
	for i := range 12 {
		key := fmt.Sprintf("exc1:%d", i)
		in.Groups = append(in.Groups, group(key, int64(1+i%4), time.Duration(i)*time.Minute), message("msg1:"+key, "", key))
		if i%3 == 0 {
			in.Issues = append(in.Issues, issue(i+1, key, 2), issue(i+30, key, 3))
		}
	}
	want := outcomes(Plan(in))
	for range 20 {
		rand.Shuffle(len(in.Groups), func(i, j int) { in.Groups[i], in.Groups[j] = in.Groups[j], in.Groups[i] })
		rand.Shuffle(len(in.Issues), func(i, j int) { in.Issues[i], in.Issues[j] = in.Issues[j], in.Issues[i] })
		if diff := cmp.Diff(want, outcomes(Plan(in))); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestTitle(t *testing.T) {
	said := func(messages ...string) event.Event {
		e := event.Event{Message: messages[0]}
		for _, m := range messages[1:] {
			e.Exceptions = append(e.Exceptions, event.Exception{Message: m})
		}
		return e
	}
	cart := event.Frame{Module: "com.acme.shop.Cart", Function: "total"}
	one, several, public := Titles{}, Titles{Services: true}, Titles{Public: true}
	tests := []struct {
		name   string
		titles Titles
		g      grouping.Group
		want   string
	}{
		{"one service", one, grouping.Group{Type: "TypeError", Template: "x is undefined", Place: event.Frame{Function: "Cart.total"}, Service: "shop"},
			"TypeError: x is undefined in Cart.total"},
		{"several services", several, grouping.Group{Type: "TypeError", Template: "x is undefined", Place: event.Frame{Function: "Cart.total"}, Service: "shop"},
			"TypeError: x is undefined in Cart.total [shop]"},
		{"service that the message names", several, grouping.Group{Template: "db is down", Service: "db"}, "db is down"},
		{"class and method", one, grouping.Group{Type: "java.lang.IllegalStateException", Place: cart}, "IllegalStateException in Cart.total"},
		{"inner class", one, grouping.Group{Type: "com.acme.Payments$PaymentException", Template: "no"}, "PaymentException: no"},
		{"Ruby's and PHP's modules", one, grouping.Group{Type: "ActiveRecord::RecordNotFound", Template: "no"}, "RecordNotFound: no"},
		{"class that says too little", one, grouping.Group{Type: "psycopg2.Error", Template: "no"}, "psycopg2.Error: no"},
		{"object of Scala", one, grouping.Group{Type: "shop.pay.Declined$", Template: "no"}, "Declined: no"},
		{"type with a code", one, grouping.Group{Type: "RangeError [ERR_OUT.x]", Template: "no"}, "RangeError [ERR_OUT.x]: no"},
		{"message that begins with its type", one, grouping.Group{Type: "runtime error", Template: "runtime error: x"}, "runtime error: x"},
		{"repeated words", one, grouping.Group{Template: "request failed: Request failed: no no cart"}, "request failed: no cart"},
		{"anonymous function", one, grouping.Group{Type: "TypeError", Place: event.Frame{File: "/app/src/cart.js"}}, "TypeError in cart.js"},
		{"place that the message names", one, grouping.Group{Type: "panic", Template: "Cart.total is nil", Place: event.Frame{Function: "Cart.total"}}, "panic: Cart.total is nil"},
		{"value", one, grouping.Group{Template: "disk <*> is full", Sample: said("disk 17 is full")}, "disk … is full"},
		{"value first", one, grouping.Group{Template: "<*> - <*>: task timed out", Sample: said("1 - 2: task timed out")}, "task timed out"},
		{"value in brackets first", one, grouping.Group{Template: "[<*>] (<*>) \"<*>\" [shop] timed out"}, "[shop] timed out"},
		{"quoted value first", one, grouping.Group{Template: `'<*>': "<*>", <*>'s lock`}, "s lock"},
		{"quoted name first", one, grouping.Group{Template: "'<*>' is missing", Sample: said("'price' is missing")}, "'price' is missing"},
		{"sentence before a place", one, grouping.Group{Type: "TypeError", Template: "It is null.", Place: cart}, "TypeError: It is null in Cart.total"},
		{"an object of Node below", one, grouping.Group{Template: "decryption operation failed {"}, "decryption operation failed"},
		{"a brace that an exception names", one, grouping.Group{Type: "SyntaxError", Template: "Unexpected token {"}, "SyntaxError: Unexpected token {"},
		{"values only", one, grouping.Group{Template: "<*>"}, "(empty message)"},
		{"quoted name", one, grouping.Group{Type: "TypeError", Template: "no <*> (reading '<*>')", Sample: said("request failed", "no 17 (reading 'id')")}, "TypeError: no … (reading 'id')"},
		{"quoted name at the end", one, grouping.Group{Type: "KeyError", Template: "'<*>'", Sample: said("KeyError: 'price'", "'price'")}, "KeyError: 'price'"},
		{"quoted path", one, grouping.Group{Template: `open "<*>"`, Sample: said(`open "/srv/tax_de.html"`)}, `open "/srv/tax_de.html"`},
		{"quoted number, id and address", one, grouping.Group{Template: "x '<*>', '<*>' and '<*>'", Sample: said("x '17', 'u_7d49271e' and 'jo@acme'")}, "x '…', '…' and '…'"},
		{"quoted character", one, grouping.Group{Template: "token '<*>' in '<*>'", Sample: said("token '<' in '7'")}, "token '<' in '…'"},
		{"quoted placeholder of a secret", one, grouping.Group{Template: `no "<*>" here`, Sample: said(`no "[argument-1]" here`)}, `no "…" here`},
		{"PHP's namespaces", one, grouping.Group{Type: "TypeError", Place: event.Frame{Module: `App\Cart\Total`, Function: "add"}}, "TypeError in Total.add"},
		{"PHP's script", one, grouping.Group{Type: "TypeError", Place: event.Frame{Function: "{main}", File: "/app/public/index.php"}}, "TypeError in index.php"},
		{"redacted name", one, grouping.Group{Template: "no key '<*>'", Sample: said("no key '<*>'")}, "no key '…'"},
		{"name in a public repository", public, grouping.Group{Type: "KeyError", Template: "'<*>'", Sample: said("'price'")}, "KeyError: '…'"},
		{"message of another template", one, grouping.Group{Template: "no '<*>' here", Sample: said("no 'price' there")}, "no '…' here"},
		{"packages", one, grouping.Group{Template: `call "<*>"`, Sample: said(`call "com.acme.shop.Cart.total()"`)}, `call "Cart.total()"`},
		{"long message", one, grouping.Group{Type: "Error", Template: strings.Repeat("one two ", 60), Place: cart}, "Error: " + strings.Repeat("one two ", 11) + "one two… in Cart.total"},
		{"nothing", one, grouping.Group{}, "(empty message)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.titles.Title(&tt.g); got != tt.want {
				t.Errorf("title %q, want %q", got, tt.want)
			}
		})
	}
	long := strings.Repeat("größer als erlaubt, ", 60)
	if got := one.Title(&grouping.Group{Template: long, Place: cart}); utf8.RuneCountInString(got) > maxTitle || !strings.HasSuffix(got, "… in Cart.total") {
		t.Errorf("title %q", got)
	}
}

func TestTitlesFor(t *testing.T) {
	one, other := grouping.Group{Service: "shop"}, marker.Marker{Service: "pay"}
	for name, tt := range map[string]struct {
		in   Input
		want bool
	}{
		"one service":     {Input{Groups: []*grouping.Group{&one, {}, &one}}, false},
		"known to issues": {Input{Groups: []*grouping.Group{&one}, Issues: []Issue{{Marker: other}}}, true},
		"known to rows":   {Input{Groups: []*grouping.Group{&one}, Waiting: []marker.Row{{Marker: other}}}, true},
	} {
		if got := TitlesFor(tt.in).Services; got != tt.want {
			t.Errorf("%s: several services %v", name, got)
		}
	}
}

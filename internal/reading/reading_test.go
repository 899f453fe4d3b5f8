package reading

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/source"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newIntake() *intake.Intake {
	return intake.New(intake.Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
}

// Two failures that log the same words at once stay two, each as a whole.
func TestWholeOf(t *testing.T) {
	at := func(text string, seconds int) event.Event {
		return event.Event{Text: text, Time: noon.Add(time.Duration(seconds) * time.Second)}
	}
	whole := []event.Event{at("ERROR a\n at x", 0), at("ERROR b\nERROR c", 1), at("ERROR a\n at y", 0), at("ERROR a\n at z", 3)}
	for _, test := range []struct {
		name    string
		e       event.Event
		counted []int
		want    int
	}{
		{"the last that began before it", at("ERROR a", 4), nil, 3},
		{"not one that began later", at("ERROR a", 0), nil, 2},
		{"not one that began too long before", at("ERROR a", 9), nil, -1},
		{"not a part of a line", at("ERROR", 1), nil, -1},
		{"a line inside", at("ERROR c", 1), []int{1}, 1},
		{"the same words again", at("ERROR a", 0), []int{2}, 0},
		{"the same words once more", at("ERROR a", 0), []int{0, 2}, 2},
	} {
		counted := map[int]bool{}
		for _, i := range test.counted {
			counted[i] = true
		}
		if got := WholeOf(test.e, whole, counted); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// logs is a source whose events are parts of traces, and which may fail to show the rest.
type logs struct {
	result  source.Result
	records []event.Record
	around  []event.Record
	err     error // of Window
}

func (l *logs) Key() string { return "logs" }

func (l *logs) Read(_ context.Context, _ source.Request, emit func(event.Record)) (source.Result, error) {
	for _, r := range l.records {
		emit(r)
	}
	return l.result, nil
}

func (l *logs) Window(context.Context, string, time.Time, time.Time, int) ([]event.Record, int, error) {
	return l.around, 1, l.err
}

type passing struct{ error }

func (passing) Temporary() bool { return true }

// What cannot be counted yet is where the next run begins.
func TestReadLeavesWhatIsUnfinished(t *testing.T) {
	begin := noon.Add(-time.Hour)
	record := func(ago time.Duration, text string) event.Record {
		return event.Record{Source: "logs", Stream: "s", Time: noon.Add(-ago), Text: text}
	}
	head := record(30*time.Minute, "Traceback (most recent call last):")
	whole := []event.Record{head, record(30*time.Minute, `  File "/app/cart.py", line 3, in pay`), record(30*time.Minute, "ValueError: no price")}
	for _, test := range []struct {
		name   string
		source logs
		events int64
		again  time.Duration // before noon, from which the next run reads; 0: nothing
		warns  bool
	}{
		{"nothing", logs{}, 0, 0, false},
		{"a head whose trace is read", logs{records: whole[:1], around: whole}, 1, 0, false},
		{"a head whose trace is refused", logs{records: whole[:1], err: errors.New("denied")}, 1, 0, true},
		{"a head whose trace may be read later", logs{records: whole[:1], err: passing{errors.New("busy")}}, 0, 30 * time.Minute, true},
		{"a trace that is still being written", logs{records: []event.Record{record(time.Second, head.Text)}}, 0, time.Second, false},
		{"missing records", logs{result: source.Result{Cut: noon.Add(-30 * time.Minute)}}, 0, 30 * time.Minute, false},
		{"records missing again", logs{result: source.Result{Cut: begin.Add(9 * time.Minute)}}, 0, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			const lateness = time.Minute
			windows := &Windows{}
			l := Logs{Intake: newIntake(), Windows: windows, Now: noon, Lateness: lateness}
			test.source.result.Complete = noon
			health := l.Read(t.Context(), &test.source, source.Request{From: begin})
			want := noon
			if test.again > lateness {
				want = noon.Add(-test.again + lateness)
			}
			if !health.Progress.Equal(want) || health.Events != test.events || len(windows.Warnings) > 0 != test.warns {
				t.Errorf("%+v, %q", health, windows.Warnings)
			}
		})
	}
}

func TestWindowsOfOneStreamMerge(t *testing.T) {
	at := func(stream string, seconds int) event.Event {
		return event.Event{Stream: stream, Time: noon.Add(time.Duration(seconds) * time.Second)}
	}
	var got []string
	for _, w := range windowsOf([]event.Event{at("b", 20), at("a", 6), at("b", 0), at("a", 0), at("a", 14)}) {
		got = append(got, fmt.Sprint(w.stream, " ", w.from.Sub(noon), " ", w.to.Sub(noon)))
	}
	if diff := cmp.Diff([]string{"a -2s 11s", "b -2s 5s", "a 12s 19s", "b 18s 25s"}, got); diff != "" {
		t.Error(diff)
	}
}

// tracker knows four issues, of which the last is gone.
type tracker struct {
	source.Tracker
	asked []string
	fails string // the issue whose event cannot be read
}

func (r *tracker) Key() string { return "tracker" }

func (r *tracker) Issues(context.Context) (issues []event.SentryIssue, err error) {
	for _, id := range []string{"1", "2", "3"} {
		issues = append(issues, event.SentryIssue{ID: id, Title: "E" + id, Level: event.Error, State: event.Unresolved, Total: 7})
	}
	return issues, nil
}

func (r *tracker) Issue(_ context.Context, id string) (event.SentryIssue, error) {
	state := event.Unresolved
	if id == "4" {
		state = event.Deleted
	}
	return event.SentryIssue{ID: id, Total: 7, State: state}, nil
}

func (r *tracker) Event(_ context.Context, issue event.SentryIssue, id string) (event.Event, error) {
	r.asked = append(r.asked, issue.ID+" "+id)
	if issue.ID == r.fails {
		return event.Event{}, errors.New("busy")
	}
	return event.Event{ID: "e" + issue.ID, Issue: issue.ID, URL: "whole", Source: "tracker", Message: "whole", Text: "whole"}, nil
}

func TestSentryLeavesWhatIsTooMuch(t *testing.T) {
	for _, test := range []struct {
		name, fails string
		max         int
		notices     []string
		errs        bool
		events      int64
	}{
		{"room", "", 3, nil, false, 3},
		{"too many", "", 1, []string{"2 more unresolved issues in Sentry wait for later runs"}, false, 1},
		{"an event that cannot be read", "2", 3, nil, true, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := newIntake()
			out := (&Sentry{Tracker: &tracker{fails: test.fails}, Intake: in, MaxEvents: test.max}).Read(t.Context())
			if len(in.Groups()) != int(test.events) || (out.Health.Err != nil) != test.errs || len(out.Notices) != len(test.notices) {
				t.Errorf("%d groups, %+v", len(in.Groups()), out)
			}
			for i, notice := range test.notices {
				if !strings.HasPrefix(out.Notices[i], notice) {
					t.Errorf("notice %q", out.Notices[i])
				}
			}
			if _, stated := out.States["2"]; stated != (test.fails != "2") {
				t.Errorf("states %v", out.States)
			}
		})
	}
}

func TestCompleteReadsWhatAWebhookLeavesOut(t *testing.T) {
	r := &tracker{}
	d := intake.Delivery{
		Events: []event.Event{{ID: "x", Message: "no issue"}, {ID: "e1", Issue: "1", Level: event.Fatal, Source: "sentry", Deliveries: []string{"id e1"}}},
		Issues: []event.SentryIssue{{ID: "1"}, {ID: "2", State: event.Unresolved}, {ID: "3", State: event.Resolved}, {ID: "4", Title: "gone"}},
	}
	got, err := Complete(t.Context(), r, d)
	if err != nil {
		t.Fatal(err)
	}
	want := event.Event{ID: "e1", Issue: "1", URL: "whole", Source: "sentry", Message: "whole", Text: "whole", Level: event.Fatal, Deliveries: []string{"id e1"}}
	if diff := cmp.Diff([]event.Event{d.Events[0], want}, got.Events); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1 e1", "2 latest"}, r.asked); diff != "" {
		t.Error(diff)
	}
	if i := got.Issues; i[0].Total != 7 || i[0].State != "" || i[1].Total != 7 || i[2].Total != 7 || i[3].Title != "gone" || got.Newest["2"].ID != "e2" {
		t.Errorf("%+v", got)
	}
	r.fails = "1"
	if _, err := Complete(t.Context(), r, d); err == nil {
		t.Error("no error although the event cannot be read")
	}
}

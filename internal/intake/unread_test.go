package intake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
)

func TestUnread(t *testing.T) {
	many := strings.Split(strings.Repeat("charge of order 7 failed for jane@example.com\n", 8)+"the pump has crashed", "\n")
	for _, tt := range []struct {
		name  string
		texts []string
		count int64
		want  []string // in the notice, in this order
	}{
		{"nothing", nil, 0, nil},
		{"levels are read", []string{"ERROR payment failed", "INFO 3 tasks failed", `{"level":"warn","msg":"crashed"}`}, 0, nil},
		{"no failure", []string{"request served", "0 errors"}, 0, nil},
		{"one", []string{"the pump has crashed"}, 1, []string{"look like errors (1)", "1× the pump has crashed"}},
		{"the most frequent first", many, 9, []string{"look like errors (9)", "8× charge of order <*> failed for <*>", "1× the pump"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := New(Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
			reader := in.Reader()
			for i, text := range tt.texts {
				reader.Add(event.Record{ID: fmt.Sprint(i), Stream: fmt.Sprint(i), Text: text})
			}
			reader.Flush(Never)
			notice := in.Unread.Notice() + strings.Join(in.Unread.Shapes(), "\n")
			if in.Unread.Events != tt.count || (notice == "") != (tt.count == 0) {
				t.Fatalf("%d events: %s", in.Unread.Events, notice)
			}
			rest := notice
			for _, part := range tt.want {
				_, after, found := strings.Cut(rest, part)
				if !found {
					t.Errorf("%q lacks %q", notice, part)
				}
				rest = after
			}
		})
	}
}

// TestUnreadDespiteLevelRules reads lines that a rule could have raised to errors but did not.
func TestUnreadDespiteLevelRules(t *testing.T) {
	other, err := policy.Parse("message", "another message")
	if err != nil {
		t.Fatal(err)
	}
	raise := policy.Rule{Match: policy.Match{Message: policy.Patterns{other}}, Level: event.Error}
	in := New(Rules{Policy: policy.Policy{MinLevel: event.Error, Rules: []policy.Rule{raise}}}, safe.NewRedactor())
	in.Parse(&event.Event{Text: "the pump has crashed", Message: "the pump has crashed"})
	if in.Unread.Events != 1 {
		t.Errorf("%d events, want 1", in.Unread.Events)
	}
}

func TestUnreadIsBounded(t *testing.T) {
	in := New(Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
	for i := range 3 * maxShapes {
		word := strings.Map(func(d rune) rune { return d - '0' + 'a' }, fmt.Sprint(i))
		in.Parse(&event.Event{Text: word + " crashed"})
	}
	if u := in.Unread; u.Events != 3*maxShapes || len(u.shapes) > maxShapes {
		t.Errorf("%d events of %d shapes", u.Events, len(u.shapes))
	}
}

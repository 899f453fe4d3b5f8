package story

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// twoSided returns a world with one Sentry issue that was filed, and a token that may resolve it.
func twoSided(t *testing.T) (w *world, id string) {
	t.Helper()
	w = newWorld(t)
	w.withSentry("web")
	w.sentry.Configure(func(s *sentrytest.Settings) { s.Tokens["token"] = append(s.Tokens["token"], "event:write") })
	w.env["SENTRY_RESOLVE"] = "true"
	id = w.sentry.Put(sentrytest.Issue{Title: "TypeError: x", Count: 5, Event: nodeEvent("TypeError", "x", "Cart.total")})
	w.run("scan").mustSucceed(t)
	w.advance(15 * time.Minute)
	return w, id
}

// next runs errmon, moves on by 15 minutes, and wants these states in GitHub and Sentry.
func (w *world) next(here, reason, there, id string) result {
	w.t.Helper()
	r := w.run("scan").mustSucceed(w.t)
	w.advance(15 * time.Minute)
	w.wantState("TypeError", here, reason)
	if status := w.sentry.Issue(id).Status; status != there {
		w.t.Errorf("Sentry's issue is %s, want %s", status, there)
	}
	return r
}

// calm wants further runs to change nothing in either service.
func (w *world) calm(here, reason, there, id string) {
	w.t.Helper()
	for range 2 {
		if writes := w.errorWrites(w.next(here, reason, there, id)); len(writes) > 0 {
			w.t.Errorf("nothing happened, and it wrote %v", writes)
		}
	}
}

func (w *world) puts() int {
	n := 0
	for _, q := range w.sentry.Requests() {
		if q.Method == "PUT" {
			n++
		}
	}
	return n
}

func (w *world) status(id, status string) {
	w.sentry.Change(id, func(i *sentrytest.Issue) { i.Status = status })
}

// TestStatesAreCarriedOverOnce follows an error through people's changes in both services. After each
// change, both states are stable.
func TestStatesAreCarriedOverOnce(t *testing.T) {
	number := func(w *world) int { return w.find("TypeError").Number }
	for _, c := range []struct {
		name string
		do   func(w *world, id string)
	}{
		{"closed here as completed", func(w *world, id string) {
			w.github.Close(number(w), "completed")
			w.next("closed", "completed", "resolved", id)
			w.calm("closed", "completed", "resolved", id)
			if n := w.puts(); n != 1 {
				t.Errorf("resolved %d times, want once", n)
			}
			w.sentry.Happen(id, 1, w.now)
			w.next("open", "reopened", "unresolved", id)
			w.calm("open", "reopened", "unresolved", id)
		}},
		{"closed here, opened again there by hand", func(w *world, id string) {
			w.github.Close(number(w), "completed")
			w.next("closed", "completed", "resolved", id)
			w.status(id, "unresolved")
			w.next("open", "reopened", "unresolved", id)
			w.calm("open", "reopened", "unresolved", id)
			w.github.Close(number(w), "completed")
			w.next("closed", "completed", "resolved", id)
			w.calm("closed", "completed", "resolved", id)
		}},
		{"closed here as not planned", func(w *world, id string) {
			w.github.Close(number(w), "not_planned")
			w.calm("closed", "not_planned", "unresolved", id)
			w.sentry.Happen(id, 3, w.now)
			w.calm("closed", "not_planned", "unresolved", id)
		}},
		{"resolved there, opened again here", func(w *world, id string) {
			w.status(id, "resolved")
			w.next("closed", "completed", "resolved", id)
			w.calm("closed", "completed", "resolved", id)
			w.github.Reopen(number(w))
			w.calm("open", "reopened", "resolved", id)
			w.github.Close(number(w), "completed")
			w.calm("closed", "completed", "resolved", id)
		}},
		{"resolved there twice", func(w *world, id string) {
			for range 2 {
				w.status(id, "resolved")
				w.next("closed", "completed", "resolved", id)
				w.status(id, "unresolved")
				w.next("open", "reopened", "unresolved", id)
				w.advance(24 * time.Hour) // an issue whose state changed twice in a day stays open
			}
			w.calm("open", "reopened", "unresolved", id)
		}},
		{"resolved there while it is open here again and regresses", func(w *world, id string) {
			w.status(id, "resolved")
			w.next("closed", "completed", "resolved", id)
			w.github.Reopen(number(w))
			w.sentry.Happen(id, 1, w.now)
			w.next("open", "reopened", "unresolved", id)
			w.status(id, "resolved")
			w.next("closed", "completed", "resolved", id)
		}},
		{"archived there, then by hand muted here", func(w *world, id string) {
			w.status(id, "ignored")
			w.next("closed", "not_planned", "ignored", id)
			w.calm("closed", "not_planned", "ignored", id)
			w.github.Reopen(number(w))
			w.advance(24 * time.Hour)
			w.github.Close(number(w), "not_planned")
			w.status(id, "unresolved")
			w.calm("closed", "not_planned", "unresolved", id)
		}},
		{"deleted there", func(w *world, id string) {
			w.sentry.Delete(id)
			w.calm("open", "", "", id)
		}},
		{"closed here, and it happens again at once", func(w *world, id string) {
			w.github.Close(number(w), "completed")
			w.advance(time.Minute)
			w.sentry.Happen(id, 2, w.now)
			w.next("open", "reopened", "unresolved", id)
			if n := w.puts(); n != 0 {
				t.Errorf("resolved %d times, though it had happened again", n)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, id := twoSided(t)
			c.do(w, id)
		})
	}
}

// TestCarriedStatesAreRecorded looks for the states in the marker.
func TestCarriedStatesAreRecorded(t *testing.T) {
	w, id := twoSided(t)
	w.status(id, "resolved")
	at := w.now
	w.next("closed", "completed", "resolved", id)
	m, err := marker.Read(w.find("TypeError").Body)
	if state, when := m.StateOf(id); err != nil || state != "resolved" || when.Time().Before(at) || when.Time().After(at.Add(time.Minute)) {
		t.Errorf("%q since %s, want resolved since the run at %s (%v)", state, when.Time(), at, err)
	}
}

// TestResolveNeedsThePermission checks that a token that may not resolve is reported once per run, while
// everything else continues.
func TestResolveNeedsThePermission(t *testing.T) {
	w, id := twoSided(t)
	w.sentry.Configure(func(s *sentrytest.Settings) { s.Tokens["token"] = []string{"event:read", "project:read"} })
	w.github.Close(w.find("TypeError").Number, "completed")
	w.log(time.Minute, "ERROR order 1 lost")
	r := w.run("scan")
	if r.code != 1 || !strings.Contains(r.stderr, "event:write") || !strings.Contains(r.stderr, "sentry-resolve") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	w.find("order")
	w.sentry.Configure(func(s *sentrytest.Settings) { s.Tokens["token"] = append(s.Tokens["token"], "event:write") })
	w.next("closed", "completed", "resolved", id)
}

// TestStatesStayApartUnlessAsked checks that by default, closing an issue changes nothing in Sentry.
func TestStatesStayApartUnlessAsked(t *testing.T) {
	w, id := twoSided(t)
	delete(w.env, "SENTRY_RESOLVE")
	w.github.Close(w.find("TypeError").Number, "completed")
	w.calm("closed", "completed", "unresolved", id)
}

// A run that gets Sentry's webhooks but no token leaves the resolving to the runs that have one.
func TestResolveWithoutAToken(t *testing.T) {
	w := newWorld(t)
	w.env["SENTRY_RESOLVE"] = "true"
	unresolved := `{"action":"unresolved","data":{"issue":{"id":"77","title":"TypeError: x","count":"5","level":"error","status":"unresolved","project":{"slug":"web"}}}}`
	w.deliver(strings.Replace(unresolved, "unresolved", "created", 1)).mustSucceed(t)
	w.github.Close(w.find("TypeError").Number, "completed")
	w.advance(time.Hour)
	w.deliver(unresolved).mustSucceed(t)
	w.wantState("TypeError", "closed", "completed")
}

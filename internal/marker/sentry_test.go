package marker

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/count"
)

func TestTotalsAreSet(t *testing.T) {
	var m Marker
	at := count.At(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
	m.SetTotal("7", 12, Page{Name: "WEB-7", URL: "https://sentry.example/7", Last: at})
	m.SetTotal("7", 9, Page{Name: "older", Last: at - 1}) // Sentry forgot some events
	m.SetTotal("8", 5, Page{URL: strings.Repeat("x", count.MaxURL+1), Last: at})
	if m.Sentry["7"] != 12 || m.Pages["7"].Name != "WEB-7" || m.Pages["8"].URL != "" || m.Count() != 17 {
		t.Errorf("%+v counts %d", m, m.Count())
	}
	m.SetTotal("7", 13, Page{Last: at}) // a webhook about an event has no more
	if p := m.Pages["7"]; m.Sentry["7"] != 13 || p.Name != "WEB-7" || p.URL != "https://sentry.example/7" {
		t.Errorf("a webhook took the name or the address: %+v", p)
	}
	c := m.Clone()
	c.SetTotal("7", 40, Page{Name: "newer", Last: at + 1})
	if m.Sentry["7"] != 13 || m.Pages["7"].Name != "WEB-7" {
		t.Errorf("a clone shares memory: %+v", m)
	}
	for name, both := range map[string]Marker{"merged": Merge(m, c), "joined": Join(m, c)} {
		if both.Sentry["7"] != 40 || both.Pages["7"].Name != "newer" || both.Count() != 45 {
			t.Errorf("%s: %+v counts %d", name, both, both.Count())
		}
	}
}

func TestTheLastAgreementCounts(t *testing.T) {
	var m Marker
	if state, at := m.StateOf("7"); state != "" || at != 0 {
		t.Errorf("%q at %d, though nothing was carried over", state, at)
	}
	m.SetState("7", "resolved", 100)
	m.SetState("71", "ignored", 300)
	m.SetState("7", "unresolved", 200)
	if state, at := m.StateOf("7"); state != "unresolved" || at != 200 || len(m.States) != 2 {
		t.Errorf("%q at %d of %v", state, at, m.States)
	}
	var other Marker
	other.SetState("7", "resolved", 250)
	merged := Merge(m, other)
	if state, at := merged.StateOf("7"); state != "resolved" || at != 250 {
		t.Errorf("merged: %q at %d", state, at)
	}
	if state, _ := merged.StateOf("71"); state != "ignored" {
		t.Errorf("another issue's is %q", state)
	}
}

package marker

import (
	"strings"

	"github.com/org/errmon-action/internal/count"
)

// Page is where people find a Sentry issue.
type Page struct {
	Name string       `json:"n,omitempty"` // such as "SHOP-1F"
	URL  string       `json:"u,omitempty"`
	Last count.Millis `json:"l,omitempty"` // newest event
}

// SetTotal sets the lifetime total of a Sentry issue to the larger of stored and
// seen, and its page. Its URL is dropped if it is longer than count.MaxURL.
func (m *Marker) SetTotal(id string, total int64, p Page) {
	m.Sentry = with(m.Sentry, id, max(m.Sentry[id], total))
	if len(p.URL) > count.MaxURL {
		p.URL = ""
	}
	if known := m.Pages[id]; p.Last >= known.Last {
		m.Pages = with(m.Pages, id, p)
	}
}

// SetState notes that a Sentry issue and this one agree on a state since at: it
// was carried over from one side to the other, once.
func (m *Marker) SetState(id, state string, at count.Millis) {
	for name := range m.States {
		if of, _, _ := strings.Cut(name, " "); of == id {
			delete(m.States, name)
		}
	}
	m.States = with(m.States, id+" "+state, at)
}

// StateOf returns the state that a Sentry issue had when it was last carried
// over, and when that was; nothing if it never was.
func (m Marker) StateOf(id string) (state string, at count.Millis) {
	for name, when := range m.States {
		if of, what, _ := strings.Cut(name, " "); of == id && (state == "" || when > at || when == at && what < state) {
			state, at = what, when
		}
	}
	return state, at
}

package marker

import (
	"strings"

	"github.com/org/errmon-action/internal/count"
)

// Page identifies a Sentry issue for people.
type Page struct {
	Name  string       `json:"n,omitempty"` // such as "SHOP-1F"
	URL   string       `json:"u,omitempty"`
	Last  count.Millis `json:"l,omitempty"` // newest event
	Users int64        `json:"c,omitempty"` // affected, as far as Sentry saw
}

// Users returns how many users were affected, as far as Sentry says: the largest
// number of one Sentry issue, since a user may be affected by several.
func (m Marker) Users() int64 {
	var most int64
	for _, p := range m.Pages {
		most = max(most, p.Users)
	}
	return most
}

// SetTotal sets the lifetime total of a Sentry issue to the larger of stored and
// seen, and sets its page. A URL longer than count.MaxURL is dropped.
func (m *Marker) SetTotal(id string, total int64, p Page) {
	m.Sentry = with(m.Sentry, id, max(m.Sentry[id], total))
	if len(p.URL) > count.MaxURL {
		p.URL = ""
	}
	if known := m.Pages[id]; p.Last >= known.Last {
		p.Users = max(p.Users, known.Users) // a webhook does not say
		m.Pages = with(m.Pages, id, p)
	}
}

// SetState records that a state was copied between a Sentry issue and this one,
// and that they agree since at.
func (m *Marker) SetState(id, state string, at count.Millis) {
	for name := range m.States {
		if of, _, _ := strings.Cut(name, " "); of == id {
			delete(m.States, name)
		}
	}
	m.States = with(m.States, id+" "+state, at)
}

// StateOf returns the state last copied for a Sentry issue, and when; nothing if
// none ever was.
func (m Marker) StateOf(id string) (state string, at count.Millis) {
	for name, when := range m.States {
		if of, what, _ := strings.Cut(name, " "); of == id && (state == "" || when > at || when == at && what < state) {
			state, at = what, when
		}
	}
	return state, at
}

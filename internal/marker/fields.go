package marker

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
)

// These are the parts of a marker other than identity and counts.

// Change is a change of an issue's state.
type Change struct {
	At   count.Millis `json:"t"`
	Open bool         `json:"o,omitempty"` // reopened, else closed
}

// Told describes what the last comment said.
type Told struct {
	At    count.Millis `json:"t"` // 0 if there was none
	Count int64        `json:"n"`
	Level string       `json:"l"`
}

// Facts describe an event, redacted.
type Facts struct {
	Exception   string `json:"t,omitempty"` // type of the exception that surfaced
	Place       string `json:"p,omitempty"` // function of the first in-app frame
	Location    string `json:"l,omitempty"` // FILE:LINE of that frame
	Release     string `json:"r,omitempty"`
	Environment string `json:"e,omitempty"`
}

// Shape is what a team's rules applied to an issue when its error last happened.
type Shape struct {
	Labels     []string       `json:"l,omitempty"` // set by errmon, even if people removed them since
	Theirs     []string       `json:"p,omitempty"` // labels of rules that people had set already
	Assignees  []string       `json:"a,omitempty"` // assigned by errmon
	Type       string         `json:"t,omitempty"`
	Note       string         `json:"n,omitempty"` // the team's own Markdown
	Rules      []int          `json:"r,omitempty"` // lines of the rules in the settings file
	MinEvents  int            `json:"m,omitempty"` // while it waits; 0 for the setting
	Within     time.Duration  `json:"w,omitempty"` // period of MinEvents; 0 for none
	CloseAfter *time.Duration `json:"c,omitempty"` // nil for the setting
	Silent     bool           `json:"s,omitempty"` // Slack gets no message
}

// Build is a version of the code.
type Build struct {
	Version string `json:"v,omitempty"` // as in the events
	Commit  string `json:"c,omitempty"` // its commit, confirmed in the repository; empty if there is none
	Frames  int    `json:"f,omitempty"` // in-app frames that were looked up
	Shown   int    `json:"s,omitempty"` // how many of these were found
}

// Release returns the version's name as people know it.
func (b Build) Release() string {
	release, _, _ := strings.Cut(b.Version, " ")
	return release
}

// Fix is a fix that some versions do not contain, so a failure in them is not a regression.
type Fix struct {
	Closed count.Millis `json:"t"` // when the issue was closed
	Commit string       `json:"c"` // that closed it
	Old    []Build      `json:"o"` // versions that do not contain the commit, the latest seen last
}

// Lacks returns the build of a version that is known not to contain the fix.
func (f *Fix) Lacks(version string) (Build, bool) {
	if f != nil {
		if i := slices.IndexFunc(f.Old, func(b Build) bool { return b.Version == version }); i >= 0 {
			return f.Old[i], true
		}
	}
	return Build{}, false
}

// Page identifies a Sentry issue for people.
type Page struct {
	Name  string       `json:"n,omitempty"` // such as "SHOP-1F"
	URL   string       `json:"u,omitempty"`
	Last  count.Millis `json:"l,omitempty"` // newest event
	Users int64        `json:"c,omitempty"` // affected, as far as Sentry knows
}

// Users returns how many users were affected: the largest number of one Sentry issue, since several may affect
// the same user.
func (m Marker) Users() int64 {
	var most int64
	for _, p := range m.Pages {
		most = max(most, p.Users)
	}
	return most
}

// SetTotal raises the lifetime total of a Sentry issue to total, and sets its page. A URL longer than
// count.MaxURL is dropped.
func (m *Marker) SetTotal(id string, total int64, p Page) {
	m.Sentry = count.With(m.Sentry, id, max(m.Sentry[id], total))
	if len(p.URL) > count.MaxURL {
		p.URL = ""
	}
	if known := m.Pages[id]; p.Last >= known.Last {
		p.Users = max(p.Users, known.Users) // a webhook has no such number
		m.Pages = count.With(m.Pages, id, p)
	}
}

// SetState records that a state was copied between a Sentry issue and this one at that time.
func (m *Marker) SetState(id, state string, at count.Millis) {
	maps.DeleteFunc(m.States, func(name string, _ count.Millis) bool { return strings.HasPrefix(name, id+" ") })
	m.States = count.With(m.States, id+" "+state, at)
}

// StateOf returns the state last copied for a Sentry issue and when; zero values if none was.
func (m Marker) StateOf(id string) (state string, at count.Millis) {
	for name, when := range m.States {
		if what, ok := strings.CutPrefix(name, id+" "); ok && (state == "" || when > at || when == at && what < state) {
			state, at = what, when
		}
	}
	return state, at
}

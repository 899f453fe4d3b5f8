package marker

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
)

// Change records that errmon closed or reopened an issue.
type Change struct {
	At   count.Millis `json:"t"`
	Open bool         `json:"o,omitempty"` // true if reopened, false if closed
}

// Told holds what the last comment on an issue reported.
type Told struct {
	At    count.Millis `json:"t"` // 0 if there was no comment
	Count int64        `json:"n"`
	Level string       `json:"l"`
}

// Facts describe an event. They are redacted.
type Facts struct {
	Exception   string `json:"t,omitempty"` // type of the exception that surfaced
	Place       string `json:"p,omitempty"` // function of the first in-app frame
	Location    string `json:"l,omitempty"` // FILE:LINE of that frame
	Release     string `json:"r,omitempty"`
	Environment string `json:"e,omitempty"`
}

// Shape records what a team's rules did to an issue when its error last happened.
type Shape struct {
	Labels     []string       `json:"l,omitempty"` // set by errmon, including ones that people have removed since
	Theirs     []string       `json:"p,omitempty"` // rule labels that people had already set
	Assignees  []string       `json:"a,omitempty"` // assigned by errmon
	Type       string         `json:"t,omitempty"`
	Note       string         `json:"n,omitempty"` // the team's own Markdown
	Rules      []int          `json:"r,omitempty"` // lines of the rules in the settings file
	MinEvents  int            `json:"m,omitempty"` // events needed before an issue is filed; 0 to use the setting
	Within     time.Duration  `json:"w,omitempty"` // period in which MinEvents must happen; 0 for any
	CloseAfter *time.Duration `json:"c,omitempty"` // nil to use the setting
	Silent     bool           `json:"s,omitempty"` // no Slack messages
}

// Build is a version of the code.
type Build struct {
	Version string `json:"v,omitempty"` // as the events give it; "unknown" if they give none, empty if never looked up
	Commit  string `json:"c,omitempty"` // in the repository; may be a guess in Marker.Code; empty if unknown
	Frames  int    `json:"f,omitempty"` // number of in-app frames that were looked up
	Shown   int    `json:"s,omitempty"` // number of those frames that were found
}

// Release returns the part of Version that people use as its name: the text before the first space.
func (b Build) Release() string {
	release, _, _ := strings.Cut(b.Version, " ")
	return release
}

// Fix is a fix that some running versions lack, so an event from one of them is not a regression.
type Fix struct {
	Closed count.Millis `json:"t"` // when the issue was closed
	Commit string       `json:"c"` // commit that closed it
	Old    []Build      `json:"o"` // versions without the commit, the most recently seen last
}

// Lacks returns the build of the version, and whether it is known to lack the fix.
func (f *Fix) Lacks(version string) (Build, bool) {
	if f != nil {
		if i := slices.IndexFunc(f.Old, func(b Build) bool { return b.Version == version }); i >= 0 {
			return f.Old[i], true
		}
	}
	return Build{}, false
}

// Page is how a Sentry issue is shown to people.
type Page struct {
	Name  string       `json:"n,omitempty"` // short id, such as "SHOP-1F"
	URL   string       `json:"u,omitempty"`
	Last  count.Millis `json:"l,omitempty"` // time of the newest event
	Users int64        `json:"c,omitempty"` // affected users, as counted by Sentry
}

// Users returns the largest user count of any Sentry issue, not the sum, since issues may share users.
func (m Marker) Users() int64 {
	var most int64
	for _, p := range m.Pages {
		most = max(most, p.Users)
	}
	return most
}

// SetTotal raises the lifetime total of a Sentry issue to total, and sets its page unless the stored one is
// newer. It drops a URL longer than count.MaxURL.
func (m *Marker) SetTotal(id string, total int64, p Page) {
	m.Sentry = count.With(m.Sentry, id, max(m.Sentry[id], total))
	if len(p.URL) > count.MaxURL {
		p.URL = ""
	}
	if known := m.Pages[id]; p.Last >= known.Last {
		// Webhooks about an event contain neither the name nor the number of users.
		p.Name, p.URL, p.Users = cmp.Or(p.Name, known.Name), cmp.Or(p.URL, known.URL), max(p.Users, known.Users)
		m.Pages = count.With(m.Pages, id, p)
	}
}

// SetState records that state was copied between a Sentry issue and this one, in place of any earlier state.
func (m *Marker) SetState(id, state string, at count.Millis) {
	maps.DeleteFunc(m.States, func(name string, _ count.Millis) bool { return strings.HasPrefix(name, id+" ") })
	m.States = count.With(m.States, id+" "+state, at)
}

// StateOf returns the state last copied for a Sentry issue, and when; zero values if there is none.
func (m Marker) StateOf(id string) (state string, at count.Millis) {
	for name, when := range m.States {
		if what, ok := strings.CutPrefix(name, id+" "); ok && (state == "" || when > at || when == at && what < state) {
			state, at = what, when
		}
	}
	return state, at
}

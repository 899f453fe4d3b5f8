// Package marker owns the format of everything errmon stores in GitHub: the state in the body of
// each error issue and of the dashboard. The issues are the only database.
//
// # Format, version 1
//
// The bot owns one section of an issue's body; all text around it belongs to people:
//
//	<!-- errmon:begin v1 -->
//	<!-- errmon:key exc1:6f1e… -->
//	…what people read…
//	<!-- errmon:state v1 CRC32 BASE64URL -->
//	<!-- errmon:end -->
//
// The state is deflated JSON in base64url, so log text inside it cannot close the comment or look like
// another one. The CRC32 (IEEE, eight hex digits) of the base64url text detects damage. The key line is not
// encoded, so it identifies the error even if the state is damaged. Log text in the section cannot forge
// these lines because package safe breaks every "<!--" in foreign text. If somebody pastes the lines of
// another issue into a body, the body counts as damaged and has no key.
//
// Version 1 may gain fields, which old readers ignore. A higher version gives ErrNewer: leave it untouched.
//
// Package count documents how events are counted. To this package, keys are opaque strings.
//
// The package is pure and may import count.
package marker

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
)

// Limits on what one marker keeps, so that a body always fits in GitHub's 65,536 characters.
const (
	MaxKeys      = 100  // oldest kept: they identify the error
	MaxGrouped   = 100  // oldest kept
	MaxAliases   = 40   // newest kept
	MaxTemplate  = 1000 // runes; the end is cut
	MaxSources   = 40   // most recently seen kept
	MaxCells     = 600  // per source, oldest frozen; 480 cover events 6 h late and clocks 2 h ahead
	MaxDays      = 30   // per source, newest kept
	MaxCommented = 20   // newest kept
	MaxChanges   = 2    // newest kept
	MaxOwners    = 5    // first ones kept
	MaxOld       = 8    // versions without the fix; newest kept
	maxEncoded   = 24_000
)

// Marker is what an error issue stores.
type Marker struct {
	Keys     []string     `json:"k,omitempty"` // identities that this issue owns, in the order it got them
	Aliases  []string     `json:"a,omitempty"` // keys of other lines that may turn out to be this error
	Grouped  []string     `json:"g,omitempty"` // keys of errors that a rule joins to this one; not owned
	Template string       `json:"t,omitempty"` // message template, redacted
	Service  string       `json:"s,omitempty"`
	Level    string       `json:"l,omitempty"`
	Facts    Facts        `json:"x,omitzero"` // about the event that the issue shows
	First    count.Millis `json:"f,omitempty"`
	Last     count.Millis `json:"n,omitempty"`
	FiledBy  string       `json:"by,omitempty"` // run that filed the issue; a later issue with the same key and run is a copy

	Sources    map[string]count.Tally  `json:"src,omitempty"` // events by log group
	Sentry     map[string]int64        `json:"sen,omitempty"` // lifetime total by Sentry issue id
	Pages      map[string]Page         `json:"pg,omitempty"`  // by Sentry issue id
	Deliveries map[string]count.Inbox  `json:"del,omitempty"` // counted webhooks and messages, by kind
	States     map[string]count.Millis `json:"car,omitempty"` // when a state was last copied from or to Sentry, by "ID STATE"; see SetState

	Commented []string     `json:"com,omitempty"` // note of each comment, stored before it is posted, such as "regression TIME"
	Told      Told         `json:"told,omitzero"` // contents of the last comment
	Quiet     count.Millis `json:"q,omitempty"`   // how far the sources had been read when errmon closed the issue as quiet
	DupOf     int          `json:"dup,omitempty"` // number of the issue that this one duplicates
	After     int          `json:"aft,omitempty"` // number of an earlier issue for the error, locked, archived or closed long ago
	Changes   []Change     `json:"chg,omitempty"` // when errmon last closed or reopened the issue; at most MaxChanges
	Held      bool         `json:"hld,omitempty"` // the closed issue is to be reopened once Changes allow it
	Code      Build        `json:"code,omitzero"` // version of the code that the issue shows
	Owners    []string     `json:"own,omitempty"` // owners of that code, from CODEOWNERS
	Fix       *Fix         `json:"fix,omitempty"` // why the issue stays closed although the error continues
	Shape     Shape        `json:"rul,omitzero"`
}

// Count returns how often the error happened: the largest of the sum over log groups, the sum of the Sentry
// totals, and the deliveries of any one kind. A failure that three kinds of source report happened once.
func (m Marker) Count() int64 {
	var logs, sentry, delivered int64
	for _, t := range m.Sources {
		logs += t.Total()
	}
	for _, n := range m.Sentry {
		sentry += n
	}
	for _, b := range m.Deliveries {
		delivered = max(delivered, b.Count)
	}
	return max(logs, sentry, delivered)
}

// PerDay returns the number of events on each day, in all log groups together.
func (m Marker) PerDay() map[count.Day]int64 {
	days := map[count.Day]int64{}
	for _, tally := range m.Sources {
		for day, n := range tally.PerDay() {
			days[day] += n
		}
	}
	return days
}

// Key returns the first key, which identifies the error, or "" if there is none.
func (m Marker) Key() string { return cmp.Or(m.Keys...) }

// Owns reports whether the issue owns key.
func (m Marker) Owns(key string) bool { return slices.Contains(m.Keys, key) }

// Own adds key to the owned keys, unless it is empty, and removes it from the aliases.
func (m *Marker) Own(key string) {
	if key != "" && !m.Owns(key) {
		m.Keys = append(slices.Clone(m.Keys), key)
	}
	m.Aliases = slices.DeleteFunc(slices.Clone(m.Aliases), func(a string) bool { return a == key })
}

// Alias adds the aliases that the marker neither has nor owns yet.
func (m *Marker) Alias(aliases ...string) {
	for _, a := range aliases {
		if a != "" && !m.Owns(a) && !slices.Contains(m.Aliases, a) {
			m.Aliases = append(slices.Clone(m.Aliases), a)
		}
	}
}

// Span widens the time between First and Last to include both times; it ignores zero times.
func (m *Marker) Span(first, last time.Time) {
	if f := count.At(first); f != 0 && (m.First == 0 || f < m.First) {
		m.First = f
	}
	m.Last = max(m.Last, count.At(last))
}

// Merge joins two issues for one error that counted the same events, so the larger count wins.
func Merge(a, b Marker) Marker { return combine(a, b, count.Tally.Merge, count.Inbox.Merge) }

// Join joins two errors that turned out to be one. They counted different events, so the counts are added.
func Join(a, b Marker) Marker { return combine(a, b, count.Tally.Join, count.Inbox.Join) }

func combine(a, b Marker, tallies func(a, b count.Tally) count.Tally, inboxes func(a, b count.Inbox) count.Inbox) Marker {
	m := a.Clone()
	for _, k := range b.Keys {
		m.Own(k)
	}
	m.Alias(b.Aliases...)
	for _, key := range b.Grouped {
		if !slices.Contains(m.Grouped, key) {
			m.Grouped = append(m.Grouped, key)
		}
	}
	m.Span(b.First.Time(), b.Last.Time())
	m.After = max(m.After, b.After)
	for name, t := range b.Sources {
		m.SetSource(name, tallies(m.Sources[name], t))
		m.Span(time.Time{}, t.Newest.Time())
	}
	for id, n := range b.Sentry {
		m.SetTotal(id, n, b.Pages[id])
	}
	for name, at := range b.States {
		m.States = count.With(m.States, name, max(m.States[name], at))
	}
	for kind, inbox := range b.Deliveries {
		m.SetInbox(kind, inboxes(m.Deliveries[kind], inbox))
	}
	if m.Facts == (Facts{}) {
		m.Facts = b.Facts
	}
	return m
}

// SetSource stores the tally of one source.
func (m *Marker) SetSource(name string, t count.Tally) { m.Sources = count.With(m.Sources, name, t) }

// SetInbox stores the deliveries of one kind.
func (m *Marker) SetInbox(kind string, b count.Inbox) {
	m.Deliveries = count.With(m.Deliveries, kind, b)
}

// Clone returns a copy that can be changed without changing m, except within Owners and Shape.
func (m Marker) Clone() Marker {
	m.Keys, m.Aliases, m.Grouped = slices.Clone(m.Keys), slices.Clone(m.Aliases), slices.Clone(m.Grouped)
	m.Commented, m.Changes = slices.Clone(m.Commented), slices.Clone(m.Changes)
	if m.Fix != nil {
		m.Fix = &Fix{m.Fix.Closed, m.Fix.Commit, slices.Clone(m.Fix.Old)}
	}
	m.Sentry, m.Pages, m.States = maps.Clone(m.Sentry), maps.Clone(m.Pages), maps.Clone(m.States)
	m.Sources, m.Deliveries = maps.Clone(m.Sources), maps.Clone(m.Deliveries)
	for name, t := range m.Sources {
		m.Sources[name] = t.Clone()
	}
	for kind, inbox := range m.Deliveries {
		inbox.IDs = maps.Clone(inbox.IDs)
		m.Deliveries[kind] = inbox
	}
	return m
}

// Section returns the bot's section of an issue's body: the visible text, and the marker cut to size.
func (m Marker) Section(text string) string {
	m = m.capped()
	for cells := MaxCells; ; cells /= 2 {
		m.shrink(cells, MaxDays)
		if state := encode(m); len(state) <= maxEncoded || cells == 0 {
			return section(m.Key(), text, state)
		}
	}
}

func (m Marker) capped() Marker {
	m = m.Clone()
	m.Keys, m.Grouped = oldest(m.Keys, MaxKeys), oldest(m.Grouped, MaxGrouped)
	m.Aliases, m.Owners = newest(m.Aliases, MaxAliases), oldest(m.Owners, MaxOwners)
	m.Commented, m.Changes = newest(m.Commented, MaxCommented), newest(m.Changes, MaxChanges)
	if m.Fix != nil {
		m.Fix.Old = newest(m.Fix.Old, MaxOld)
	}
	if runes := []rune(m.Template); len(runes) > MaxTemplate {
		m.Template = string(runes[:MaxTemplate])
	}
	names := slices.SortedFunc(maps.Keys(m.Sources), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.Sources[b].Newest, m.Sources[a].Newest), strings.Compare(a, b))
	})
	for _, name := range names[min(len(names), MaxSources):] {
		delete(m.Sources, name)
	}
	total := 0 // delivery ids
	for _, inbox := range m.Deliveries {
		total += min(len(inbox.IDs), count.MaxIDs)
	}
	keep := count.MaxIDs
	if total > maxIDs {
		keep = min(keep, maxIDs/len(m.Deliveries)) // an equal share for each kind
	}
	for kind, inbox := range m.Deliveries {
		inbox.Shrink(keep)
		m.Deliveries[kind] = inbox
	}
	return m
}

// maxIDs limits the delivery ids of all kinds together: at 40 bits each, they take 16,000 characters.
const maxIDs = 2400

func (m *Marker) shrink(cells, days int) {
	for name, t := range m.Sources {
		t.Fold(cells)
		for _, day := range slices.Sorted(maps.Keys(t.Days))[:max(0, len(t.Days)-days)] {
			delete(t.Days, day)
		}
		m.Sources[name] = t
	}
}

func newest[T any](list []T, keep int) []T { return list[max(0, len(list)-keep):] }
func oldest[T any](list []T, keep int) []T { return list[:min(len(list), keep)] }

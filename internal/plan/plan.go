// Package plan decides what happens to each issue. It compares the errors seen in a run
// with the known issues and gives each live issue, and each error without one, an Action with
// a Reason. All decisions about issues are made here; package apply only carries them out.
//
// It is pure and may import code, count, event, grouping, marker and policy.
package plan

import (
	"slices"
	"time"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/policy"
)

// Kind is what an action does to an issue.
type Kind string

// The kinds of action. Wait, Mute and Keep write nothing to an error issue.
const (
	Create Kind = "created"
	Update Kind = "updated"
	Reopen Kind = "reopened"
	Close  Kind = "closed"
	Wait   Kind = "waiting" // a row on the dashboard
	Mute   Kind = "muted"   // people silenced it, or a newer errmon wrote it
	Keep   Kind = "unchanged"
)

// Reason explains an action. The summary shows it as is.
type Reason string

// The reasons. Each comment begins with the kind of action that the reason belongs to.
const (
	FirstSeen        Reason = "first seen"                           // Create: no issue takes its events
	Ticked           Reason = "ticked on the dashboard"              // Create: people asked for an issue, so no limit applies
	MoreEvents       Reason = "more events"                          // Update: a source counted more events
	LateEvents       Reason = "late events"                          // Update: a closed issue's error had more events before the closing
	NewIdentity      Reason = "matched a new fingerprint"            // Update: the issue now owns another key
	OtherSource      Reason = "also reported by another source"      // Update: by a delivery; the count stays the same
	Repaired         Reason = "marker was damaged"                   // Update: recognised by its key line, counted from zero
	Merged           Reason = "merged a duplicate"                   // Update: took over a duplicate issue or a waiting row
	Regression       Reason = "happened again after closing"         // Reopen: an event happened after the closing
	Quiet            Reason = "quiet"                                // Close: no event for close-after
	SentryUnresolved Reason = "unresolved again in Sentry"           // Reopen
	SentryResolved   Reason = "resolved in Sentry"                   // Close: as completed
	SentryArchived   Reason = "archived in Sentry"                   // Close: as not planned
	ResolvesSentry   Reason = "closed here: resolves Sentry's issue" // Update: see Action.Resolve
	SentryNoted      Reason = "state in Sentry noted"                // Update: only records Sentry's new state
	Duplicate        Reason = "duplicate"                            // Close: duplicates an older issue, which stays
	BelowMin         Reason = "fewer than min-events"                // Wait
	OverMax          Reason = "more than max-new-issues"             // Wait: over the limit, or its source was not read
	OverDay          Reason = "more than max-new-issues-per-day"     // Wait
	Unread           Reason = "its source was not read"              // Wait: ticked, but filed only once its source can be read
	NoRoom           Reason = "no room in its issue"                 // Wait: people's text fills its body, so the dashboard keeps the counts
	Refused          Reason = "refused by GitHub"                    // Wait: the dashboard keeps the counts until they can be written
	NotPlanned       Reason = "closed as not planned"                // Mute
	ClosedAsDup      Reason = "closed as duplicate"                  // Mute
	IgnoreLabel      Reason = "labelled ignore"                      // Mute
	Snoozed          Reason = "snoozed"                              // Mute: until the period on its label ends
	SnoozeOver       Reason = "snooze is over"                       // Update: removes the label; comments if the error happened meanwhile
	TenTimes         Reason = "ten times as many events"             // the comment of an Update: a new power of ten, from 100 events on
	HigherLevel      Reason = "a higher level"                       // the comment of an Update
	NewerMarker      Reason = "written by a newer version"           // Mute
	Locked           Reason = "locked"                               // Keep: neither edited nor commented on
	Expired          Reason = "closed longer ago than reopen-window" // Keep
	Leaving          Reason = "about to be archived"                 // Keep: dropped from the dashboard first
	Archived         Reason = "archived"                             // Update: its label changes, so it leaves the list of live issues
	Flapping         Reason = "opened or closed within 24 hours"     // Keep, or Update in place of LateEvents: see verdict
	NothingNew       Reason = "nothing new"                          // Keep
	OldRelease       Reason = "seen in a release without the fix"    // Update: the issue stays closed
	Gone             Reason = "gone"                                 // Keep: deleted, transferred or unlabelled since it was listed
)

// Issue is a tracked issue, reduced to the fields that decisions need.
type Issue struct {
	Number   int
	Title    string
	URL      string
	Open     bool
	Locked   bool
	Archived bool // carries the archive label instead of the label of live issues
	Created  time.Time
	Closed   Reason    // NotPlanned or ClosedAsDup if closed as such; empty if open or completed
	ClosedAt time.Time // zero while open
	Ignored  bool      // carries the ignore label
	Snooze   Snooze
	Owners   []string // logins of its assignees
	Damaged  bool     // its marker was unreadable; Marker holds only the key
	Newer    bool     // a newer errmon wrote it; Marker holds only the key
	Marker   marker.Marker
}

// Rules are the settings and rules that decisions follow.
type Rules struct {
	MinEvents    int           // an error gets an issue at this many events
	MaxNew       int           // new issues in one run
	MaxNewPerDay int           // new issues in 24 hours, over all runs; 0 for no limit
	CloseAfter   time.Duration // close an issue after this long without events; 0: only if a rule sets it; negative: never
	CloseAuto    bool          // close an issue when its silence is too long to be chance, instead of CloseAfter
	ReopenWindow time.Duration // an issue closed longer ago is not reopened; 0 for no limit
	Lateness     time.Duration // how late an event may appear in its source
	Resolve      bool          // resolve the Sentry issues of an issue that is closed as completed
	Policy       policy.Policy // the team's rules
}

// Input is everything that decisions are based on.
type Input struct {
	Now     time.Time // when the run began
	Writing time.Time // when the action is carried out; zero while it is planned
	Run     string    // unique name of this run, stored in the issues that it files
	Rules   Rules
	Issues  []Issue
	Waiting []marker.Row
	Muted   map[int]marker.Mute // events of muted issues counted so far, by issue number
	Ticked  []string            // keys of waiting errors that people want filed
	Groups  []*grouping.Group
	Read    map[string]time.Time // up to when each source was read without a gap; others are missing
	// ReadsSentry reports whether Sentry is a source. States holds the states of Sentry issues by id: those that
	// sentry-query selects, and any that an open issue or a waiting row tracks. It is nil if reading failed.
	ReadsSentry bool
	States      map[string]event.State
	Archive     []Issue          // archived issues, which may be earlier issues of new errors; see state.go
	Filed       []int            // issue numbers on the dashboard; nil if the run archives nothing
	Ancestry    map[int]Ancestry // by number of a closed issue whose error happened again
}

// Action is the decision about one error.
type Action struct {
	Kind   Kind
	Reason Reason
	Issue  Issue             // before the action; zero for an error without an issue
	Title  string            // the issue's title, or the title to create it with
	Public string            // a title made from the template alone, safe for a public repository; empty if the error has an issue
	Next   marker.Marker     // what the issue will store
	Groups []*grouping.Group // the error's groups in this run; may be empty

	Others               // markers that the issue takes over
	Evidence Evidence    // looked up after the decision
	Comment  Reason      // reason for a comment, posted once the issue is written; empty for none
	Note     string      // identifies the comment; the marker stores it before the comment is posted
	Unlabel  []string    // labels to remove once the issue is written
	Mute     marker.Mute // Mute: what the dashboard keeps
	Surged   bool        // Mute: the error surged, and this run is the first to notice; see mute
	Retry    bool        // GitHub refused it in an earlier run
	Fixed    Fixed       // Reopen: the fix that did not work; zero if unknown
	DupOf    int         // Duplicate: number of the issue that stays
	Resolve  []string    // ResolvesSentry: ids of the Sentry issues to resolve before the issue is written
}

// Fixed holds the commit that closed an issue, and a commit that contains it but still failed.
type Fixed struct{ By, Failed string }

// Evidence is what an issue shows about an error in addition to its groups.
type Evidence struct {
	Sample *event.Event // the sample with all its lines; nil if the lines around it were not read
	Before []string     // lines logged just before the sample
	After  []string     // lines logged just after it
	Links  []event.Link // links to other views of the sample
	Code   *code.Source // the repository's code for the sample; nil if it was not looked up
	Build  marker.Build // the version that Code shows
}

// Count returns the number of events, including those that the action adds.
func (a Action) Count() int64 { return a.Next.Count() }

// Sample returns the event that the issue shows; false if this run read none.
func (a Action) Sample() (event.Event, bool) {
	if a.Evidence.Sample != nil {
		return *a.Evidence.Sample, true
	}
	if g := sampled(a.Groups); g != nil {
		return g.Sample, true
	}
	return event.Event{}, false
}

// sampled returns the first group that has an event. A Sentry group counts only if its event was read.
func sampled(groups []*grouping.Group) *grouping.Group {
	for _, g := range groups {
		if g.Sentry == nil || g.Sample.Source != "" {
			return g
		}
	}
	return nil
}

// Writes reports whether the action changes an error issue.
func (a Action) Writes() bool { return slices.Contains([]Kind{Create, Update, Reopen, Close}, a.Kind) }

// Result is the outcome of one action.
type Result struct {
	Action Action // as decided again right before an edit
	Number int    // number of the issue; 0 if there is none
	URL    string
	Err    error // why the write failed or was skipped
	// Refused reports whether this write failed at GitHub, but others may succeed. The error then
	// waits on the dashboard, and later runs try it again after all others.
	Refused bool
}

// Standing returns the issue as the run left it; false if there is none, or it is gone or a duplicate.
func (r Result) Standing() (Issue, bool) {
	i := r.Action.Issue
	if r.Done() {
		i.Number, i.URL, i.Title, i.Marker = r.Number, r.URL, r.Action.Title, r.Action.Next
		i.Open = r.Action.Kind != Close && (i.Open || r.Action.Kind != Update)
	}
	return i, i.Number != 0 && r.Action.Reason != Gone && i.Marker.DupOf == 0
}

// Left reports whether the issue turned out to be gone or locked, so its events must be planned again.
func (r Result) Left() bool {
	return r.Action.Reason == Gone || r.Action.Reason == Locked && len(r.Action.Groups) > 0
}

// Done reports whether the run made this change, or in a dry run would make it.
func (r Result) Done() bool { return r.Err == nil && r.Action.Writes() }

// Plan decides about every live issue and error. Whatever the order of its inputs, it returns issues by
// number, then new errors by severity and frequency, and last those that GitHub refused in an earlier run.
func Plan(in Input) []Action {
	known := index(in)
	known.match(in.Groups)
	var actions []Action
	leaving := 0
	for _, e := range known.entries {
		a := decide(Action{Issue: e.Issue, Groups: e.groups, Others: e.Others, Retry: e.refused}, in)
		if e.original != nil {
			a = closeDuplicate(e.Issue, e.standing().Number)
		}
		again := a.Kind == Reopen || a.Issue.Open && a.Kind == Update && grew(a.Issue.Marker, a.Next)
		if e.retired != "" && len(a.Groups) > 0 && again {
			known.wait(&entry{Issue: Issue{Marker: successor(e.Issue)}, groups: a.Groups})
		}
		switch {
		case e.Archived: // it is no longer a live issue, so it gets no action
		case e.retired != "":
			actions = append(actions, leave(e.Issue, in, &leaving))
		default:
			actions = append(actions, a)
		}
	}
	actions = append(actions, file(known, in)...)
	slices.SortStableFunc(actions, retriesLast)
	return actions
}

// retriesLast orders actions so that those GitHub refused before cannot hold up the others.
func retriesLast(a, b Action) int {
	rank := map[bool]int{true: 1}
	return rank[a.Retry] - rank[b.Retry]
}

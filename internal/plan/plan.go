// Package plan decides what happens to each issue. It compares the errors seen in a run
// with the known issues and gives each issue one Action with a named Reason. Whatever a
// run does or leaves alone is decided here; apply only carries it out.
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
	Mute   Kind = "muted"   // people want to hear no more about it
	Keep   Kind = "unchanged"
)

// Reason explains an action, in the words of the summary.
type Reason string

// Every reason there is.
const (
	FirstSeen        Reason = "first seen"                           // Create: no issue owns the error
	Ticked           Reason = "ticked on the dashboard"              // Create: people asked for it, so no limit applies
	MoreEvents       Reason = "more events"                          // Update: the count grew
	LateEvents       Reason = "late events"                          // Update: events from before the closing of a closed issue
	NewIdentity      Reason = "matched a new fingerprint"            // Update: the issue owns a further key from now on
	OtherSource      Reason = "also reported by another source"      // Update: without a larger count
	Repaired         Reason = "marker was damaged"                   // Update: recognised by its key line, counted anew
	Merged           Reason = "merged a duplicate"                   // Update: took over the counts of a duplicate
	Regression       Reason = "happened again after closing"         // Reopen: an event is newer than the closing
	Quiet            Reason = "quiet"                                // Close: nothing for close-after
	SentryUnresolved Reason = "unresolved again in Sentry"           // Reopen
	SentryResolved   Reason = "resolved in Sentry"                   // Close: as completed
	SentryArchived   Reason = "archived in Sentry"                   // Close: as not planned
	ResolvesSentry   Reason = "closed here: resolves Sentry's issue" // Update: see Action.Resolve
	SentryNoted      Reason = "state in Sentry noted"                // Update: both sides agree, so there is nothing else to do
	Duplicate        Reason = "duplicate"                            // Close: of an older issue, which stays
	BelowMin         Reason = "fewer than min-events"                // Wait
	OverMax          Reason = "more than max-new-issues"             // Wait
	OverDay          Reason = "more than max-new-issues-per-day"     // Wait
	Unread           Reason = "its source was not read"              // Wait: ticked, and filed once its trace can be read
	NoRoom           Reason = "no room in its issue"                 // Wait: people's text fills the body, so the dashboard keeps the counts
	Refused          Reason = "refused by GitHub"                    // Wait: the dashboard keeps the counts until a later run can write them
	NotPlanned       Reason = "closed as not planned"                // Mute
	ClosedAsDup      Reason = "closed as duplicate"                  // Mute
	IgnoreLabel      Reason = "labelled ignore"                      // Mute
	Snoozed          Reason = "snoozed"                              // Mute: until the days on its label are over
	SnoozeOver       Reason = "snooze is over"                       // Update: the label is removed; a comment if it happened meanwhile
	TenTimes         Reason = "ten times as many events"             // comment on an Update, from 100 events on
	HigherLevel      Reason = "a higher level"                       // comment on an Update
	NewerMarker      Reason = "written by a newer version"           // Mute
	Locked           Reason = "locked"                               // Keep: neither edited nor commented on
	Expired          Reason = "closed longer ago than reopen-window" // Keep
	Leaving          Reason = "about to be archived"                 // Keep: the dashboard forgets it
	Archived         Reason = "archived"                             // Update: it leaves the listing of live issues
	Flapping         Reason = "opened or closed within 24 hours"     // Keep, or Update if the count grew: see verdict
	NothingNew       Reason = "nothing new"                          // Keep
	OldRelease       Reason = "seen in a release without the fix"    // Update: the issue stays closed
	Gone             Reason = "gone"                                 // Keep: deleted, transferred or unlabelled since the listing
)

// Issue is a tracked issue as far as a decision needs it.
type Issue struct {
	Number   int
	Title    string
	URL      string
	Open     bool
	Locked   bool
	Archived bool // no longer among the live issues
	Created  time.Time
	Closed   Reason    // why it is closed: NotPlanned, ClosedAsDup, or empty for completed
	ClosedAt time.Time // zero while open
	Ignored  bool      // carries the ignore label
	Snooze   Snooze
	Owners   []string // logins of its assignees
	Damaged  bool     // its marker was unreadable; Marker holds the key alone
	Newer    bool     // a newer errmon wrote it; Marker holds the key alone
	Marker   marker.Marker
}

// Rules are the numbers that a team sets.
type Rules struct {
	MinEvents    int           // events until an error gets an issue
	MaxNew       int           // new issues in one run
	MaxNewPerDay int           // new issues in 24 hours, by all runs together; 0 for no limit
	CloseAfter   time.Duration // quiet time until an issue is closed; 0 never, below 0 not by a rule either
	CloseAuto    bool          // close an issue when the silence is too long to be chance
	ReopenWindow time.Duration // how long after its closing an issue is reopened; 0 for ever
	Lateness     time.Duration // how late an event may be delivered
	Resolve      bool          // closing an issue as completed resolves its Sentry issues
	Policy       policy.Policy // the team's rules
}

// Input is everything that a run decides by.
type Input struct {
	Now     time.Time // when the run began
	Writing time.Time // when the action is carried out; zero while it is planned
	Run     string    // names this run, unlike any other; new issues carry it
	Rules   Rules
	Issues  []Issue
	Waiting []marker.Row
	Muted   map[int]marker.Mute // what was counted of muted issues, by number
	Ticked  []string            // keys of waiting errors that people want filed
	Groups  []*grouping.Group
	Read    map[string]time.Time // up to when each source was read completely in this run; a failed one is missing
	// ReadsSentry reports whether Sentry is a source. States holds, by id, the state of each of its issues
	// that is unresolved, or that an open issue or a waiting row tracks; nil if Sentry could not be read.
	ReadsSentry bool
	States      map[string]event.State
	Archive     []Issue          // predecessors of new errors, see state.go
	Filed       []int            // numbers on the dashboard; nil if the run archives nothing
	Ancestry    map[int]Ancestry // of closed issues that failed again, by number
}

// Action is what to do about one error.
type Action struct {
	Kind   Kind
	Reason Reason
	Issue  Issue             // as it was; zero for Create and Wait without an issue
	Title  string            // of the issue, or of the one to create
	Public string            // the title that a public place may show, of the template alone; empty if it has an issue
	Next   marker.Marker     // what the issue will store
	Groups []*grouping.Group // what was seen of it in this run; may be empty

	Others               // that the issue takes over
	Evidence Evidence    // what was looked up after the decision
	Comment  Reason      // of the comment to post once the issue is written; empty for none
	Note     string      // what the marker records about the comment beforehand
	Unlabel  []string    // labels to remove once the issue is written
	Mute     marker.Mute // Mute: what the dashboard keeps
	Surged   bool        // Mute: in this run for the first time, see mute
	Retry    bool        // GitHub refused it in an earlier run
	Fixed    Fixed       // Reopen: the fix that did not help; zero if unknown
	DupOf    int         // Duplicate: the issue that stays
	Resolve  []string    // ResolvesSentry: ids of the Sentry issues to resolve before the issue is written
}

// Fixed is the commit that closed an issue, and one that contains it and failed.
type Fixed struct{ By, Failed string }

// Evidence is what an issue shows of an error beyond what its groups hold.
type Evidence struct {
	Sample *event.Event // the sample with all its lines; nil if the group's is whole
	Before []string     // lines logged right before the sample
	After  []string     // and right after it
	Links  []event.Link // other views of the sample
	Code   *code.Source // what the repository shows of the sample; nil if it was not asked
	Build  marker.Build // the version that Code is of
}

// Count is the number of events once the action is done.
func (a Action) Count() int64 { return a.Next.Count() }

// Sample returns the event that the issue shows, and false if none was read.
func (a Action) Sample() (event.Event, bool) {
	if a.Evidence.Sample != nil {
		return *a.Evidence.Sample, true
	}
	if g := sampled(a.Groups); g != nil {
		return g.Sample, true
	}
	return event.Event{}, false
}

// sampled returns the first group of which an event was read: from a log rather than from Sentry, if both were.
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

// Result is the outcome of one action, which is the one decided right before the write.
type Result struct {
	Action Action
	Number int // of the issue; 0 if there is none
	URL    string
	Err    error // why a write is missing
	// Refused reports whether GitHub refused this write alone. The error then waits on the
	// dashboard and is tried again after all others.
	Refused bool
}

// Standing returns the issue as the run left it; false if it is gone or a duplicate.
func (r Result) Standing() (Issue, bool) {
	i := r.Action.Issue
	if r.Done() {
		i.Number, i.URL, i.Title, i.Marker = r.Number, r.URL, r.Action.Title, r.Action.Next
		i.Open = r.Action.Kind != Close && (i.Open || r.Action.Kind != Update)
	}
	return i, i.Number != 0 && r.Action.Reason != Gone && i.Marker.DupOf == 0
}

// Left reports whether the issue turned out to be gone or locked, so a later run files the error anew.
func (r Result) Left() bool {
	return r.Action.Reason == Gone || r.Action.Reason == Locked && len(r.Action.Groups) > 0
}

// Done reports whether the run made this change, or in a dry run would make it.
func (r Result) Done() bool { return r.Err == nil && r.Action.Writes() }

// Plan decides about every issue and error of a run. The result does not depend on the order of its inputs:
// issues by number, then new errors by severity and frequency; at the end what GitHub refused before.
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
		case e.Archived: // not listed
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

// retriesLast keeps what GitHub refused before from holding up others.
func retriesLast(a, b Action) int {
	if a.Retry == b.Retry {
		return 0
	}
	return map[bool]int{true: 1, false: -1}[a.Retry]
}

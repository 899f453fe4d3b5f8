package plan

import (
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
)

// This file is about issues that take no more events: locked ones, those closed longer ago than
// reopen-window, and archived ones. An error of theirs that happens again gets a new issue. It owns
// what the old one owned and names it (marker.After), so the two never pass for duplicates.

// retired returns why an issue takes no more events; empty if it does. What people
// muted stays muted.
func retired(i Issue, in Input) Reason {
	switch {
	case i.Muted():
		return ""
	case i.Locked:
		return Locked
	case i.Archived:
		return Archived
	case in.Rules.ReopenWindow > 0 && !i.Open && in.Now.Sub(i.ClosedAt) >= in.Rules.ReopenWindow:
		return Expired
	}
	return ""
}

// keep returns the action that leaves an issue alone.
func keep(i Issue, why Reason) Action {
	return Action{Kind: Keep, Reason: why, Issue: i, Title: i.Title, Next: i.Marker}
}

// recurs reports whether a retired issue would be reopened, or counts more while it is open.
func recurs(a Action) bool {
	return len(a.Groups) > 0 && (a.Kind == Reopen || a.Issue.Open && a.Kind == Update && grew(a.Issue.Marker, a.Next))
}

// successor returns what the next issue of a retired one begins with: it owns the same,
// and counts what the old one did not.
func successor(i Issue) marker.Marker {
	old := i.Marker
	m := marker.Marker{
		Keys: slices.Clone(old.Keys), Aliases: slices.Clone(old.Aliases), Grouped: slices.Clone(old.Grouped),
		Template: old.Template, Service: old.Service, After: i.Number,
	}
	for name, tally := range old.Sources {
		prior := map[count.Minute]int64{}
		maps.Copy(prior, tally.Prior)
		for minute, n := range tally.Cells {
			prior[minute] += n
		}
		m.SetSource(name, count.Tally{Through: tally.Through, Prior: prior})
	}
	for kind, inbox := range old.Deliveries {
		m.SetInbox(kind, count.Inbox{IDs: inbox.IDs})
	}
	return m
}

// predecessor returns the retired issue that owns one of the keys; 0 if there is none.
func (d *directory) predecessor(keys []string) int {
	for _, key := range keys {
		if owner := d.owners[key]; owner != nil && owner.retired != "" {
			return owner.Number
		}
	}
	return 0
}

// takesOver reports whether an issue goes on where the owner of its key ended.
func (e *entry) takesOver(owner *entry) bool {
	return e.Closed != ClosedAsDup && (e.Marker.After >= owner.Number || owner.retired != "")
}

// maxLeaving is how many issues a run archives at most. Each costs four requests.
const maxLeaving = 5

// leave decides about a retired issue: once it was closed longer ago than
// reopen-window the dashboard forgets its number, and a later run archives it. In the
// other order a run that dies between would take the list for wrong.
func leave(i Issue, why Reason, in Input, leaving *int) Action {
	if why != Expired || in.Filed == nil || *leaving == maxLeaving {
		return keep(i, why)
	}
	*leaving++
	if slices.Contains(in.Filed, i.Number) {
		return keep(i, Leaving)
	}
	return Archive(i, in)
}

// Archive returns the action that archives an issue, if it is still closed for so long.
func Archive(i Issue, in Input) Action {
	a := keep(i, retired(i, in))
	if a.Reason == Expired {
		a.Kind, a.Reason = Update, Archived
	}
	return a
}

package plan

import (
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
)

// This file is about retired issues, which take no more events: locked ones, those closed longer ago
// than reopen-window, and archived ones. If such an error happens again, it gets a new issue, which
// owns what the old one owned and names it (marker.After), so the two never look like duplicates.

// retired returns why an issue takes no more events; empty if it does. Muted issues stay muted.
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

// successor returns the first marker of the issue that follows a retired one: it owns the same
// keys, and counts what the old one did not.
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

// takesOver reports whether an issue continues where the owner of its key ended.
func (e *entry) takesOver(owner *entry) bool {
	return e.Closed != ClosedAsDup && (e.Marker.After >= owner.Number || owner.retired != "")
}

// maxLeaving is how many issues a run archives at most. Each costs four requests.
const maxLeaving = 5

// leave decides about a retired issue. Once it was closed longer ago than reopen-window, the
// dashboard forgets its number, and a later run archives it. In the opposite order, the run after
// one that died in between would find an issue missing and take the list for incomplete.
func leave(i Issue, why Reason, in Input, leaving *int) Action {
	kept := Action{Kind: Keep, Reason: why, Issue: i, Title: i.Title, Next: i.Marker}
	if why != Expired || in.Filed == nil || *leaving == maxLeaving {
		return kept
	}
	*leaving++
	if slices.Contains(in.Filed, i.Number) {
		kept.Reason = Leaving
		return kept
	}
	return Archive(i, in)
}

// Archive returns the action that archives an issue if it was closed long enough ago.
func Archive(i Issue, in Input) Action {
	a := Action{Kind: Keep, Reason: retired(i, in), Issue: i, Title: i.Title, Next: i.Marker}
	if a.Reason == Expired {
		a.Kind, a.Reason = Update, Archived
	}
	return a
}

package faults

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// verdict counts what is wrong with a repository, in the columns of the table.
type verdict struct {
	duplicates, lost, miscounted, text int
	notes                              []string
}

func (v *verdict) note(column *int, format string, args ...any) {
	*column++
	v.notes = append(v.notes, fmt.Sprintf(format, args...))
}

func (v verdict) bad() bool { return v.duplicates+v.lost+v.miscounted+v.text > 0 }

func (v verdict) String() string { return strings.Join(v.notes, "\n") }

// debt is what the repository owes for one error: the truth, minus what errmon cannot know because of what
// people did.
type debt struct {
	truth
	atLeast  int  // minimum count; the truth's is the maximum
	mayWait  bool // it may wait or be forgotten instead of having an issue
	noIssue  bool // it must have no issue: its issue is muted and out of sight
	anyState bool
}

// allowance reduces what is owed for an error.
type allowance func(name string, d *debt)

// sighting is what the repository shows its readers about an error.
type sighting struct {
	issues      []sightedIssue // live ones
	doubles     int            // closed as duplicates
	count       int
	first, last string
	waiting     int // events in its row on the dashboard; 0 without a row
}

type sightedIssue struct {
	number   int
	state    string
	comments int
}

// view is what people see of a world, and what judge needs to know about it.
type view struct {
	script     *script
	raced      bool
	errors     map[string]sighting
	dashboards int
	rest       verdict // mistakes that no allowance covers: Sentry's states, and people's text
}

func (w *world) view() view {
	seen := view{script: w.script, raced: w.raced, errors: map[string]sighting{}, dashboards: len(w.dashboards())}
	for name := range w.script.truths {
		seen.errors[name] = w.look(name)
	}
	w.judgeSentry(&seen.rest)
	for _, text := range w.wrote {
		w.judgeText(&seen.rest, text)
	}
	return seen
}

// judge compares the repository with the script's truth.
func (w *world) judge(allow allowance) verdict { return w.view().judge(allow) }

func (w view) judge(allow allowance) verdict {
	v := w.rest
	v.notes = slices.Clone(v.notes)
	for _, name := range slices.Sorted(maps.Keys(w.script.truths)) {
		owed := debt{truth: *w.script.truths[name]}
		owed.atLeast = owed.count
		if allow != nil {
			allow(name, &owed)
		}
		w.judgeError(&v, name, owed, w.errors[name])
	}
	if w.dashboards > 1 {
		v.note(&v.duplicates, "%d dashboards", w.dashboards)
	}
	return v
}

func (w view) judgeError(v *verdict, name string, owed debt, seen sighting) {
	wants := owed.issue && !owed.noIssue
	switch {
	case len(seen.issues) > 1:
		v.note(&v.duplicates, "%s has %d issues: %s", name, len(seen.issues), numbers(seen.issues))
	case len(seen.issues) == 1 && seen.doubles > 0 && !w.raced:
		v.note(&v.duplicates, "%s was filed %d times, though no runs overlapped", name, 1+seen.doubles)
	case wants && len(seen.issues) == 0 && !owed.mayWait:
		v.note(&v.lost, "%s has no issue (%d events wait)", name, seen.waiting)
	case !wants && len(seen.issues) > 0:
		v.note(&v.miscounted, "%s has issue %s, and should have none", name, numbers(seen.issues))
	case len(seen.issues) == 1 && seen.waiting > 0:
		v.note(&v.miscounted, "%s has issue %s, and %d events that wait beside it", name, numbers(seen.issues), seen.waiting)
	case len(seen.issues) == 1:
		judgeIssue(v, name, owed, seen)
	case !owed.issue && (seen.waiting > owed.count || seen.waiting < owed.atLeast):
		v.note(&v.lost, "%s waits with %d events, truth is %d", name, seen.waiting, owed.count)
	}
}

func judgeIssue(v *verdict, name string, owed debt, seen sighting) {
	issue := seen.issues[0]
	if seen.count > owed.count || seen.count < owed.atLeast {
		v.note(&v.miscounted, "%s (#%d) counts %d, truth is %d (at least %d)", name, issue.number, seen.count, owed.count, owed.atLeast)
	}
	want := second(owed.first) + " to " + second(owed.last)
	if owed.atLeast == owed.count && seen.first+" to "+seen.last != want {
		v.note(&v.miscounted, "%s (#%d) says %s to %s, truth is %s", name, issue.number, seen.first, seen.last, want)
	}
	if issue.state != owed.state && !owed.anyState {
		v.note(&v.miscounted, "%s (#%d) is %s, and should be %s", name, issue.number, issue.state, owed.state)
	}
	if issue.comments > owed.comments {
		v.note(&v.duplicates, "%s (#%d) has %d comments, at most %d are owed", name, issue.number, issue.comments, owed.comments)
	}
}

func second(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

func (w *world) judgeText(v *verdict, text wrote) {
	for _, i := range w.github.Issues() {
		where := i.Body
		if text.title {
			where = i.Title
		}
		if i.Number == text.issue && !strings.Contains(where, text.text) {
			v.note(&v.text, "#%d lost %q", text.issue, text.text)
		}
	}
}

var (
	headline = regexp.MustCompile(`\*\*(\d+) events?\*\* · first seen (\S+ \S+) UTC · last seen (\S+ \S+) UTC`)
	waitRow  = regexp.MustCompile("(?m)^- \\[[ x]\\] <!-- errmon:file \\S+ --> `([^`]*)` · [a-z]* · (\\d+) events?")
)

// look reads what people would read. An issue's count is added to that of its successor.
func (w *world) look(name string) sighting {
	var seen sighting
	followed, earlier, first := w.followed(), 0, ""
	for _, i := range w.github.Issues() {
		if !tracked(i) && !labelled(i, "errmon:archive") || !about(i, name) {
			continue
		}
		if m := headline.FindStringSubmatch(i.Body); slices.Contains(followed, i.Number) && m != nil {
			n, _ := strconv.Atoi(m[1])
			earlier, first = earlier+n, cmp.Or(first, m[2])
			continue
		}
		if i.State == "closed" && i.StateReason == "duplicate" {
			seen.doubles++
			continue
		}
		if m := headline.FindStringSubmatch(i.Body); m != nil {
			seen.count, _ = strconv.Atoi(m[1])
			seen.first, seen.last = strings.Clone(m[2]), strings.Clone(m[3])
		}
		seen.issues = append(seen.issues, sightedIssue{i.Number, i.State, len(i.Comments)})
	}
	seen.count, seen.first = seen.count+earlier, cmp.Or(first, seen.first)
	for _, i := range w.dashboards() {
		for _, m := range waitRow.FindAllStringSubmatch(i.Body, -1) {
			if strings.Contains(m[1], name) {
				seen.waiting, _ = strconv.Atoi(m[2])
			}
		}
	}
	return seen
}

// dashboards returns the issues that people see as a dashboard, so no closed duplicates.
func (w *world) dashboards() []githubtest.Issue {
	var found []githubtest.Issue
	for _, i := range w.github.Issues() {
		if labelled(i, "errmon:dashboard") && i.StateReason != "duplicate" {
			found = append(found, i)
		}
	}
	return found
}

func numbers(issues []sightedIssue) string {
	var all []string
	for _, i := range issues {
		all = append(all, fmt.Sprintf("#%d (%s)", i.number, i.state))
	}
	return strings.Join(all, ", ")
}

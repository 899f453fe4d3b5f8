package faults

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// verdict is what is wrong with a repository, in the columns of the table.
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

// allowance changes what is owed for one error, where a fault takes away what
// errmon could know of it.
type allowance func(name string, owed *truth, seen *sighting)

// sighting is what the repository shows of an error to someone who reads it.
type sighting struct {
	issues      []githubtest.Issue // live ones
	count       int
	first, last string
	waiting     int // events of its row on the dashboard; 0 without a row
}

// judge compares the repository with the script's truth.
func (w *world) judge(allow allowance) verdict {
	var v verdict
	for _, name := range slices.Sorted(maps.Keys(w.script.truths)) {
		owed, seen := *w.script.truths[name], w.look(name)
		if allow != nil {
			allow(name, &owed, &seen)
		}
		w.judgeError(&v, name, owed, seen)
	}
	if n := len(w.dashboards()); n > 1 {
		v.note(&v.duplicates, "%d open dashboards", n)
	}
	for _, text := range w.wrote {
		w.judgeText(&v, text)
	}
	return v
}

func (w *world) judgeError(v *verdict, name string, owed truth, seen sighting) {
	switch {
	case len(seen.issues) > 1:
		v.note(&v.duplicates, "%s has %d issues: %s", name, len(seen.issues), numbers(seen.issues))
		return
	case owed.issue && len(seen.issues) == 0:
		v.note(&v.lost, "%s has no issue (%d events wait)", name, seen.waiting)
		return
	case !owed.issue && len(seen.issues) > 0:
		v.note(&v.miscounted, "%s has issue %s, and should wait", name, numbers(seen.issues))
		return
	case !owed.issue:
		if seen.waiting != owed.count {
			v.note(&v.lost, "%s waits with %d events, truth is %d", name, seen.waiting, owed.count)
		}
		return
	}
	issue := seen.issues[0]
	if seen.count != owed.count {
		v.note(&v.miscounted, "%s (#%d) counts %d, truth is %d", name, issue.Number, seen.count, owed.count)
	}
	if want := second(owed.first) + " to " + second(owed.last); seen.first+" to "+seen.last != want {
		v.note(&v.miscounted, "%s (#%d) says %s to %s, truth is %s", name, issue.Number, seen.first, seen.last, want)
	}
	if issue.State != owed.state {
		v.note(&v.miscounted, "%s (#%d) is %s, and should be %s", name, issue.Number, issue.State, owed.state)
	}
	if len(issue.Comments) > owed.comments {
		v.note(&v.duplicates, "%s (#%d) has %d comments, at most %d are owed", name, issue.Number, len(issue.Comments), owed.comments)
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
	waitRow  = regexp.MustCompile("(?m)^\\| `([^|]*)` \\| [a-z]* \\| (\\d+) \\|")
)

// look reads what people would read.
func (w *world) look(name string) sighting {
	var seen sighting
	for _, i := range w.github.Issues() {
		if !tracked(i) || !about(i, name) || i.State == "closed" && i.StateReason == "duplicate" {
			continue
		}
		seen.issues = append(seen.issues, i)
		if m := headline.FindStringSubmatch(i.Body); m != nil {
			seen.count, _ = strconv.Atoi(m[1])
			seen.first, seen.last = m[2], m[3]
		}
	}
	for _, i := range w.dashboards() {
		for _, m := range waitRow.FindAllStringSubmatch(i.Body, -1) {
			if strings.Contains(m[1], name) {
				seen.waiting, _ = strconv.Atoi(m[2])
			}
		}
	}
	return seen
}

func (w *world) dashboards() []githubtest.Issue {
	var found []githubtest.Issue
	for _, i := range w.github.Issues() {
		if labelled(i, "errmon:dashboard") && i.State == "open" {
			found = append(found, i)
		}
	}
	return found
}

func numbers(issues []githubtest.Issue) string {
	var all []string
	for _, i := range issues {
		all = append(all, fmt.Sprintf("#%d (%s)", i.Number, i.State))
	}
	return strings.Join(all, ", ")
}

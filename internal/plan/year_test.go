package plan

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// TestYear simulates a year of hourly runs: 300 errors with seasons, releases, regressions and storms, and
// people who mute, snooze, close, open, lock, tick, transfer and delete. It prints the notifications of each
// week.
func TestYear(t *testing.T) {
	if testing.Short() {
		t.Skip("a year takes half a minute")
	}
	y := newYear(t)
	for range 365 {
		y.people()
		for range 24 {
			y.hour()
		}
	}
	y.print()
	y.judge()
}

const (
	yearErrors = 300
	quietWeek  = 8  // without errors and without human actions
	stormEvery = 40 // hours, on average
)

// year is the state of the simulation.
type year struct {
	t        *testing.T
	random   *rand.Rand
	began    time.Time
	in       Input
	issues   map[int]*yearIssue // all issues, including archived and deleted ones
	last     int
	truth    [yearErrors]int64
	unknown  [yearErrors]bool // a person removed an issue, and its count was lost with it
	fixed    [yearErrors]bool
	weeks    [53]yearWeek
	created  []time.Time
	requests []int
}

type yearIssue struct {
	Issue
	error   int
	gone    bool
	filed   bool
	changes []time.Time // when errmon changed its state
	notes   []string
}

// yearWeek counts the notifications and writes of a week.
type yearWeek struct{ created, comments, changes, writes int }

func newYear(t *testing.T) *year {
	y := &year{t: t, random: rand.New(rand.NewPCG(22, 0)), began: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), issues: map[int]*yearIssue{}}
	y.in = Input{Now: y.began, Rules: Rules{MinEvents: 1, MaxNew: 10, MaxNewPerDay: 30, ReopenWindow: 90 * day, Lateness: 15 * time.Minute}}
	return y
}

func (y *year) chance(p float64) bool { return y.random.Float64() < p }

func (y *year) week() *yearWeek { return &y.weeks[y.weekNumber()] }

func (y *year) weekNumber() int { return int(y.in.Now.Sub(y.began) / (7 * day)) }

// happens returns how often an error happens in an hour. Each error starts with a release and has its own
// frequency; some have seasons, and all have occasional storms.
func (y *year) happens(e int) int64 {
	week := y.weekNumber()
	if week == quietWeek || week < e%40 || y.fixed[e] {
		return 0
	}
	rate := []float64{0.002, 0.01, 0.05, 0.3, 2}[e%5]
	if e%7 == 0 && week/4%3 != 0 {
		return 0 // out of season
	}
	if y.chance(1.0 / stormEvery / yearErrors) {
		return 200 + y.random.Int64N(5000)
	}
	n := int64(rate)
	if y.chance(rate - float64(n)) {
		n++
	}
	return n
}

// hour simulates an hour of errors and a run of errmon.
func (y *year) hour() {
	y.in.Now = y.in.Now.Add(time.Hour)
	y.in.Read = map[string]time.Time{shop: y.in.Now}
	y.in.Groups, y.in.Issues, y.in.Archive = nil, nil, nil
	for e := range yearErrors {
		if n := y.happens(e); n > 0 {
			y.truth[e] += n
			y.in.Groups = append(y.in.Groups, y.group(e, n))
		}
	}
	y.in.Filed = []int{}
	var archive []Issue
	listed := 0
	for _, number := range slices.Sorted(maps.Keys(y.issues)) {
		i := y.issues[number]
		switch {
		case i.gone:
		case i.Archived:
			archive = append(archive, i.Issue)
		default:
			listed++
			y.in.Issues = append(y.in.Issues, i.Issue)
			if i.filed {
				y.in.Filed = append(y.in.Filed, number)
			}
		}
	}
	requests := 3 + (listed+99)/100 // the dashboard is listed and written
	if y.unowned() && slices.ContainsFunc(Plan(y.in), func(a Action) bool { return a.Kind == Create && a.Next.After == 0 }) {
		y.in.Archive = archive
		requests += 1 + min(len(archive)/100, 9)
	}
	var waiting []marker.Row
	muted := map[int]marker.Mute{}
	for _, a := range Plan(y.in) {
		requests += y.apply(a)
		switch a.Kind {
		case Wait:
			waiting = append(waiting, marker.Row{Title: a.Title, Reason: string(a.Reason), Marker: a.Next})
		case Mute:
			muted[a.Issue.Number] = a.Mute
		}
		if i := y.issues[a.Issue.Number]; i != nil {
			i.filed = a.Reason != Leaving && a.Reason != Archived
		}
	}
	y.in.Waiting, y.in.Muted, y.in.Ticked = waiting, muted, nil
	y.requests = append(y.requests, requests)
}

// unowned reports whether an error happened that no listed issue owns.
func (y *year) unowned() bool {
	owned := map[string]bool{}
	for _, i := range y.in.Issues {
		owned[i.Marker.Keys[0]] = true
	}
	return len(y.in.Waiting) > 0 || slices.ContainsFunc(y.in.Groups, func(g *grouping.Group) bool { return !owned[g.Key] })
}

func (y *year) group(e int, n int64) *grouping.Group {
	minute := count.MinuteOf(y.in.Now) - 1 - count.Minute(y.random.IntN(50))
	g := &grouping.Group{
		Key: fmt.Sprintf("exc1:%d", e), Type: "Error", Template: fmt.Sprintf("error %d", e), Level: event.Error,
		First: minute.Start(), Last: minute.Start(), Sources: map[string]*count.Tally{shop: {Cells: map[count.Minute]int64{minute: n}, Newest: count.At(minute.Start())}},
	}
	if y.chance(0.001) {
		g.Level = event.Fatal
	}
	return g
}

// apply carries out an action on the repository, and returns the number of requests that it takes.
func (y *year) apply(a Action) int {
	if !a.Writes() {
		return 0
	}
	week := y.week()
	week.writes++
	if a.Kind == Create {
		y.last++
		number := 0
		fmt.Sscanf(a.Next.Keys[0], "exc1:%d", &number)
		y.issues[y.last] = &yearIssue{Issue: Issue{Number: y.last, Title: a.Title, Open: true, Created: y.in.Now, Marker: a.Next}, error: number, filed: true}
		if a.Reason != Ticked {
			y.created = append(y.created, y.in.Now)
		}
		week.created++
		return 1
	}
	i := y.issues[a.Issue.Number]
	requests := 2
	if i.Locked || a.Reason == "" {
		y.t.Errorf("#%d is written: %s, %q, locked: %v", i.Number, a.Kind, a.Reason, i.Locked)
	}
	i.Marker = a.Next
	switch a.Kind {
	case Reopen:
		i.Open, i.Closed, i.ClosedAt = true, "", time.Time{}
	case Close:
		i.Open, i.ClosedAt = false, y.in.Now
	}
	if a.Kind == Reopen || a.Kind == Close {
		i.changes = append(i.changes, y.in.Now)
		week.changes++
	}
	if a.Note != "" {
		if a.Comment == "" || slices.Contains(i.notes, a.Note) {
			y.t.Errorf("#%d: a comment for %q, noted %q", i.Number, a.Comment, a.Note)
		}
		i.notes = append(i.notes, a.Note)
		week.comments++
		requests += 2
	}
	if len(a.Unlabel) > 0 {
		i.Snooze = Snooze{}
		requests++
	}
	if a.Reason == Archived {
		i.Archived = true
		requests += 2
	}
	return requests
}

// people act once a day, except in the quiet week and the one before.
func (y *year) people() {
	if week := y.weekNumber(); week == quietWeek || week == quietWeek-1 {
		return
	}
	for _, row := range y.in.Waiting {
		if y.chance(0.05) {
			y.in.Ticked = append(y.in.Ticked, row.Marker.Keys[0])
		}
	}
	for _, number := range slices.Sorted(maps.Keys(y.issues)) {
		i := y.issues[number]
		if i.gone || i.Archived || i.Marker.DupOf != 0 {
			continue
		}
		p := y.random.Float64()
		switch {
		case i.Open && p < 0.03:
			y.close(i, "")
			y.fixed[i.error] = y.chance(0.8)
		case i.Open && p < 0.031:
			y.close(i, NotPlanned)
		case i.Open && p < 0.033:
			i.Snooze = Snooze{[]string{"errmon:snooze-3d"}, 3 * day}
		case i.Open && p < 0.034:
			i.Ignored = true
		case p < 0.035 && i.Ignored:
			i.Ignored = false
		case !i.Open && p < 0.035:
			i.Open, i.Closed, i.ClosedAt = true, "", time.Time{}
		case p < 0.0355 && !i.Muted():
			i.Locked = true
		case p < 0.0358: // transferred or deleted
			i.gone, y.unknown[i.error] = true, true
		}
	}
	for e := range yearErrors { // a release brings some errors back
		y.fixed[e] = y.fixed[e] && !y.chance(0.004)
	}
}

func (y *year) close(i *yearIssue, why Reason) {
	i.Open, i.Closed, i.ClosedAt = false, why, y.in.Now
}

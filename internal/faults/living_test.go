package faults

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
)

// livingHistory is the story of what people do with issues in the second month. To keep it short,
// reopen-window is one hour.
func livingHistory() *script {
	const shop = "/ecs/shop"
	s := newScript()
	s.settings["ERRMON_REOPEN_WINDOW"] = "1h"
	m := func(minutes float64) time.Duration { return time.Duration(minutes * float64(time.Minute)) }
	twice := func(name string) {
		s.message(name, shop, m(-4), 0)
		s.message(name, shop, m(-3), 0)
	}
	// kestrel happens again after the window, and its next issue refers to the first.
	twice("kestrel")
	s.person(1, closing("kestrel", "completed"))
	s.message("kestrel", shop, m(172), 0)
	s.message("kestrel", shop, m(173), 0)
	s.truths["kestrel"].comments = 1 // if its issue was closed late
	// lapwing stays closed, and is archived.
	twice("lapwing")
	s.person(1, closing("lapwing", "completed"))
	s.truths["lapwing"].state = "closed"
	// magpie's issue is locked while the error continues.
	for i := range 9 {
		s.message("magpie", shop, m(float64(i)*21-6), time.Second)
		s.message("magpie", shop, m(float64(i)*21-5.9), time.Second)
	}
	s.person(4, onIssue("magpie", func(w *world, n int) { w.github.Edit(n, func(i *githubtest.Issue) { i.Locked = true }) }))
	// nuthatch is snoozed, and the snooze ends.
	twice("nuthatch")
	s.person(2, labelling("nuthatch", "errmon:snooze-1d"))
	s.message("nuthatch", shop, m(75), 0)
	s.message("nuthatch", shop, m(95), 0)
	s.person(6, onDashboard((*world).ageMutes))
	s.truths["nuthatch"].comments = 1
	// pipit waits for a second event, and is ticked.
	s.message("pipit", shop, m(33), 0)
	s.person(4, onDashboard(func(w *world, n int) { w.tick(n, "pipit") }))
	// quail reaches its hundredth event, which is worth a comment.
	for i := range 120 {
		s.message("quail", shop, m(float64(i)), 0)
	}
	s.truths["quail"].comments = 1
	return s
}

// ageMutes moves the start of all mutes back by more than a day.
func (w *world) ageMutes(dashboard int) {
	body := w.github.Issue(dashboard).Body
	d, err := marker.ReadDashboard(body)
	if err != nil {
		return
	}
	for number, mute := range d.Muted {
		mute.Since -= count.Millis(25 * time.Hour / time.Millisecond)
		d.Muted[number] = mute
	}
	before, _, behind := marker.Split(body)
	section := d.Section("The dashboard.")
	w.github.EditBody(dashboard, before+section+behind)
}

// tick ticks the box of a waiting error.
func (w *world) tick(dashboard int, name string) {
	body := w.github.Issue(dashboard).Body
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "- [ ] ") && strings.Contains(line, name) {
			w.github.EditBody(dashboard, strings.Replace(body, line, "- [x] "+strings.TrimPrefix(line, "- [ ] "), 1))
		}
	}
}

// TestFaultsOfLiving tries faults at the writes of that story, where labels change, comments are posted and
// issues get successors.
func TestFaultsOfLiving(t *testing.T) {
	c, err := record(livingHistory())
	if err != nil {
		t.Fatal(err)
	}
	// A fault may delay a snooze or a tick beyond the end of the story.
	allow := func(name string, d *debt) {
		switch name {
		case "nuthatch":
			d.atLeast = 2
		case "pipit":
			d.mayWait = true
		}
	}
	crash := row{fault: "crash"}
	moments := c.moments(isWrite)
	crash.addEach(moments, func(m moment) verdict {
		return c.disturb(m, func(r *run, at int) *fault { return r.dieAfter(at, m.at) }, allow)
	})
	rows := []row{crash}
	for _, a := range answers {
		r := row{fault: a.name}
		r.addEach(moments, func(m moment) verdict {
			return c.disturb(m, func(r *run, at int) *fault {
				if at != m.at {
					return nil
				}
				return a.fault(r.world, m.request)
			}, allow)
		})
		rows = append(rows, r)
	}
	overlap := row{fault: "two runs at once, interleaved"}
	overlap.addEach(moments, func(m moment) verdict {
		w := c.worlds[m.run].clone()
		together(w.newRuns(2), atRandom(m.run*1000+m.at))
		return c.goOn(w, m.run+1, allow)
	})
	rows = append(rows, overlap)
	if !*sweep {
		for i := range rows {
			rows[i] = rows[i].sample()
		}
	}
	t.Logf("recorded %d writes", len(moments))
	report(t, tryAll(rows))
}

// followed returns the numbers of issues that have a successor.
func (w *world) followed() []int {
	var numbers []int
	for _, i := range w.github.Issues() {
		if m, err := marker.Read(i.Body); err == nil && m.After != 0 && tracked(i) {
			numbers = append(numbers, m.After)
		}
	}
	slices.Sort(numbers)
	return numbers
}

package faults

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/marker"
)

// chronicle is a script played without a fault: the world before each run, and the run's requests. A fault
// at a request is tried from the world before its run.
type chronicle struct {
	script   *script
	worlds   []*world
	requests [][]request
	endings  endings
}

func record(s *script) (*chronicle, error) {
	c := &chronicle{script: s}
	w := newWorld(s)
	for i := range runs {
		w.turnTo(i)
		c.worlds = append(c.worlds, w.clone())
		r := w.newRun().do()
		if r.code != 0 {
			return nil, fmt.Errorf("run %d ended with code %d:\n%s", i, r.code, r.out)
		}
		c.requests = append(c.requests, r.requests)
	}
	if v := w.finish(nil); v.bad() {
		return nil, fmt.Errorf("without a fault:\n%s", v)
	}
	return c, nil
}

// turnTo moves to the time when a run begins, and lets people act.
func (w *world) turnTo(run int) {
	w.moveTo(w.script.began(run))
	for _, d := range w.script.people {
		if d.before == run {
			w.owed = append(w.owed, d)
		}
	}
	w.owed = slices.DeleteFunc(w.owed, func(d deed) bool { return d.do(w) })
}

// goOn plays the runs from one on, at their scheduled times.
func (w *world) goOn(from int) {
	for i := from; i < runs; i++ {
		w.turnTo(i)
		w.newRun().do()
	}
}

// state is everything that a later run or a person could know of the world.
func (w *world) state() string {
	var b strings.Builder
	fmt.Fprintln(&b, w.now(), w.skew, w.raced, len(w.owed), w.wrote, w.github.Labels())
	for _, i := range w.sentry.Issues() {
		fmt.Fprintln(&b, i.ID, i.Status, i.Count, i.Last)
	}
	for _, i := range w.github.Issues() {
		fmt.Fprintln(&b, i.Number, i.Title, i.State, i.StateReason, i.ClosedAt, i.Labels, i.Author, withoutChance(i.Body))
		for _, c := range i.Comments {
			fmt.Fprintln(&b, c.Author, c.Body)
		}
	}
	return b.String()
}

// withoutChance returns a body without the parts that vary by chance and decide nothing: the name of the
// run that filed it, how many requests the last scans sent, when they began, and how much they read.
func withoutChance(body string) string {
	before, section, behind := marker.Split(body)
	above, _, _ := strings.Cut(section, "<!-- errmon:state")
	if m, err := marker.Read(body); err == nil {
		m.FiledBy = ""
		return fmt.Sprintln(before, above, m, behind)
	}
	d, err := marker.ReadDashboard(body)
	if err != nil {
		return body
	}
	d.Runs, d.Requests = nil, 0
	for name, health := range d.Health {
		d.Health[name] = marker.Health{Tried: health.Tried}
	}
	return fmt.Sprintln(before, boxes.FindAllString(above, -1), d, behind)
}

// boxes matches the lines of the dashboard that people can tick.
var boxes = regexp.MustCompile(`(?m)^- \[.*`)

// finish makes one more run, undisturbed, and judges the world.
func (w *world) finish(allow allowance) verdict {
	w.turnTo(runs)
	return w.lastRun(allow)
}

func (w *world) lastRun(allow allowance) verdict {
	r := w.newRun().do()
	v := w.judge(allow)
	if r.code != 0 {
		v.note(&v.miscounted, "the undisturbed run ended with code %d:\n%s", r.code, r.out)
	}
	return v
}

// moment is one request of a chronicle.
type moment struct {
	run, at int // the run, and the request's place in it, both from 0
	request request
}

func (m moment) String() string {
	return fmt.Sprintf("run %d, request %d (%s %s %s)", m.run, m.at, m.request.service, m.request.method, m.request.path)
}

// moments returns the requests at which a fault can be tried.
func (c *chronicle) moments(which func(request) bool) []moment {
	var all []moment
	for run, requests := range c.requests {
		for at, q := range requests {
			if which(q) {
				all = append(all, moment{run, at, q})
			}
		}
	}
	return all
}

func every(request) bool     { return true }
func isWrite(q request) bool { return q.writes() }

// disturb plays the story with one run in which the gate decides what happens to each request.
func (c *chronicle) disturb(m moment, gate func(r *run, at int) *fault, allow allowance) verdict {
	w := c.worlds[m.run].clone()
	w.newRun().breaking(gate).do()
	return c.goOn(w, m.run+1, allow)
}

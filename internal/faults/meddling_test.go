package faults

import (
	"regexp"
	"time"
)

// meddling is what a person does, at any moment, to the dashboard or to the issue of alpha, which never
// stops happening. owed is what errmon still owes then.
type meddling struct {
	name string
	do   func(w *world) bool
	owed func(s *script, since time.Time) allowance
	undo func(w *world) // before the next run
	// edits means that do writes the whole body. Between errmon's GET and PATCH of that issue the edit
	// would be invisible to errmon, since GitHub has no compare-and-swap, so it comes right after.
	edits bool
}

var meddlings = []meddling{
	{name: "text written around", do: writingAround("alpha", "I look into it.", "It may be the cache."), edits: true},
	{name: "title changed", do: renaming("alpha", "Orders get lost: alpha")},
	{name: "closed as completed", do: closing("alpha", "completed"), owed: reopened},
	{name: "closed as not planned", do: closing("alpha", "not_planned"), owed: muted},
	{name: "closed as duplicate", do: closing("alpha", "duplicate"), owed: mutedAsDuplicate},
	{name: "labelled ignore", do: labelling("alpha", "errmon:ignore"), owed: muted},
	{name: "label removed", do: onIssue("alpha", func(w *world, n int) { w.github.Unlabel(n, "errmon") }), owed: anew},
	{name: "transferred", do: onIssue("alpha", func(w *world, n int) { w.github.Transfer(n) }), owed: anew},
	{name: "deleted", do: onIssue("alpha", func(w *world, n int) { w.github.Delete(n) }), owed: anew},
	{name: "marker's state damaged", do: damaging(`(errmon:state v1 \S+ .{9})`, "${1}%%%"), owed: anew, edits: true},
	{name: "marker's state removed", do: damaging(`<!-- errmon:state [^>]*>`, ""), owed: anew, edits: true},
	{name: "marker's end removed", do: damaging(`<!-- errmon:end -->`, ""), edits: true},
	{name: "marker's beginning removed", do: damaging(`<!-- errmon:begin v1 -->`, ""), edits: true},
	{name: "marker's first lines removed", do: damaging(`<!-- errmon:begin v1 -->\n<!-- errmon:key [^>]*-->\n`, ""), edits: true},
	{name: "a note above a quoted body", do: pasting("> "), edits: true},
	{name: "a note above a pasted body", do: pasting(""), edits: true},
	{name: "label renamed for one run", do: renamingLabel, undo: relabelling},
	{name: "label deleted for one run", do: deletingLabel, undo: relabelling},
	{name: "dashboard deleted", do: onDashboard(func(w *world, n int) { w.github.Delete(n) }), owed: rowsMayGo},
	{name: "dashboard closed", do: onDashboard(func(w *world, n int) { w.github.Close(n, "completed") })},
	{name: "dashboard's label removed", do: onDashboard(func(w *world, n int) { w.github.Unlabel(n, "errmon:dashboard") }), owed: rowsMayGo},
	{name: "dashboard's state damaged", do: onDashboard(func(w *world, n int) { w.damage(n, `(errmon:state v1 \S+ .{9})`, "${1}%%%") }), owed: rowsMayGo, edits: true},
	{name: "dashboard's text removed", do: onDashboard(func(w *world, n int) { w.damage(n, `(?s).*`, "What is this?") }), owed: rowsMayGo, edits: true},
}

// damaging damages a part of the marker, between texts that people wrote.
func damaging(pattern, with string) func(*world) bool {
	around := writingAround("alpha", "Seen by team shop.", "Do not restart.")
	return func(w *world) bool {
		number := w.numberOf("alpha")
		return around(w) && w.damage(number, pattern, with)
	}
}

func (w *world) damage(number int, pattern, with string) bool {
	w.github.EditBody(number, regexp.MustCompile(pattern).ReplaceAllString(w.github.Issue(number).Body, with))
	return true
}

func onDashboard(do func(w *world, number int)) func(*world) bool {
	return func(w *world) bool {
		for _, i := range w.dashboards() {
			do(w, i.Number)
			return true
		}
		return false
	}
}

func owing(victim string, lower func(d *debt)) allowance {
	return func(name string, d *debt) {
		if name == victim {
			lower(d)
		}
	}
}

// reopened: events continue, so the issue is open again, with one more comment.
func reopened(*script, time.Time) allowance {
	return owing("alpha", func(d *debt) { d.comments++ })
}

// muted: nothing more is counted, and no other issue is filed.
func muted(*script, time.Time) allowance {
	return owing("alpha", func(d *debt) { d.atLeast, d.anyState = 0, true })
}

func mutedAsDuplicate(*script, time.Time) allowance {
	return owing("alpha", func(d *debt) { d.noIssue = true })
}

// anew: the error is forgotten and counted again, at least from then on.
func anew(s *script, since time.Time) allowance {
	return owing("alpha", func(d *debt) { d.atLeast = s.count("alpha", since) })
}

// rowsMayGo: errors that have waited for longer than lookback are lost with the dashboard.
func rowsMayGo(s *script, since time.Time) allowance {
	return func(name string, d *debt) {
		if old := since.Sub(d.first) > lookback-interval; old && (name == "india" || name == "juliet") {
			d.atLeast, d.mayWait = 0, true
		}
	}
}

const lookback = time.Hour

// count returns how many events of an error happened after a time.
func (s *script) count(name string, after time.Time) int {
	n := 0
	for _, h := range s.events {
		if h.error == name && h.at.After(after) {
			n++
		}
	}
	return n
}

// meddle makes a person act just before a request arrives.
func (c *chronicle) meddle(m moment, x meddling) verdict {
	var allow allowance
	done := false
	act := func(w *world) {
		if !done && x.do(w) && x.owed != nil {
			allow = x.owed(w.script, w.now())
		}
		done = true
	}
	w := c.worlds[m.run].clone()
	w.newRun().breaking(func(r *run, at int) *fault {
		if unseen := x.edits && m.request.method == "PATCH"; at == m.at && !unseen || at == m.at+1 {
			act(r.world)
		}
		return nil
	}).do()
	if x.undo != nil {
		x.undo(w)
	}
	return c.goOn(w, m.run+1, func(name string, d *debt) {
		if allow != nil {
			allow(name, d)
		}
	})
}

// meddleMeanwhile makes GitHub refuse a write temporarily, and a person edit the issue while errmon waits.
func (c *chronicle) meddleMeanwhile(m moment) verdict {
	edit := writingAround("alpha", "I look into it.", "It may be the cache.")
	return c.disturb(m, func(r *run, at int) *fault {
		if at != m.at {
			return nil
		}
		edit(r.world)
		return &fault{status: 403, header: map[string]string{"Retry-After": "90"}, body: `{"message":"secondary rate limit"}`}
	}, nil)
}

// signal cancels the workflow during a request.
func (c *chronicle) signal(m moment) verdict {
	var r *run
	v := c.disturb(m, func(disturbed *run, at int) *fault {
		if r = disturbed; at == m.at {
			r.cancel()
		}
		return nil
	}, nil)
	if r.code != 130 {
		v.note(&v.miscounted, "exit code %d, want 130", r.code)
	}
	if len(r.requests) > m.at+1 {
		v.note(&v.miscounted, "sent %d requests after the signal", len(r.requests)-m.at-1)
	}
	return v
}

func meddlingRows(c *chronicle) []row {
	signal := row{fault: "signal"}
	signal.addEach(c.moments(every), c.signal)
	meanwhile := row{fault: "text written while errmon waits"}
	meanwhile.addEach(c.moments(isWrite), c.meddleMeanwhile)
	rows := []row{signal, meanwhile}
	for _, x := range meddlings {
		r := row{fault: x.name}
		r.addEach(c.moments(every), func(m moment) verdict { return c.meddle(m, x) })
		rows = append(rows, r)
	}
	return rows
}

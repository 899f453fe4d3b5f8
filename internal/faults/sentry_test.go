package faults

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// This file is Sentry's part of the history: errors that only Sentry sees, errors that both a log and
// Sentry see, and states that people change on either side.

const sentry service = "Sentry"

// reported is one event that an SDK sends to Sentry.
type reported struct {
	error string
	at    time.Time
}

// tracker is the Sentry of a world. It receives an event once its time has come.
type tracker struct {
	*sentrytest.Server
	mu    sync.Mutex
	knows int // number of the script's events received, in order of their times
}

func (w *world) newTracker() *tracker {
	t := &tracker{Server: sentrytest.New("web")}
	t.Configure(func(s *sentrytest.Settings) {
		s.Now, s.PageSize = w.now, 2
		s.Tokens["token"] = []string{"event:read", "event:write", "project:read"}
	})
	return t
}

func (w *world) cloneTracker(to *world) *tracker {
	t := &tracker{Server: w.sentry.Clone(), knows: w.sentry.knows}
	t.Configure(func(s *sentrytest.Settings) { s.Now = to.now })
	return t
}

// sentryID returns the id of an error's issue in Sentry.
func (s *script) sentryID(name string) string {
	var names []string
	for _, e := range s.reports {
		names = append(names, e.error)
	}
	return strconv.Itoa(7000 + slices.Index(names, name))
}

// learn passes the events until now to Sentry.
func (w *world) learn() {
	w.sentry.mu.Lock()
	defer w.sentry.mu.Unlock()
	events := slices.SortedStableFunc(slices.Values(w.script.reports), func(a, b reported) int { return a.at.Compare(b.at) })
	for ; w.sentry.knows < len(events) && !events[w.sentry.knows].at.After(w.now()); w.sentry.knows++ {
		e := events[w.sentry.knows]
		id := w.script.sentryID(e.error)
		if w.sentry.Issue(id).ID == "" {
			w.sentry.Put(sentrytest.Issue{ID: id, Title: "TypeError: " + e.error + " is not a function", Count: 1, First: e.at, Last: e.at, Event: sdkEvent(e.error)})
			continue
		}
		w.sentry.Happen(id, 1, e.at)
	}
}

// sdkEvent returns the failure that traceLines logs, as an SDK sends it.
func sdkEvent(name string) *sentrytest.Event {
	class := strings.ToUpper(name[:1]) + name[1:]
	frame := func(function, file string, line int) sentrytest.Frame {
		return sentrytest.Frame{Function: function, Filename: "./" + file, AbsPath: "webpack://shop/./" + file, Line: line, InApp: true}
	}
	return &sentrytest.Event{Exceptions: []sentrytest.Exception{{Type: "TypeError", Value: name + " is not a function", Frames: []sentrytest.Frame{
		{Function: "Layer.handle", Filename: "/app/node_modules/express/lib/router/layer.js", Line: 95},
		frame(class+".handle", "src/server.js", 40), frame(class+".total", "src/"+name+".js", 10),
	}}}}
}

// report makes an error happen in Sentry.
func (s *script) report(name string, at time.Duration) {
	e := reported{name, s.at(at).Truncate(time.Millisecond)}
	s.reports = append(s.reports, e)
}

// oweReported adds Sentry's events to what is owed. For an error that a log shows too, the larger count is
// owed.
func (s *script) oweReported() {
	counts := map[string]int{}
	for _, e := range s.reports {
		counts[e.error]++
	}
	for _, e := range s.reports {
		logged := 0
		if t := s.truths[e.error]; t != nil {
			logged = t.count
		}
		s.owe(e.error, e.at)
		if t := s.truths[e.error]; !t.silent {
			t.count = max(logged, counts[e.error])
		}
	}
}

// inSentry adds a deed that sets a status in Sentry.
func (s *script) inSentry(before int, name, status string) {
	s.person(before, func(w *world) bool {
		w.learn()
		id := s.sentryID(name)
		if w.sentry.Issue(id).ID == "" {
			return false
		}
		w.sentry.Change(id, func(i *sentrytest.Issue) { i.Status = status })
		return true
	})
}

// addSentry adds Sentry's part to a history.
func addSentry(s *script, shop string) {
	m := func(minutes float64) time.Duration { return time.Duration(minutes * float64(time.Minute)) }
	every := func(name string, from, to, step float64) {
		for at := from; at < to; at += step {
			s.report(name, m(at))
		}
	}
	every("quebec", -300, 195, 13) // starts long before the first run and never stops
	// romeo is resolved in Sentry; so is sierra, which regresses; whiskey is archived.
	every("romeo", -40, 30, 9)
	s.inSentry(4, "romeo", "resolved")
	every("sierra", -40, 30, 11)
	s.inSentry(3, "sierra", "resolved")
	every("sierra", 105, 125, 7)
	every("whiskey", -30, 40, 17)
	s.inSentry(5, "whiskey", "ignored")
	// tango is logged first and reported to Sentry later; uniform the other way round.
	for i := range 6 {
		s.trace("tango", shop, m(-12+float64(i)*31), time.Second)
		s.trace("uniform", shop, m(50+float64(i)*21), time.Second)
	}
	every("tango", 45, 190, 12)
	every("uniform", -30, 80, 19)
	// victor is closed in GitHub, and so resolved in Sentry.
	every("victor", -20, 40, 15)
	s.person(5, closing("victor", "completed"))
	// xray happens once.
	s.report("xray", m(20))
	s.oweReported()
	for _, name := range []string{"romeo", "whiskey", "victor"} {
		s.truths[name].state = "closed"
	}
	s.truths["sierra"].comments = 1
	s.truths["xray"].issue = false
	s.resolved = []string{"romeo", "victor"}
}

// judgeSentry checks that issues resolved on either side are resolved in Sentry.
func (w *world) judgeSentry(v *verdict) {
	for _, name := range w.script.resolved {
		if status := w.sentry.Issue(w.script.sentryID(name)).Status; status != "resolved" {
			v.note(&v.miscounted, "%s is %s in Sentry, and should be resolved", name, status)
		}
	}
}

// sentryDown makes Sentry fail in some runs, from a request on.
func (c *chronicle) sentryDown(from, n, request, status int) verdict {
	w := c.worlds[from].clone()
	for i := from; i < runs; i++ {
		w.turnTo(i)
		r := w.newRun()
		if i < from+n {
			r.gate = failingSentry(request, status)
		}
		r.do()
	}
	return w.finish(nil)
}

func failingSentry(after, status int) func(request) *fault {
	seen := 0
	return func(q request) *fault {
		if q.service != sentry {
			return nil
		}
		if seen++; seen <= after {
			return nil
		}
		return &fault{status: status, body: `{"detail":"Internal Error"}`}
	}
}

func sentryRows(c *chronicle) []row {
	down := row{fault: "Sentry down or refusing, for one to three runs"}
	for from := range runs {
		for _, status := range []int{0, 401, 403, 429, 500} {
			n, request := 1+from%3, status%7
			down.add(fmt.Sprintf("%d in %d runs from run %d, request %d on", status, n, from, request), func() verdict { return c.sentryDown(from, n, request, status) })
		}
	}
	return []row{down}
}

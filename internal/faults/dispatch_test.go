package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// A delivery arrives once: if the run that files it loses it, it is lost. Such runs overlap with each other
// and with scans at any request, on one condition: when a run waits for seconds before it reads back, the
// others have time to write what they have read.

// dispatch returns a run that files one Slack message about the named error.
func (w *world) dispatch(name string, id int, at time.Time, args ...string) *run {
	r := w.newRun(append(args, "--payload", "-")...)
	r.stdin = fmt.Sprintf(`{"slack":{"type":"event_callback","event_id":"Ev%d","event":{"type":"message","subtype":"bot_message","channel":"C01","ts":"%d.000000","text":"*ERROR* in post: %s courier lost %d parcels"}}}`,
		id, at.Unix(), name, 10+id)
	return r
}

// longRest is shorter than a run's wait before it reads back, and longer than the pauses between writes.
const longRest = 5 * time.Second

// noting records that the run rested if it slept for long.
func (r *run) noting(c clock.Clock) clock.Clock {
	sleep := c.Sleep
	c.Sleep = func(ctx context.Context, d time.Duration) error {
		r.rested = r.rested || d >= longRest
		return sleep(ctx, d)
	}
	timeout := c.Timeout
	c.Timeout = func(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
		ctx, cancel := timeout(ctx, d, cause)
		return ctx, r.timed.add(ctx, cancel)
	}
	return c
}

// writing reports whether the run has read an issue and is about to write it.
func (r *run) writing() bool {
	return r.last.method == "GET" && r.pending.method == "PATCH" && r.last.path == r.pending.path
}

// giving picks at random, but no run that rested while another is writing.
func giving(seed int) func([]*run) *run {
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	return func(waiting []*run) *run {
		may := waiting
		if slices.ContainsFunc(waiting, (*run).writing) {
			may = slices.DeleteFunc(slices.Clone(waiting), func(r *run) bool { return r.rested })
		}
		if len(may) == 0 {
			may = waiting
		}
		chosen := may[random.IntN(len(may))]
		chosen.last, chosen.rested = chosen.pending, false
		return chosen
	}
}

// deliver plays a run of the story next to n dispatches, which deliver n messages about one error. With
// twice, each message is delivered by two dispatches.
func (c *chronicle) deliver(at, n, seed int, twice bool, args ...string) verdict {
	w := c.worlds[at].clone()
	began := w.now()
	all := []*run{w.newRun()}
	for i := range n {
		all = append(all, w.dispatch("remote", i, began.Add(time.Duration(i)*time.Second), args...))
		if twice {
			all = append(all, w.dispatch("remote", i, began.Add(time.Duration(i)*time.Second), args...))
		}
	}
	together(all, giving(seed))
	var v verdict
	for _, r := range all[1:] { // a scan may leave something to the next one
		if r.code != 0 {
			v.note(&v.lost, "%s ended with code %d:\n%s", strings.Join(r.args, " "), r.code, r.out)
		}
	}
	owed := truth{count: n, first: began, last: began.Add(time.Duration(n-1) * time.Second), issue: true, state: "open"}
	seen := w.look("courier")
	seen.waiting = 0 // it may be on a second dashboard, which the next scan closes
	w.view().judgeError(&v, "courier", debt{truth: owed, atLeast: n}, seen)
	after := c.goOn(w, at+1, nil)
	w.view().judgeError(&after, "courier", debt{truth: owed, atLeast: n}, w.look("courier"))
	after.add(v)
	return after
}

func (v *verdict) add(other verdict) {
	v.duplicates, v.lost = v.duplicates+other.duplicates, v.lost+other.lost
	v.miscounted, v.text = v.miscounted+other.miscounted, v.text+other.text
	v.notes = append(v.notes, other.notes...)
}

func dispatchRows(c *chronicle) []row {
	five, twice, few := row{fault: "five dispatches beside a scan"}, row{fault: "five dispatches, each redelivered"}, row{fault: "five dispatches below min-events"}
	for i := range runs - 1 {
		for seed := range 10 {
			name := fmt.Sprintf("run %d, seed %d", i, seed)
			five.add(name, func() verdict { return c.deliver(i, 5, seed, false, "--min-events", "1") })
			twice.add(name, func() verdict { return c.deliver(i, 5, seed, true, "--min-events", "1") })
			few.add(name, func() verdict { return c.deliver(i, 5, seed, false) })
		}
	}
	return []row{five, twice, few, redeliveredRow(c)}
}

// redeliveredRow files a known delivery again: after many others, and after a newer one a week later, when
// its id was dropped. The process dies at each request, and another one repeats the delivery.
func redeliveredRow(c *chronicle) row {
	const others = 210
	began := c.worlds[1].now()
	deliver := func(w *world, id int, after time.Duration) *run {
		return w.dispatch("remote", id, began.Add(after), "--min-events", "1")
	}
	filed := sync.OnceValue(func() *world {
		w := c.worlds[1].clone()
		w.github.Configure(func(to *githubtest.Settings) { to.HourlyLimit = 1_000_000 })
		for id := range 1 + others {
			deliver(w, id, time.Duration(id)*time.Second).do()
		}
		return w
	})
	r := row{fault: "a delivery again after 210 others"}
	for _, days := range []time.Duration{0, 6, 8} {
		newer := days * 24 * time.Hour
		for at := range len(deliver(c.worlds[1].clone(), 0, 0).do().requests) {
			r.add(fmt.Sprintf("after %d days, dying at request %d", days, at), func() verdict {
				w := filed().clone()
				w.pass(newer)
				deliver(w, 1+others, newer+time.Hour).do()
				deliver(w, 0, 0).breaking(func(r *run, n int) *fault { return r.dieAfter(n, at) }).do()
				again := deliver(w, 0, 0).do()
				owed := truth{count: 2 + others, first: began, last: began.Add(newer + time.Hour), issue: true, state: "open",
					comments: 1} // for the hundredth event
				least := owed.count
				if days > 7 {
					owed.count += 2
				}
				var v verdict
				if again.code != 0 {
					v.note(&v.lost, "ended with code %d:\n%s", again.code, again.out)
				}
				w.view().judgeError(&v, "courier", debt{truth: owed, atLeast: least}, w.look("courier"))
				return v
			})
		}
	}
	return r
}

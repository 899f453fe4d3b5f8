package faults

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// together runs several runs at once, one request at a time: next picks whose request, of those waiting, is
// let through. With the same picks, the runs interleave in the same way.
func together(runs []*run, next func(waiting []*run) *run) {
	runs[0].world.raced = true
	type news struct {
		run  *run
		done bool
	}
	told := make(chan news)
	turns := map[*run]chan struct{}{}
	for _, r := range runs {
		turn := make(chan struct{})
		turns[r] = turn
		inner := r.gate
		r.gate = func(q request) *fault {
			r.pending = q
			told <- news{run: r}
			<-turn
			if inner == nil {
				return nil
			}
			return inner(q)
		}
	}
	var all sync.WaitGroup
	for _, r := range runs {
		all.Go(func() { r.do(); told <- news{r, true} })
	}
	var waiting []*run
	for busy := len(runs); busy > 0 || len(waiting) > 0; {
		for busy > 0 {
			n := <-told
			busy--
			if !n.done {
				waiting = append(waiting, n.run)
			}
		}
		if len(waiting) == 0 {
			break
		}
		slices.SortFunc(waiting, func(a, b *run) int { return slices.Index(runs, a) - slices.Index(runs, b) })
		chosen := next(waiting)
		waiting = slices.DeleteFunc(waiting, func(r *run) bool { return r == chosen })
		busy = 1
		turns[chosen] <- struct{}{}
	}
	all.Wait()
}

// atRandom picks at random, from a seed.
func atRandom(seed int) func([]*run) *run {
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	return func(waiting []*run) *run { return waiting[random.IntN(len(waiting))] }
}

// inTheMiddle runs the first run up to its request number at, then all others to their end, then the rest
// of the first.
func inTheMiddle(runs []*run, at int) func([]*run) *run {
	passed := 0
	return func(waiting []*run) *run {
		if waiting[0] == runs[0] && (passed <= at || len(waiting) == 1) {
			passed++
			return runs[0]
		}
		return waiting[len(waiting)-1]
	}
}

func (w *world) newRuns(n int) []*run {
	var all []*run
	for range n {
		all = append(all, w.newRun())
	}
	return all
}

// overlap plays the story with several runs at once instead of one.
func (c *chronicle) overlap(m moment, n int, how func(runs []*run) func([]*run) *run) verdict {
	w := c.worlds[m.run].clone()
	all := w.newRuns(n)
	together(all, how(all))
	return c.goOn(w, m.run+1, nil)
}

// overlapAlways plays the story with several runs at once every time.
func (c *chronicle) overlapAlways(n, seed int) verdict {
	w := newWorld(c.script)
	for i := range runs {
		w.turnTo(i)
		together(w.newRuns(n), atRandom(seed*runs+i))
	}
	return w.finish(nil)
}

func overlapRows(c *chronicle) []row {
	middle := row{fault: "a second run in the middle of the first"}
	two, five := row{fault: "two runs at once, interleaved"}, row{fault: "five runs at once, interleaved"}
	middle.addEach(c.moments(every), func(m moment) verdict {
		return c.overlap(m, 2, func(runs []*run) func([]*run) *run { return inTheMiddle(runs, m.at) })
	})
	interleaved := func(m moment, n int) verdict {
		return c.overlap(m, n, func([]*run) func([]*run) *run { return atRandom(m.run*1000 + m.at) })
	}
	two.addEach(c.moments(every), func(m moment) verdict { return interleaved(m, 2) })
	five.addEach(c.moments(every), func(m moment) verdict { return interleaved(m, 5) })
	always := row{fault: "two or five runs at once, every time"}
	for seed := range 20 {
		always.add("seed", func() verdict { return c.overlapAlways(2+3*(seed%2), seed) })
	}
	return []row{middle, two, five, always}
}

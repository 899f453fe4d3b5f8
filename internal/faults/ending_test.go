package faults

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

// ending is how a story ends: the view of the world after the undisturbed run, since thousands of whole
// worlds do not fit in memory, and that run's output.
type ending struct {
	view
	code int
	out  string
}

func (e *ending) judge(allow allowance) verdict {
	v := e.view.judge(allow)
	if e.code != 0 {
		v.note(&v.miscounted, "the undisturbed run ended with code %d:\n%s", e.code, e.out)
	}
	return v
}

// endings stores how the story continued from each state of the world at the beginning of each run. Only
// the world has a memory, so cases that reach the same state end alike. Most of thousands of cases soon do.
type endings struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]*ending
}

// goOn plays the runs from one on, and judges the world after the undisturbed one.
func (c *chronicle) goOn(w *world, from int, allow allowance) verdict {
	return c.end(w, from).judge(allow)
}

// end plays the runs from one on until the ending is known.
func (c *chronicle) end(w *world, from int) *ending {
	var way [][sha256.Size]byte
	var last *run
	for i := from; i <= runs; i++ {
		w.turnTo(i)
		way = append(way, sha256.Sum256(fmt.Append(nil, i, w.state())))
		if e := c.endings.from(way[len(way)-1]); e != nil {
			return c.endings.add(way, e)
		}
		last = w.newRun().do()
	}
	// Worlds that end alike are stored once.
	end := sha256.Sum256(fmt.Append(nil, "end", last.code, w.state()))
	e := c.endings.from(end)
	if e == nil {
		e = &ending{w.view(), last.code, last.out}
	}
	return c.endings.add(append(way, end), e)
}

func (e *endings) from(state [sha256.Size]byte) *ending {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.known[state]
}

// add records that all states along the way lead to one ending.
func (e *endings) add(way [][sha256.Size]byte, to *ending) *ending {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil {
		e.known = map[[sha256.Size]byte]*ending{}
	}
	for _, state := range way {
		e.known[state] = to
	}
	return to
}

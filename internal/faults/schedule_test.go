package faults

import (
	"fmt"
	"strings"
	"time"
)

// skipped leaves out some runs of the story. The next one may be late, and one more is made at the end.
func (c *chronicle) skipped(from, to int, late time.Duration) verdict {
	w := c.worlds[from].clone()
	for i := from; i < to; i++ {
		w.turnTo(i)
	}
	w.pass(late)
	w.goOn(to)
	w.turnTo(runs)
	w.newRun().do()
	w.pass(interval)
	return w.lastRun(nil)
}

// sourceDown makes one log group refuse every request of three runs, from a page on.
func (c *chronicle) sourceDown(from int, group string, page int) verdict {
	w := c.worlds[from].clone()
	for i := from; i < runs; i++ {
		w.turnTo(i)
		r := w.newRun()
		if i < from+3 {
			r.gate = refusing(group, page)
		}
		r.do()
	}
	return w.finish(nil)
}

func refusing(group string, page int) func(request) *fault {
	pages := 0
	return func(q request) *fault {
		if q.service != cloudwatch || !strings.Contains(q.body, ":log-group:"+group+`"`) {
			return nil
		}
		if pages++; pages <= page {
			return nil
		}
		return &fault{status: 400, body: `{"__type":"AccessDeniedException","message":"no"}`}
	}
}

// skewed plays the story with wrong clocks on errmon's machines.
func (c *chronicle) skewed(skew func(run int) time.Duration) verdict {
	w := newWorld(c.script)
	for i := range runs {
		w.turnTo(i)
		w.skew = skew(i)
		w.newRun().do()
	}
	w.skew = 0
	return w.finish(nil)
}

// told plays another script without a fault.
func told(s *script) verdict {
	w := newWorld(s)
	w.goOn(0)
	return w.finish(nil)
}

func scheduleRows(c *chronicle) []row {
	cron := row{fault: "skipped crons, up to six hours"}
	for from := range runs {
		for n := 1; from+n <= runs && (from > 0 || n == 1); n++ {
			if from >= 4 || n <= 2 {
				cron.add(fmt.Sprintf("runs %d to %d", from, from+n-1), func() verdict { return c.skipped(from, from+n, 0) })
			}
		}
		if from >= 5 {
			cron.add(fmt.Sprintf("six hours before run %d", from), func() verdict { return c.skipped(from, from, 6*time.Hour) })
		}
	}
	down := row{fault: "a source down for three runs"}
	for from := range runs - 3 {
		for _, group := range c.script.groups {
			for page := range 6 {
				down.add(fmt.Sprintf("%s from run %d, page %d on", group, from, page), func() verdict { return c.sourceDown(from, group, page) })
			}
		}
	}
	clocks := row{fault: "clocks five minutes apart, both ways"}
	for i, skew := range []func(int) time.Duration{
		func(int) time.Duration { return 5 * time.Minute },
		func(int) time.Duration { return -5 * time.Minute },
		func(run int) time.Duration { return time.Duration(run%2*10-5) * time.Minute },
		func(run int) time.Duration { return time.Duration(run%3*5-5) * time.Minute },
	} {
		clocks.add(fmt.Sprint("case ", i), func() verdict { return c.skewed(skew) })
	}
	steps := row{fault: "one run's clock is hours off"}
	for at := range runs {
		for _, off := range []time.Duration{time.Hour, 72 * time.Hour, -time.Hour} {
			steps.add(fmt.Sprintf("run %d, %v", at, off), func() verdict {
				return c.skewed(func(run int) time.Duration { return map[bool]time.Duration{true: off}[run == at] })
			})
		}
	}
	return []row{cron, down, clocks, steps, pageRow(), latenessRow(), readerRow()}
}

// pageRow divides the same logs into pages of other sizes.
func pageRow() row {
	r := row{fault: "equal timestamps across page borders"}
	for size := 2; size < 16; size++ {
		for _, empty := range []int{0, 1, 2} {
			r.add(fmt.Sprintf("pages of %d, %d empty between", size, empty), func() verdict {
				s := history()
				s.pageEvents, s.emptyPages = size, empty
				return told(s)
			})
		}
	}
	return r
}

// latenessRow delivers events late by the same time: all of them, or every second or third.
func latenessRow() row {
	r := row{fault: "delivery late, up to lateness"}
	for _, late := range []time.Duration{3 * time.Minute, 6 * time.Minute, 9 * time.Minute, lateness} {
		for turns := 1; turns < 4; turns++ {
			r.add(fmt.Sprintf("%s, one of %d", late, turns), func() verdict {
				s := history()
				s.delay(func(i int) bool { return i%turns == 0 }, late)
				return told(s)
			})
		}
	}
	return r
}

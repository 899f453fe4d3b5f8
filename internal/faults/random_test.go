package faults

import (
	"fmt"
	"time"

	"testing"

	"pgregory.net/rapid"
)

// TestAnyHistory generates histories, with faults in each of their runs, and shrinks a failing one.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const rounds = 4
		w := newWorld(anyScript(t, rounds))
		for i := range rounds {
			w.turnTo(i)
			anyRound(t, w, fmt.Sprint("run ", i))
		}
		w.turnTo(rounds)
		if v := w.lastRun(nil); v.bad() {
			t.Fatal(v)
		}
	})
}

// anyScript logs some errors, each in its own way, until shortly before the last round.
func anyScript(t *rapid.T, rounds int) *script {
	s := newScript()
	s.settings["ERRMON_MIN_EVENTS"], s.settings["ERRMON_MAX_NEW_ISSUES"], s.settings["ERRMON_LOOKBACK"] = "1", "50", "1d"
	s.groups = []string{"/ecs/shop", "/ecs/pay"}
	s.pageEvents = rapid.IntRange(2, 9).Draw(t, "page")
	s.emptyPages = rapid.IntRange(0, 1).Draw(t, "empty")
	end := s.began(rounds).Sub(s.start) - 2*time.Minute
	log := map[string]func(string, string, time.Duration, time.Duration){"otter": s.message, "badger": s.trace, "lynx": s.tornTrace, "weasel": s.thinTrace}
	for i := range rapid.IntRange(1, 25).Draw(t, "events") {
		name := rapid.SampledFrom([]string{"otter", "badger", "lynx", "weasel"}).Draw(t, "error")
		at := time.Duration(rapid.IntRange(-40, int(end/time.Minute)).Draw(t, "minute"))*time.Minute + time.Duration(i%3)*time.Second
		delay := min(time.Duration(rapid.IntRange(0, int(lateness/time.Minute)).Draw(t, "delay"))*time.Minute, end-at)
		group := s.groups[0]
		if name != "otter" { // a message in another service is another error
			group = rapid.SampledFrom(s.groups).Draw(t, "group")
		}
		log[name](name, group, at, max(0, delay))
	}
	return s
}

// anyRound is one normal run, none, two at once, or one that is disturbed at some request.
func anyRound(t *rapid.T, w *world, name string) {
	at := rapid.IntRange(0, 25).Draw(t, name+" at")
	switch kind := rapid.SampledFrom([]string{"fine", "skipped", "overlap", "crash", "answer", "answers"}).Draw(t, name); kind {
	case "fine":
		w.newRun().do()
	case "overlap":
		together(w.newRuns(2), atRandom(at))
	case "crash":
		w.newRun().breaking(func(r *run, n int) *fault { return r.dieAfter(n, at) }).do()
	case "answer", "answers":
		a := rapid.SampledFrom(answers).Draw(t, "answer")
		w.newRun().breaking(func(r *run, n int) *fault {
			if q := r.requests[n]; n == at || kind == "answers" && n > at {
				return a.fault(w, q)
			}
			return nil
		}).do()
	}
}

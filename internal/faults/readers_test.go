package faults

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

var readers = []string{"all", "filter", "insights"}

// reading gives a story a request rate high enough for slices and for groups that are read ahead, and a
// budget for Logs Insights.
func reading(s *script) *script {
	s.settings["ERRMON_AWS_REQUESTS_PER_SECOND"], s.settings["ERRMON_INSIGHTS_BUDGET"] = "25", "1"
	return s
}

// switched plays a story with a reader for each run, alone or with a second run at the same time.
func switched(s *script, reader func(run int) string, overlap bool, seed int) verdict {
	w := newWorld(reading(s))
	for i := range runs {
		w.turnTo(i)
		s.settings["ERRMON_READER"] = reader(i)
		if overlap {
			together(w.newRuns(2), atRandom(seed*runs+i))
		} else {
			w.newRun().do()
		}
	}
	return w.finish(nil)
}

func readerRow() row {
	r := row{fault: "readers switched between runs"}
	for seed := range 9 {
		inTurn := func(run int) string { return readers[(run*(1+seed/3)+seed)%3] }
		r.add(fmt.Sprint("order ", seed), func() verdict { return switched(history(), inTurn, false, seed) })
		r.add(fmt.Sprint("order ", seed, ", two runs at once"), func() verdict { return switched(history(), inTurn, true, seed) })
	}
	return r
}

// TestReadersAgree reads the same events, many of them delivered late, with each reader and with readers
// switched between runs. The issues and counts must always match the truth. With -sweep there are 200,000
// events.
func TestReadersAgree(t *testing.T) {
	events := 10_000
	if *sweep {
		events = 200_000
	}
	for _, test := range []struct {
		name    string
		reader  func(run int) string
		overlap bool
	}{
		{"all", func(int) string { return "all" }, false},
		{"filter", func(int) string { return "filter" }, false},
		{"insights", func(int) string { return "insights" }, false},
		{"auto", func(int) string { return "auto" }, false},
		{"switched", func(run int) string { return readers[run%3] }, false},
		{"switched, two runs at once", func(run int) string { return readers[run%3] }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if v := switched(busy(events), test.reader, test.overlap, 1); v.bad() {
				t.Error(v)
			}
		})
	}
}

// busy is a story in which ten errors happen many times in three log groups.
func busy(events int) *script {
	s := newScript()
	s.settings["ERRMON_MAX_NEW_ISSUES"], s.settings["ERRMON_MAX_NEW_ISSUES_PER_DAY"] = "50", "500"
	s.pageEvents = max(100, events/100)
	names := slices.Concat(flood, []string{"falcon", "gecko"})
	from, to := -18*time.Minute, runs*interval-20*time.Minute
	for i := range events {
		at := from + time.Duration(float64(to-from)*float64(i)/float64(events))
		delay := time.Duration(i%7) * time.Second
		if i%5 == 0 {
			delay = time.Duration(i%10) * time.Minute
		}
		name := names[i%len(names)]
		group := []string{"/ecs/shop", "/ecs/pay", "/aws/lambda/mail"}[i%len(names)%3] // a message in another service is another error
		s.happen(name, group, fmt.Sprint("web/", i%4), at, delay, fmt.Sprintf("ERROR the %s store lost order %d%s", name, i, s.distinct(name)))
	}
	for _, name := range names {
		s.truths[name].comments = 1 // for the hundredth event; at most one a day
	}
	return s
}

package plan

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

func (y *year) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nweek\tnew issues\tcomments\tstate changes\tnotifications\tmost requests of a run")
	for n, week := range y.weeks {
		from, to := n*7*24, min((n+1)*7*24, len(y.requests))
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t%d\n", n+1, week.created, week.comments, week.changes, week.created+week.comments+week.changes, slices.Max(y.requests[from:to]))
	}
	archived, live := 0, 0
	for _, i := range y.issues {
		if i.Archived {
			archived++
		} else if !i.gone {
			live++
		}
	}
	fmt.Fprintf(w, "%d issues ever filed, %d archived, %d listed\n", y.last, archived, live)
	w.Flush()
}

func (y *year) judge() {
	if quiet := y.weeks[quietWeek]; quiet != (yearWeek{}) {
		y.t.Errorf("the quiet week: %+v", quiet)
	}
	within := func(times []time.Time, most int, what string) {
		for i := most; i < len(times); i++ {
			if times[i].Sub(times[i-most]) < day {
				y.t.Errorf("%s: more than %d in 24 hours, at %s", what, most, times[i])
				return
			}
		}
	}
	within(y.created, 30, "issues filed")
	counted := [yearErrors]int64{}
	open := map[int][]int{}
	for number, i := range y.issues {
		within(i.changes, 2, fmt.Sprintf("changes of #%d", number))
		counted[i.error] += unmuted(i.Issue, y.in).Count()
		if _, follows := y.follower(number); i.Open && !i.gone && !i.Locked && !follows {
			open[i.error] = append(open[i.error], number)
		}
	}
	for _, row := range y.in.Waiting {
		e := 0
		fmt.Sscanf(row.Marker.Keys[0], "exc1:%d", &e)
		counted[e] += row.Marker.Count()
	}
	for e, numbers := range open {
		if len(numbers) > 1 {
			y.t.Errorf("error %d has open issues %v", e, numbers)
		}
	}
	for e, truth := range y.truth {
		if !y.unknown[e] && counted[e] != truth {
			y.t.Errorf("error %d: counted %d, truth is %d", e, counted[e], truth)
		}
	}
	if most := slices.Max(y.requests[len(y.requests)/2:]); most > 100 {
		y.t.Errorf("a run takes %d requests", most)
	}
}

// follower returns the issue whose marker names another issue as its predecessor.
func (y *year) follower(number int) (int, bool) {
	for n, i := range y.issues {
		if i.Marker.After == number {
			return n, true
		}
	}
	return 0, false
}

package faults

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	sweep = flag.Bool("sweep", false, "try every fault at every request, instead of a sample")
	named = flag.String("only", "", "try the rows alone whose name contains this")
)

func TestFaults(t *testing.T) {
	began := time.Now()
	c, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	crash := row{fault: "crash"}
	for _, m := range c.moments(every) {
		crash.add(m.String(), func() verdict { return c.crash(m) })
	}
	rows := []row{crash}
	for _, a := range answers {
		r := row{fault: a.name}
		for _, m := range c.moments(a.which) {
			r.add(m.String(), func() verdict { return c.once(m, a) })
		}
		rows = append(rows, r)
	}
	for _, a := range answers[1:3] {
		r := row{fault: a.name + ", to the end of the run"}
		for _, m := range c.moments(every) {
			r.add(m.String(), func() verdict { return c.down(m, a) })
		}
		rows = append(rows, r)
	}
	crowd, err := crowdRows()
	if err != nil {
		t.Fatal(err)
	}
	rows = slices.Concat(rows, listingRows(c), overlapRows(c), scheduleRows(c), meddlingRows(c), crowd)
	rows = slices.DeleteFunc(rows, func(r row) bool { return !strings.Contains(r.fault, *named) })
	each := 20
	if *sweep {
		each = 1
	}
	report(t, tryAll(rows, each))
	t.Log(time.Since(began))
}

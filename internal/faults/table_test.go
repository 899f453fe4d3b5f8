package faults

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// row is one kind of fault, with every case of it.
type row struct {
	fault string
	cases []attempt
}

type attempt struct {
	name  string
	class string // cases in one class are much alike
	try   func() verdict
}

func (r *row) add(name string, try func() verdict) {
	r.cases = append(r.cases, attempt{name, "", try})
}

// addEach adds a case for each of the requests.
func (r *row) addEach(moments []moment, try func(m moment) verdict) {
	for _, m := range moments {
		r.cases = append(r.cases, attempt{m.String(), m.request.class(), func() verdict { return try(m) }})
	}
}

// sample keeps one case of each class; without classes, one of twelve.
func (r row) sample() row {
	random := rand.New(rand.NewPCG(uint64(len(r.fault)), uint64(len(r.cases))))
	classes := map[string][]attempt{}
	for i, a := range r.cases {
		class := a.class
		if class == "" {
			class = fmt.Sprint(i / 12)
		}
		classes[class] = append(classes[class], a)
	}
	few := row{fault: r.fault}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		few.cases = append(few.cases, classes[class][random.IntN(len(classes[class]))])
	}
	return few
}

// result is one line of the table.
type result struct {
	fault   string
	tried   int
	verdict verdict
}

// tryAll tries the cases of all rows, several at a time.
func tryAll(rows []row) []result {
	results := make([]result, len(rows))
	var mu sync.Mutex
	var wait sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, row := range rows {
		results[i].fault = row.fault
		for _, a := range row.cases {
			room <- struct{}{}
			wait.Go(func() {
				defer func() { <-room }()
				v := a.try()
				mu.Lock()
				defer mu.Unlock()
				results[i].add(a.name, v)
			})
		}
	}
	wait.Wait()
	return results
}

func (r *result) add(name string, v verdict) {
	r.tried++
	r.verdict.duplicates += v.duplicates
	r.verdict.lost += v.lost
	r.verdict.miscounted += v.miscounted
	r.verdict.text += v.text
	if v.bad() {
		r.verdict.notes = append(r.verdict.notes, name+": "+strings.Join(v.notes, "; "))
	}
}

// shown is the number of a row's failed cases that are printed in full.
const shown = 5

// report prints the table, and fails if a column is not zero.
func report(t *testing.T, results []result) {
	t.Helper()
	var b strings.Builder
	line := func(cells ...any) { fmt.Fprintf(&b, "| %-44s | %6v | %10v | %5v | %10v | %15v |\n", cells...) }
	line("fault", "cases", "duplicates", "lost", "miscounted", "human text lost")
	b.WriteString("|" + strings.Repeat("-", 46) + "|-------:|-----------:|------:|-----------:|----------------:|\n")
	total := result{fault: "all"}
	for _, r := range results {
		line(r.fault, r.tried, r.verdict.duplicates, r.verdict.lost, r.verdict.miscounted, r.verdict.text)
		total.tried += r.tried
		total.verdict.duplicates += r.verdict.duplicates
		total.verdict.lost += r.verdict.lost
		total.verdict.miscounted += r.verdict.miscounted
		total.verdict.text += r.verdict.text
	}
	line(total.fault, total.tried, total.verdict.duplicates, total.verdict.lost, total.verdict.miscounted, total.verdict.text)
	t.Log("\n" + b.String())
	for _, r := range results {
		for i, note := range r.verdict.notes {
			if i == shown {
				t.Errorf("%s: and %d cases more", r.fault, len(r.verdict.notes)-shown)
				break
			}
			t.Errorf("%s: %s", r.fault, note)
		}
	}
}

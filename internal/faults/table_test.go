package faults

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// row is one kind of fault, with every case in which it can be tried.
type row struct {
	fault string
	cases []attempt
}

type attempt struct {
	name string
	try  func() verdict
}

func (r *row) add(name string, try func() verdict) { r.cases = append(r.cases, attempt{name, try}) }

// result is one line of the table.
type result struct {
	fault   string
	tried   int
	took    time.Duration
	verdict verdict
}

// tryAll tries the cases of all rows, several at a time, and one of every
// `each` of them.
func tryAll(rows []row, each int) []result {
	results := make([]result, len(rows))
	var mu sync.Mutex
	var wait sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	number := 0
	for i, row := range rows {
		results[i].fault = row.fault
		for _, a := range row.cases {
			if number++; number%each != 0 {
				continue
			}
			wait.Add(1)
			room <- struct{}{}
			go func() {
				defer func() { <-room; wait.Done() }()
				began := time.Now()
				v := a.try()
				mu.Lock()
				results[i].took += time.Since(began)
				defer mu.Unlock()
				results[i].add(a.name, v)
			}()
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

// shown is how many failed cases of a row are told in full.
const shown = 5

// report prints the table, and fails where a column is not zero.
func report(t *testing.T, results []result) {
	t.Helper()
	var b strings.Builder
	line := func(cells ...any) { fmt.Fprintf(&b, "| %-44s | %6v | %10v | %5v | %10v | %15v |\n", cells...) }
	for _, r := range results {
		t.Log(r.fault, r.took, r.took/time.Duration(max(1, r.tried)))
	}
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

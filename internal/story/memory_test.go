package story

import (
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// BenchmarkManyIssues lists 10,000 issues of 5,500 characters each in a quiet run. It prints the process's
// peak memory, including the fakes' 60 MB, which should be at most 120 MB.
//
//	go test -run '^$' -bench ManyIssues -benchtime 1x ./internal/story
func BenchmarkManyIssues(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		w.log(time.Minute, "ERROR order lost")
		w.run("scan")
		one := w.find("lost")
		body := one.Body + "\n" + strings.Repeat("text of people ", 300)
		for range 10_000 {
			w.github.Add(githubtest.Issue{Title: one.Title, Body: body, Labels: one.Labels, Author: one.Author})
		}
		runtime.GC()
		stop, peak := make(chan struct{}), make(chan uint64)
		go watchMemory(stop, peak)
		before := held()
		b.StartTimer()
		w.run("scan")
		b.StopTimer()
		close(stop)
		b.ReportMetric(float64(<-peak-before)/(1<<20), "MB")
		b.StartTimer()
	}
}

// held returns the heap in use, in bytes, including dead objects.
func held() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

func watchMemory(stop chan struct{}, peak chan uint64) {
	var most uint64
	for {
		select {
		case <-stop:
			peak <- most
			return
		default:
			most = max(most, held())
			runtime.Gosched()
		}
	}
}

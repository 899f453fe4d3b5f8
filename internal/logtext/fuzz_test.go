package logtext

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// FuzzFramer frames two streams, separately and mixed. Whatever they contain, events are valid and bounded,
// no record is in two events, and the streams do not affect each other.
func FuzzFramer(f *testing.F) {
	for _, text := range failures(f) {
		f.Add("INFO ready\n"+text, "ERROR failed\n"+text, true)
	}
	f.Add("{\"level\":\"error\"}\n  at", "[ERROR]\t2026-11-22T10:00:00Z\tx", false)
	f.Fuzz(func(t *testing.T, a, b string, split bool) {
		web, job := records("web", a, split), records("job", b, split)
		apart := append(frameAll(web), frameAll(job)...)
		mixed := map[string][]event.Event{}
		for _, e := range frameAll(merge(web, job)) {
			mixed[e.Stream] = append(mixed[e.Stream], e)
		}
		if diff := cmp.Diff(apart, append(mixed["web"], mixed["job"]...)); diff != "" {
			t.Fatalf("mixed with another stream (-apart +mixed)\n%s", diff)
		}
		for _, e := range apart {
			checkLimits(t, e)
		}
		checkOnce(t, web, frameAll(web))
	})
}

// records returns the text as one record, or one record per line.
func records(stream, text string, split bool) []event.Record {
	if !split {
		return []event.Record{{Stream: stream, ID: stream, Text: text}}
	}
	return lineByLine(stream, text)
}

// checkOnce checks that the lines of the events are those of the records, in the same order, although some
// may be missing. It compares them without transport prefixes.
func checkOnce(t *testing.T, records []event.Record, events []event.Event) {
	t.Helper()
	var lines []string
	for _, r := range records {
		lines = append(lines, strings.Split(carry(r).first, "\n")...)
	}
	at := 0
	for _, e := range events {
		if strings.HasPrefix(e.Text, "{") {
			continue // parts of an object were joined
		}
		for _, line := range strings.Split(e.Text, "\n") {
			for at < len(lines) && lines[at] != line {
				at++
			}
			if at == len(lines) && len(e.Text) < MaxText/2 {
				t.Fatalf("line %q is in two events or in none of the records", line)
			}
			at++
		}
	}
}

// BenchmarkFramer frames everyday lines, alone and with two failures after every 500 of them.
func BenchmarkFramer(b *testing.B) {
	everyday := map[string]string{
		"text": "2026-11-22 10:00:00,123 INFO  [http-nio-8080-exec-7] com.acme.shop.CheckoutController - order 75123 of customer 7 paid in 35 ms",
		"json": `{"level":30,"time":1795341600123,"pid":17,"hostname":"web-1","name":"shop","req":{"id":"r-75123","method":"POST","url":"/orders"},"responseTime":35,"msg":"request completed"}`,
		"bare": "2026-11-22T10:00:00.123Z GET /orders/75123 200 35 ms",
	}
	all := failures(b)
	for name, line := range everyday {
		b.Run(name, func(b *testing.B) { benchmark(b, []string{line}) })
		b.Run(name+" and failures", func(b *testing.B) {
			var lines []string
			for range 10 {
				for range 500 {
					lines = append(lines, line)
				}
				lines = append(lines, strings.Split(all["java/cause"], "\n")...)
				lines = append(lines, strings.Split(all["node/uncaught"], "\n")...)
			}
			benchmark(b, lines)
		})
	}
}

func benchmark(b *testing.B, lines []string) {
	var streams [20]string
	for i := range streams {
		streams[i] = fmt.Sprint("web/", i)
	}
	f := NewFramer(nil, func(event.Event) {})
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		f.Add(event.Record{Stream: streams[n/len(lines)%len(streams)], Text: lines[n%len(lines)]})
		n++
	}
	f.Flush(noon)
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
}

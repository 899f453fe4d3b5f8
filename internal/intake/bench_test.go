package intake_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/safe/safetest"
	"github.com/org/errmon-action/internal/stacktrace"
)

var logFlag = flag.String("log", "", "log file to read in BenchmarkPipeline, instead of made ones")

// To measure speed and memory, with as many cores as -cpu allows:
//
//	go test -run '^$' -bench 'Pipeline|Templates|Secrets|ManyIssues' -benchtime 1x ./internal/intake ./internal/story
//
// The limits in the comments are for an idle machine, and no test enforces them. Tests only check growth:
// TestGrowth in safe, TestManyTemplates and TestCoversGrowth in grouping.

// BenchmarkPipeline runs a log file through framing, parsing, grouping and planning. Without -log, it repeats
// the example logs, in which every tenth event is an error, and makes logs of 100,000 and 1,000,000 errors of
// 200 kinds, half of them with a trace. For the mixed log, the limits are 40 times the time of "grep -c
// ERROR" on the same file (a ratio that does not depend on the machine), 2 allocations per line, and 60 MB:
//
//	go test -run '^$' -bench Pipeline -benchtime 1x ./internal/intake -log /path/to/app.log
func BenchmarkPipeline(b *testing.B) {
	if *logFlag != "" {
		benchmarkFile(b, *logFlag)
		return
	}
	b.Run("mixed", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "mixed.log")
		if err := makeMixed(path, 1_000_000); err != nil {
			b.Fatal(err)
		}
		benchmarkFile(b, path)
	})
	for _, events := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "made.log")
			if err := makeLog(path, events, 200); err != nil {
				b.Fatal(err)
			}
			benchmarkFile(b, path)
		})
	}
}

func benchmarkFile(b *testing.B, path string) {
	var lines int64
	var peak uint64
	var issues int
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		pipeline := intake.New(intake.Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
		reader := pipeline.Reader()
		source := logfile.Source{Path: path}
		err := source.Read(context.Background(), func(r event.Record) {
			reader.Add(r)
			if source.Lines%20_000 == 0 {
				peak = max(peak, memory())
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		reader.Flush(time.Now())
		groups := pipeline.Groups()
		actions := plan.Plan(plan.Input{Now: time.Now(), Groups: groups, Rules: plan.Rules{MinEvents: 1, MaxNew: len(groups)}})
		peak = max(peak, memory())
		lines, issues = lines+source.Lines, len(actions)
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(lines), "allocs/line")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
	b.ReportMetric(float64(issues), "errors")
	if took, ok := grepTime(path); ok {
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/took.Seconds(), "times-grep")
	}
}

// grepTime returns the shortest of five times that "grep -c ERROR" takes on the file.
func grepTime(path string) (time.Duration, bool) {
	best := time.Hour
	for range 5 {
		start := time.Now()
		if _, err := exec.Command("grep", "-c", "ERROR", path).Output(); err != nil {
			return 0, false
		}
		best = min(best, time.Since(start))
	}
	return best, true
}

// BenchmarkSecrets reads single lines with more and more secrets. A byte should cost at most 1.25 times as
// much in 256 KB as in 16 KB.
func BenchmarkSecrets(b *testing.B) {
	for _, size := range []int{16 << 10, 64 << 10, 256 << 10} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			line := "ERROR login refused "
			for i := 0; len(line) < size; i++ {
				line += fmt.Sprintf("password=%016x%08x ", uint64(i)*0x9e3779b97f4a7c15, i)
			}
			for b.Loop() {
				pipeline := intake.New(intake.Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
				reader := pipeline.Reader()
				reader.Add(event.Record{ID: "1", Source: "s", Stream: "w", Text: line})
				reader.Flush(intake.Never)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(line)), "ns/byte")
		})
	}
}

// BenchmarkTemplates reads 500,000 errors of more and more templates. Each run should take at most 3 times as
// long as the one with 200 templates, and at most 250 MB. (The errmon command runs the garbage collector more
// often, and stays below 200 MB.)
//
//	go test -run '^$' -bench Templates -benchtime 1x -benchmem ./internal/intake
func BenchmarkTemplates(b *testing.B) {
	for _, distinct := range []int{200, 2_000, 20_000, 100_000} {
		b.Run(fmt.Sprintf("templates=%d", distinct), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "made.log")
			if err := makeTemplates(path, 500_000, distinct); err != nil {
				b.Fatal(err)
			}
			benchmarkFile(b, path)
		})
	}
}

// makeTemplates writes events whose templates share at most a word or two.
func makeTemplates(path string, events, distinct int) error {
	templates := make([]string, distinct)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range templates {
		words := make([]string, 8)
		for j := range words {
			word := make([]byte, 3+rng.IntN(5))
			for k := range word {
				word[k] = "aeioulmnrst"[rng.IntN(11)]
			}
			words[j] = string(word)
		}
		templates[i] = strings.Join(words, " ")
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i := range events {
		fmt.Fprintf(w, "2026-11-22T10:%02d:%02d.123Z ERROR %s after %d ms\n", i/60%60, i%60, templates[rng.IntN(distinct)], i%900)
	}
	return w.Flush()
}

// BenchmarkFramingAndParsing only joins the lines of the example logs into events and parses their traces:
//
//	go test -run '^$' -bench FramingAndParsing -cpu 1 ./internal/intake
func BenchmarkFramingAndParsing(b *testing.B) {
	files, err := filepath.Glob("../../examples/logs/*.log")
	if err != nil || len(files) == 0 {
		b.Fatalf("no example logs: %v", err)
	}
	var records []event.Record
	var lines int64
	for _, file := range files {
		source := logfile.Source{Path: file}
		if err := source.Read(context.Background(), func(r event.Record) { records = append(records, r) }); err != nil {
			b.Fatal(err)
		}
		lines += source.Lines
	}
	traces := 0
	for b.Loop() {
		framer := logtext.NewFramer(nil, func(e event.Event) {
			if e.Stack != "" {
				stacktrace.Parse(e.Stack)
				traces++
			}
		})
		for _, r := range records {
			framer.Add(r)
		}
		framer.Flush(time.Unix(math.MaxInt32, 0))
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(traces)/float64(b.N), "traces")
}

// BenchmarkHotPath frames, parses, masks, redacts and groups errors on one core: first lines without anything
// to redact, then lines that each contain a secret or personal data. Templates repeat, values do not.
//
//	go test -run '^$' -bench HotPath ./internal/intake
func BenchmarkHotPath(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	harmless := []string{
		"2026-11-22T10:30:%02d.123Z ERROR the %s store lost order %d of the basket after 3 attempts",
		`{"time":"2026-11-22T10:30:%02d.123Z","level":"ERROR","msg":"cannot reach the %s store","order":%d,"attempt":3}`,
		"2026-11-22T10:30:%02d.123Z ERROR request failed in %s\nTypeError: no order %d\n    at total (/app/src/cart.js:10:11)\n    at handle (/app/src/server.js:40:5)",
	}
	var plain, secret []string
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		plain = append(plain, fmt.Sprintf(harmless[i%len(harmless)], i%60, string(rune('a'+i%26)), i))
	}
	for _, s := range safetest.Samples(rng) {
		for range 20 {
			secret = append(secret, "ERROR "+s.Again(rng).Line)
		}
	}
	for _, bench := range []struct {
		name  string
		texts []string
	}{{"nothing to redact", plain}, {"a value in each", secret}} {
		b.Run(bench.name, func(b *testing.B) { hotPath(b, bench.texts) })
	}
}

func hotPath(b *testing.B, texts []string) {
	lines, passes := 0, 0
	for _, text := range texts {
		lines += 1 + strings.Count(text, "\n")
	}
	pipeline := intake.New(intake.Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
	for b.Loop() {
		reader := pipeline.Reader()
		for i, text := range texts {
			reader.Add(event.Record{ID: strconv.Itoa(i), Source: "s", Stream: "w", Text: text})
		}
		reader.Flush(intake.Never)
		passes++
	}
	b.ReportMetric(float64(lines*passes)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(len(texts)*passes)/b.Elapsed().Seconds(), "events/s")
}

// memory returns the bytes that the process has obtained from the operating system.
func memory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

// makeMixed repeats the example logs until the file has at least this many lines.
func makeMixed(path string, lines int) error {
	files, err := filepath.Glob("../../examples/logs/*.log")
	if err != nil {
		return err
	}
	var all []byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		all = append(all, text...)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for written := 0; written < lines; written += bytes.Count(all, []byte("\n")) {
		if _, err := f.Write(all); err != nil {
			return err
		}
	}
	return nil
}

// makeLog writes a log with events of distinct errors, half of them with a stack trace, and a harmless line
// before each.
func makeLog(path string, events, distinct int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for i := range events {
		at := start.Add(time.Duration(i) * 20 * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		n := i % distinct
		name := string([]rune{'a' + rune(n%26), 'a' + rune(n/26)})
		fmt.Fprintf(w, "%s INFO request %d served in %d ms\n", at, i, i%900)
		if n%2 == 0 {
			fmt.Fprintf(w, "%s ERROR the %s store lost order %d of user-%d\n", at, name, i, i%5000)
			continue
		}
		fmt.Fprintf(w, "%s ERROR request %d failed\nTypeError: Cannot read properties of undefined (reading 'id%d')\n"+
			"    at %sTotal (/app/src/cart.js:%d:11)\n    at handle (/app/src/server.js:40:5)\n    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)\n",
			at, i, i, name, 10+n)
	}
	return w.Flush()
}

package safe_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/safe/safetest"
)

var (
	samplesFlag = flag.String("samples", "", "file of secrets for TestRecall to look for instead, one JSON object a line: kind, value, line")
	linesFlag   = flag.String("lines", "", "file of lines without secrets for TestPrecision to read instead of ../shared/data/loghub")
)

// seedVariable names the environment variable with the seed, a number, for the secrets that TestRecall draws.
// By default it uses several seeds.
const seedVariable = "ERRMON_SECRET_SEED"

// TestRecall puts random secrets of every kind into log lines and prints how many of each are redacted. It
// must be at least 99 % of each kind that the guide promises, and 95 % of other kinds.
//
//	ERRMON_SECRET_SEED=7 go test -v -run TestRecall ./internal/safe
//	go test -v -run TestRecall ./internal/safe -args -samples /path/to/samples.jsonl
func TestRecall(t *testing.T) {
	r := safe.NewRedactor()
	if *samplesFlag != "" {
		samples, err := readSamples(*samplesFlag)
		if err != nil {
			t.Fatal(err)
		}
		checkRecall(t, r, samples)
		return
	}
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			checkRecall(t, r, safetest.Samples(rand.New(rand.NewPCG(seed, 0))))
		})
	}
}

// readSamples reads samples from a file with one JSON object per line:
// {"kind": …, "value": …, "line": …}.
func readSamples(path string) ([]safetest.Sample, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var samples []safetest.Sample
	for line := range strings.Lines(string(data)) {
		var s safetest.Sample
		if err := json.Unmarshal([]byte(line), &s); err != nil || s.Value == "" || !strings.Contains(s.Line, s.Value) {
			return nil, fmt.Errorf("%s line %d: wants kind, value, and a line that holds the value (%v)", path, len(samples)+1, err)
		}
		samples = append(samples, s)
	}
	return samples, nil
}

func seeds(t *testing.T) []uint64 {
	t.Helper()
	text := os.Getenv(seedVariable)
	if text == "" {
		return []uint64{1, 2, 3}
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", seedVariable, err)
	}
	return []uint64{seed}
}

func checkRecall(t *testing.T, r *safe.Redactor, samples []safetest.Sample) {
	t.Helper()
	var order []string
	all, found, least := map[string]int{}, map[string]int{}, map[string]int{}
	total := 0
	for _, s := range samples {
		if all[s.Kind]++; all[s.Kind] == 1 {
			order = append(order, s.Kind)
		}
		if least[s.Kind] = 95; s.Promised {
			least[s.Kind] = 99
		}
		if shown := r.Redact(s.Line); s.Leaks(shown) {
			t.Logf("%s missed: %q in %q", s.Kind, s.Value, shown)
			continue
		}
		found[s.Kind]++
		total++
	}
	var table strings.Builder
	for _, kind := range order {
		fmt.Fprintf(&table, "%-34s %4d of %4d\n", kind, found[kind], all[kind])
		if found[kind]*100 < all[kind]*least[kind] {
			t.Errorf("%s: recall %d of %d, want %d%%", kind, found[kind], all[kind], least[kind])
		}
	}
	t.Logf("recall by kind\n%s%-34s %4d of %4d, %.2f%%, %d kinds", table.String(), "all", total, len(samples), 100*float64(total)/float64(len(samples)), len(order))
}

// TestPrecision reads logs without secrets except addresses, which are at the wildcards of their templates.
// At most one line in 2,000 may be changed anywhere else.
func TestPrecision(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/loghub/*.txt")
	if *linesFlag != "" {
		files = []string{*linesFlag}
	}
	if err != nil || len(files) == 0 {
		t.Skip("../shared/data/loghub is absent")
	}
	r := safe.NewRedactor()
	total, beyond := 0, 0
	for _, file := range files {
		lines := readLines(t, file)
		var templates []string
		if truth := strings.TrimSuffix(file, ".txt") + ".truth"; *linesFlag == "" {
			templates = readLines(t, truth)
		}
		touched, outside := 0, 0
		for i, line := range lines {
			shown := r.Redact(line)
			if shown == line {
				continue
			}
			touched++
			if templates == nil || !fits(templates[i], shown) && fits(templates[i], line) {
				outside++
				t.Logf("touched: %q to %q", line, shown)
			}
		}
		t.Logf("%-14s %5d lines, %4d touched, %3d beyond the wildcards", filepath.Base(file), len(lines), touched, outside)
		total, beyond = total+len(lines), beyond+outside
	}
	t.Logf("%d of %d lines touched beyond the wildcards", beyond, total)
	if beyond*2000 > total {
		t.Errorf("%d of %d lines touched, want at most one in 2,000", beyond, total)
	}
}

// addressed matches placeholders of the kinds that this repository's logs contain on purpose.
var addressed = regexp.MustCompile(`\[(?:ip|email)-\d+\]`)

// controls replaces the stand-ins for control characters in the catalogue of formats.
var controls = strings.NewReplacer("␛", "\x1b", "␉", "\t", "␍", "\r")

// TestPrecisionOfOwnLogs reads this repository's example logs, recorded traces and catalogue of formats.
func TestPrecisionOfOwnLogs(t *testing.T) {
	r := safe.NewRedactor()
	for _, pattern := range []string{"../../examples/logs/*.log", "../logtext/testdata/*.log", "../stacktrace/testdata/*/*", "../intake/testdata/formats/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s, %v", pattern, err)
		}
		total, touched := 0, 0
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || info.IsDir() {
				continue
			}
			for _, line := range readLines(t, file) {
				line = controls.Replace(line)
				total++
				if shown := addressed.ReplaceAllString(r.Redact(line), ""); strings.Contains(shown, "-1]") && !strings.Contains(line, "-1]") {
					touched++
					t.Logf("touched: %q to %q", line, shown)
				}
			}
		}
		t.Logf("%s: %d of %d lines touched", pattern, touched, total)
		if touched*2000 > total {
			t.Errorf("%s: %d of %d lines touched, want at most one in 2,000", pattern, touched, total)
		}
	}
}

func readLines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// fits reports whether line is an instance of the template.
func fits(template, line string) bool {
	parts := strings.Split(strings.Join(strings.Fields(template), " "), "<*>")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(strings.Join(strings.Fields(line), " "))
}

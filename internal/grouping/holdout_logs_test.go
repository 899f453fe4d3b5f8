package grouping

import (
	"embed"
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/grouping/groupingtest"
)

// logFiles has a file for each log style. The hold-out styles share values.txt. Every line of a style is a
// template, unless it is a comment (#) or defines a value (name := alternatives, separated by |; one may be
// empty). "+ " begins one of the most frequent templates, and "~ " one that is written one to three times.
// logGrammar describes the notation of values.
//
// Two lines have the same template if a developer would call them the same message. Names of instances
// (users, hosts, units, programs), choices such as an HTTP method, bracketed remarks and optional parts do
// not make a different template. A cause, an exception's class and a state do.
//
//go:embed testdata/holdout/*.txt testdata/dev/*.txt
var logFiles embed.FS

const (
	holdoutLines = 20_000
	// holdoutSkew is the exponent of the Zipf distribution of a log's templates: of 80 templates, the first is
	// written 7,500 times and the last 17 times.
	holdoutSkew = 1.4
)

// holdOut returns generated logs, with the template of each line, in styles for which no grouping rule was
// written. It is useful only as long as the authors of rules do not read its templates. The same seed gives
// the same logs.
func holdOut(t testing.TB, seed uint64) []groupingtest.Log {
	t.Helper()
	return generated(t, "holdout", seed)
}

// dev returns generated logs that authors of rules may read.
func dev(t testing.TB, seed uint64) []groupingtest.Log {
	t.Helper()
	return generated(t, "dev", seed)
}

func generated(t testing.TB, dir string, seed uint64) []groupingtest.Log {
	t.Helper()
	files, err := logFiles.ReadDir(path.Join("testdata", dir))
	if err != nil {
		t.Fatal(err)
	}
	var shared []string
	if dir == "holdout" {
		shared = logFile(t, dir, "values")
	}
	var logs []groupingtest.Log
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), path.Ext(file.Name()))
		if name == "values" {
			continue
		}
		g, templates := readStyle(slices.Concat(shared, logFile(t, dir, name)))
		g.rand = rand.New(rand.NewPCG(seed, uint64(len(logs))))
		log, err := g.write(templates)
		if err != nil {
			t.Fatalf("%s style %s: %v", dir, name, err)
		}
		log.Name = name
		logs = append(logs, log)
	}
	return logs
}

func logFile(t testing.TB, dir, name string) []string {
	t.Helper()
	content, err := logFiles.ReadFile(path.Join("testdata", dir, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

// templates holds the templates of a style by frequency.
type templates struct {
	frequent, usual, rare []string
}

func readStyle(lines []string) (*logGrammar, templates) {
	g := &logGrammar{values: map[string][]string{}, parsed: map[string][]part{}}
	var all templates
	for _, line := range lines {
		name, alternatives, defines := strings.Cut(line, " := ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case defines:
			g.values[name] = split(alternatives)
		case strings.HasPrefix(line, "+ "):
			all.frequent = append(all.frequent, line[2:])
		case strings.HasPrefix(line, "~ "):
			all.rare = append(all.rare, line[2:])
		default:
			all.usual = append(all.usual, line)
		}
	}
	return g, all
}

// write returns a log with at least holdoutLines lines of the templates, shuffled.
func (g *logGrammar) write(all templates) (groupingtest.Log, error) {
	g.shuffle(all.frequent)
	g.shuffle(all.usual)
	ranked := append(all.frequent, all.usual...)
	var truth []string
	for rank, n := range zipf(len(ranked)) {
		for range n {
			truth = append(truth, ranked[rank])
		}
	}
	for _, template := range all.rare {
		for range 1 + g.rand.IntN(3) {
			truth = append(truth, template)
		}
	}
	g.shuffle(truth)
	log := groupingtest.Log{Truth: truth}
	for i := range truth {
		truth[i] = g.decide(truth[i])
		template := truth[i]
		line, err := g.expand(template)
		if err != nil {
			return groupingtest.Log{}, fmt.Errorf("write %q: %w", template, err)
		}
		log.Lines = append(log.Lines, line)
	}
	return log, nil
}

func (g *logGrammar) shuffle(list []string) {
	g.rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// zipf distributes holdoutLines over n ranks.
func zipf(n int) []int {
	total := 0.0
	for rank := range n {
		total += math.Pow(float64(rank+1), -holdoutSkew)
	}
	counts := make([]int, n)
	for rank := range counts {
		share := math.Pow(float64(rank+1), -holdoutSkew) / total
		counts[rank] = int(math.Ceil(holdoutLines * share))
	}
	return counts
}

func TestHoldOutFrequencies(t *testing.T) {
	logs := holdOut(t, 7)
	if len(logs) < 5 {
		t.Errorf("%d logs, want at least 5", len(logs))
	}
	for _, log := range logs {
		counts := map[string]int{}
		for _, template := range log.Truth {
			counts[template]++
		}
		most, rare := 0, 0
		for _, n := range counts {
			most = max(most, n)
			if n <= 2 {
				rare++
			}
		}
		if len(log.Lines) < holdoutLines || len(counts) < 60 || len(counts) > 150 || most < 2000 || rare < 5 {
			t.Errorf("%s: %d lines, %d templates, the most frequent %d times, %d at most twice",
				log.Name, len(log.Lines), len(counts), most, rare)
		}
	}
}

func TestHoldOutSeed(t *testing.T) {
	if !reflect.DeepEqual(holdOut(t, 7), holdOut(t, 7)) {
		t.Error("two runs with one seed differ")
	}
}

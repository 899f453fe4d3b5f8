// Package groupingtest provides logs with the correct template of each line.
package groupingtest

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Log is a list of messages and, line for line, the template of each.
type Log struct {
	Name  string
	Lines []string
	Truth []string
}

// LogHub returns the LogHub logs beside the repository, in ../shared/data/loghub, for a test of a package
// directly under internal. If there are none, it skips the test.
func LogHub(t testing.TB) []Log {
	t.Helper()
	files, err := filepath.Glob("../../../shared/data/loghub/*.txt")
	if err != nil || len(files) == 0 {
		t.Skip("no LogHub logs in ../shared/data/loghub")
	}
	var logs []Log
	for _, file := range files {
		base := strings.TrimSuffix(file, ".txt")
		log := Log{Name: filepath.Base(base), Lines: lines(t, file), Truth: lines(t, base+".truth")}
		if len(log.Lines) != len(log.Truth) {
			t.Fatalf("%s: %d lines and %d templates", log.Name, len(log.Lines), len(log.Truth))
		}
		logs = append(logs, log)
	}
	return logs
}

func lines(t testing.TB, file string) []string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

//go:embed made.txt
var madeFile string

// inBraces matches a placeholder in a template.
var inBraces = regexp.MustCompile(`\{([^{}]*)\}`)

// Made returns n lines and the template of each. As in any log, some templates are frequent and many rare.
// The same seed gives the same lines.
func Made(seed uint64, n int) Log {
	values := map[string]string{}
	var templates []string
	for line := range strings.Lines(madeFile) {
		line = strings.TrimSuffix(line, "\n")
		if name, value, defines := strings.Cut(line, " := "); defines {
			values[name] = value
		} else if line != "" && !strings.HasPrefix(line, "#") {
			templates = append(templates, line)
		}
	}
	r := rand.New(rand.NewPCG(seed, 1))
	log := Log{Name: "made"}
	for range n {
		i := int(r.ExpFloat64() * float64(len(templates)) / 4)
		template := templates[i*37%len(templates)]
		log.Lines = append(log.Lines, fill(r, template, values))
		log.Truth = append(log.Truth, template)
	}
	return log
}

// fill writes a template with values; made.txt explains the notation.
func fill(r *rand.Rand, template string, values map[string]string) string {
	return inBraces.ReplaceAllStringFunc(template, func(open string) string {
		notation := open[1 : len(open)-1]
		number, name, repeated := strings.Cut(notation, " of ")
		low, high, _ := strings.Cut(notation, "-")
		switch alternatives := strings.Split(notation, "|"); {
		case values[notation] != "":
			return fill(r, values[notation], values)
		case repeated:
			n, _ := strconv.Atoi(number)
			return fill(r, strings.Repeat("{"+name+"}", n), values)
		case len(alternatives) > 1:
			return alternatives[r.IntN(len(alternatives))]
		}
		from, _ := strconv.Atoi(low)
		to, _ := strconv.Atoi(high)
		return fmt.Sprintf("%0*d", len(low), from+r.IntN(to-from+1))
	})
}

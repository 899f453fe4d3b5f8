package grouping_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/stacktrace"
)

// failures returns what real programs printed when they failed, by name.
func failures(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../stacktrace/testdata/*/*.txt")
	if err != nil || len(files) < 200 {
		t.Fatalf("found %d failures, want at least 200 (%v)", len(files), err)
	}
	texts := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(filepath.Dir(file))+"/"+strings.TrimSuffix(filepath.Base(file), ".txt")] = strings.Trim(string(data), "\n")
	}
	return texts
}

// identity returns the key of the only event in the text.
func identity(t *testing.T, text string) string {
	t.Helper()
	set := grouping.NewSet(func(s string) string { return s })
	framer := logtext.NewFramer(nil, func(e event.Event) {
		e.Service = "shop"
		e.Exceptions, e.Runtime = stacktrace.Parse(e.Stack)
		set.Add(e)
	})
	framer.Add(event.Record{Text: text})
	framer.Flush(time.Now())
	groups := set.Groups()
	if len(groups) != 1 {
		t.Fatalf("%d groups of %q", len(groups), text)
	}
	return groups[0].Key
}

type mutation struct {
	name  string
	where *regexp.Regexp
	with  func(r *rand.Rand, m []string) string
}

// mutations change parts that differ between two occurrences of a failure, or between two deployments of a
// program.
var mutations = []mutation{
	{"line", regexp.MustCompile(`(\.[a-z]{1,5}[:(]|\.[a-z]{1,5}:\d+:|", line |\bline | line |\bnode:[a-z/_]+:)(\d+)`), nil}, // moved, see mutate
	{"path", regexp.MustCompile(`/app/`), func(r *rand.Rand, _ []string) string {
		return pick(r, "/srv/releases/20261122103000/", "/var/task/", "/home/deploy/shop-7f2c/", "/workspace/", "/builds/1234/")
	}},
	{"host", regexp.MustCompile(`shop\.example`), func(r *rand.Rand, _ []string) string {
		return pick(r, "www.shop.example", "eu-1.shop.example:8443", "staging.shop.test")
	}},
	{"address", regexp.MustCompile(`127\.0\.0\.1:\d+`), func(r *rand.Rand, _ []string) string {
		return fmt.Sprintf("10.0.%d.%d:%d", r.IntN(255), r.IntN(255), 1024+r.IntN(60000))
	}},
	{"pointer", regexp.MustCompile(`\b0x[0-9a-f]+`), func(r *rand.Rand, _ []string) string { return fmt.Sprintf("0x%x", r.Uint64()>>r.IntN(60)) }},
	{"bundle", regexp.MustCompile(`3f2a9c1b`), func(r *rand.Rand, _ []string) string { return fmt.Sprintf("%d%07x", r.IntN(10), r.IntN(1<<28)) }},
	{"build", regexp.MustCompile(`[0-9a-f]{40}|\[[0-9a-f]{15,16}\]|::h[0-9a-f]{16}`), func(r *rand.Rand, m []string) string {
		return regexp.MustCompile(`[0-9a-f]{4}`).ReplaceAllStringFunc(m[0], func(string) string { return fmt.Sprintf("%04x", r.IntN(1<<16)) })
	}},
	{"thread", regexp.MustCompile(`(in thread "|thread ')[^"']+(["'])`), func(r *rand.Rand, m []string) string {
		return m[1] + fmt.Sprintf("pool-%d-worker-%d", r.IntN(9), r.IntN(99)) + m[2]
	}},
	{"goroutine", regexp.MustCompile(`goroutine \d+`), func(r *rand.Rand, _ []string) string { return fmt.Sprintf("goroutine %d", 1+r.IntN(9999)) }},
	{"process", regexp.MustCompile(`(#PID<0\.|#)\d+\b`), func(r *rand.Rand, m []string) string {
		if m[1] == "#" {
			return m[0] // a frame's number in PHP
		}
		return fmt.Sprint(m[1], 90+r.IntN(900))
	}},
	{"clock", regexp.MustCompile(`\d\d:\d\d:\d\d\b`), func(r *rand.Rand, _ []string) string {
		return fmt.Sprintf("%02d:%02d:%02d", r.IntN(24), r.IntN(60), r.IntN(60))
	}},
	{"date", regexp.MustCompile(`2026-11-\d\d`), func(r *rand.Rand, _ []string) string { return fmt.Sprintf("2027-0%d-1%d", 1+r.IntN(9), r.IntN(10)) }},
	{"closure", regexp.MustCompile(`(\$anonfun\$\w+\$|ShopKt\$main\$|lambda\$\w+\$|\.func|m__|AnonStorey)(\d+)`), func(r *rand.Rand, m []string) string { return m[1] + fmt.Sprint(1+r.IntN(30)) }},
	{"card", regexp.MustCompile(`\b4111\b`), func(r *rand.Rand, _ []string) string { return fmt.Sprint(1000 + r.IntN(9000)) }},
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

// mutate applies most mutations, chosen at random, and always at least one.
func mutate(r *rand.Rand, text string) string {
	always := r.IntN(len(mutations))
	for i, m := range mutations {
		if i != always && r.IntN(3) == 0 {
			continue
		}
		if m.name == "line" {
			text = moveLines(m.where, text, 1+r.IntN(999))
			continue
		}
		with := "" // one path, host and bundle for the whole text
		text = m.where.ReplaceAllStringFunc(text, func(found string) string {
			switch m.name {
			case "path", "host", "bundle", "closure":
				if with == "" || m.name == "closure" {
					with = m.with(r, m.where.FindStringSubmatch(found))
				}
				return with
			}
			return m.with(r, m.where.FindStringSubmatch(found))
		})
	}
	return text
}

// moveLines increases all line numbers, as if lines had been added at the top of each file.
func moveLines(where *regexp.Regexp, text string, by int) string {
	return where.ReplaceAllStringFunc(text, func(found string) string {
		m := where.FindStringSubmatch(found)
		n, _ := strconv.Atoi(m[2])
		return m[1] + strconv.Itoa(n+by)
	})
}

// TestSameFailure checks that every failure keeps its key in 50 different mutants.
func TestSameFailure(t *testing.T) {
	checked := 0
	for name, text := range failures(t) {
		t.Run(name, func(t *testing.T) {
			if !slices.ContainsFunc(mutations, func(m mutation) bool { return m.where.MatchString(text) }) {
				return // no mutation applies
			}
			want := identity(t, text)
			tried := map[string]bool{text: true}
			for seed := uint64(0); len(tried) <= 50; seed++ {
				if seed == 1000 {
					t.Fatalf("only %d mutants in %d tries", len(tried)-1, seed)
				}
				mutant := mutate(rand.New(rand.NewPCG(seed, 4)), text)
				if tried[mutant] {
					continue
				}
				tried[mutant] = true
				if got := identity(t, mutant); got != want {
					t.Fatalf("seed %d: %s, want %s:\n%s", seed, got, want, mutant)
				}
			}
			checked += len(tried) - 1
		})
	}
	t.Logf("%d mutants of %d failures", checked, len(failures(t)))
}

// same lists the failures that are one error although their texts differ, with the reason.
var same = []struct {
	reason string
	names  []string
}{
	{"the program prints one failure in two forms", []string{"dotnet/logged", "dotnet/release"}},
	{"the program prints one failure in two forms", []string{"java/cause", "java/logged"}},
	{"the program prints one failure in two forms", []string{"node/cause", "node/logged"}},
	{"the program prints one failure in three forms", []string{"php/cause", "php/fpm_log", "php/logged"}},
	{"the program prints one failure in three forms", []string{"ruby/full_message", "ruby/rails", "ruby/uncaught"}},
	{"the program prints one failure in two forms", []string{"rust/full", "rust/index"}},
	{"one failure, caught in between", []string{"go/again", "go/during"}},
	{"one failure, recovered or not", []string{"go/index", "go/stack"}},
	{"one failure, caught in between", []string{"tcl/rethrown", "tcl/thrown"}},
	{"one failure, awaited or not", []string{"node/promise_all", "node/rejection"}},
	{"one function fails, reached through library code alone", []string{"elixir/enum", "elixir/task", "elixir/zero"}},
	{"one function fails, in a process of its own or not", []string{"elixir/spawned", "elixir/uncaught"}},
	{"one function fails, called by unnamed functions of one file", []string{"perl/evaluated", "perl/package", "perl/zero"}},
	{"one function fails, called by unnamed functions of one file", []string{"php/generator", "php/monolog", "php/package", "php/zero"}},
	{"one procedure fails, called from one file", []string{"tcl/evaluated", "tcl/lambda", "tcl/nested", "tcl/zero"}},
	{"unnamed functions of one variable, which only their numbers tell apart", []string{"go/error", "go/multiline", "go/string", "go/wrapped"}},
	{"one function calls two of the library's, which throw the same type", []string{"scala/head", "scala/key"}},
	{"one function fails, in a thread of its own or not", []string{"dotnet/thread", "dotnet/zero"}},
	{"one function fails, called from main or a closure of it", []string{"kotlin/companion", "kotlin/lazy"}},
	{"one function unwraps two results", []string{"rust/overflow", "rust/unwrap"}},
}

// TestDifferentFailures checks that all failures have different keys, except those listed above.
func TestDifferentFailures(t *testing.T) {
	byKey := map[string][]string{}
	for name, text := range failures(t) {
		key := identity(t, text)
		byKey[key] = append(byKey[key], name)
	}
	declared := map[string]bool{}
	for _, s := range same {
		slices.Sort(s.names)
		declared[strings.Join(s.names, " ")] = true
	}
	for _, names := range byKey {
		slices.Sort(names)
		joined := strings.Join(names, " ")
		if len(names) > 1 && !declared[joined] {
			t.Errorf("one error: %s", joined)
		}
		delete(declared, joined)
	}
	for joined := range declared {
		t.Errorf("declared the same and are not: %s", joined)
	}
}

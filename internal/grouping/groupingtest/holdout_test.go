package groupingtest

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"testing"
)

func TestHoldOutFrequencies(t *testing.T) {
	logs := HoldOut(t, 7)
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
	if !reflect.DeepEqual(HoldOut(t, 7), HoldOut(t, 7)) {
		t.Error("two runs with one seed differ")
	}
}

func TestGrammar(t *testing.T) {
	g, _ := readStyle([]string{"color := red|dark «shade»", "shade := blue|green", "note := | (old)"})
	g.rand = rand.New(rand.NewPCG(1, 1))
	for template, want := range map[string]string{
		"a «color» car":         `a (red|dark blue|dark green) car`,
		"car«note»":             `car( \(old\))?`,
		"«one|two «shade»» end": `(one|two blue|two green) end`,
		"[«shade*, »]":          `\[(blue|green)(, (blue|green)){0,4}\]`,
		"«x4»-«X4»-«l4»":        `[0-9a-f]{4}-[0-9A-F]{4}-[a-z]{4}`,
		"«01..12»":              `0[1-9]|1[0-2]`,
		"«0.5..1.5»":            `0\.[5-9]|1\.[0-5]`,
		"«10..99999~»":          `[1-9]\d{1,4}`,
	} {
		for range 50 {
			got, err := g.expand(template)
			if err != nil || !regexp.MustCompile(`^(?:`+want+`)$`).MatchString(got) {
				t.Errorf("%q became %q (%v), want %s", template, got, err, want)
			}
		}
	}
	for _, template := range []string{"«unknown»", "«x»", "«9..1»", "«!shade»"} {
		if got, err := g.expand(template); err == nil {
			t.Errorf("%q became %q, want an error", template, got)
		}
	}
}

func TestGrammarDecides(t *testing.T) {
	g, _ := readStyle([]string{"cause := timeout|status «code»", "code := 500|502"})
	g.rand = rand.New(rand.NewPCG(1, 1))
	seen := map[string]bool{}
	for range 50 {
		seen[g.decide("«x4» failed: «!cause»")] = true
	}
	want := map[string]bool{"«x4» failed: timeout": true, "«x4» failed: status «code»": true}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("decided on %v, want %v", seen, want)
	}
}

// Package safetest makes what package safe is tested with: secrets and
// personal data drawn by chance in realistic log lines, texts that attack what shows
// them, and a reading of GitHub's Markdown by a library.
//
// Nothing here is a real secret, and nothing has the form of one until it is
// assembled at run time, so that scanners do not report this repository as a leak.
package safetest

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Sample is one secret in a line of a log.
type Sample struct {
	Kind     string `json:"kind"`
	Promised bool   `json:"-"`     // the guide names the kind
	Value    string `json:"value"` // as in the line
	Line     string `json:"line"`
	Form     string `json:"-"` // the line with %s for the value; empty for one that was read
}

// PerKind is how many samples of each kind Samples draws.
const PerKind = 50

// Samples draws PerKind samples of each kind.
func Samples(rng *rand.Rand) []Sample {
	var samples []Sample
	for _, k := range kinds {
		for range PerKind {
			if k.group != "parts" {
				samples = append(samples, k.sample(rng))
			}
		}
	}
	return samples
}

// Leaks reports whether shown contains the sample's value: one of its lines in full,
// or a piece of half that length that is long enough to be significant.
func (s Sample) Leaks(shown string) bool {
	lines := strings.Split(strings.NewReplacer("\r", "", `\r`, "", `\n`, "\n").Replace(s.Value), "\n")
	return slices.ContainsFunc(lines, func(line string) bool {
		line = strings.TrimSpace(line)
		return (len(lines) == 1 || len(line) >= 6) && leaks(line, shown)
	})
}

func leaks(value, shown string) bool {
	size := max(6, (len(value)+1)/2)
	if size >= len(value) {
		return strings.Contains(shown, value)
	}
	for at := 0; at+size <= len(value); at++ {
		if strings.Contains(shown, value[at:at+size]) {
			return true
		}
	}
	return false
}

// Again draws another value of the sample's kind into the same line.
func (s Sample) Again(rng *rand.Rand) Sample { return kindOf(s.Kind).fill(rng, s.Form) }

package safetest

import (
	_ "embed"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
)

// Attack is log text that tries to be interpreted. Text contains %s where the canary
// goes; without it, the canary goes at the end.
type Attack struct{ Name, Text string }

// With returns the attack's text with a canary in it, by which a test finds it.
func (a Attack) With(canary string) string {
	if !strings.Contains(a.Text, "%s") {
		return a.Text + " " + canary
	}
	return strings.ReplaceAll(a.Text, "%s", canary)
}

// Canary returns a random word that occurs nowhere else.
func Canary(rng *rand.Rand) string { return "canary" + chars(rng, lower, 10) }

//go:embed attacks.txt
var attacksText string

// Attacks are at Markdown, HTML, GitHub's references, terminals, the runner, our
// own markers, and whoever reads.
var Attacks = func() (all []Attack) {
	for line := range strings.SplitSeq(strings.TrimSpace(attacksText), "\n") {
		if strings.HasPrefix(line, "//") {
			continue
		}
		name, quoted, _ := strings.Cut(line, ": ")
		text, err := strconv.Unquote(quoted)
		if err != nil {
			panic("attacks.txt: " + name + ": " + err.Error())
		}
		all = append(all, Attack{name, long(text)})
	}
	return all
}()

var times = regexp.MustCompile(`\((\d+)×([^)]+)\)`)

// long repeats what a text says is to be repeated.
func long(text string) string {
	return times.ReplaceAllStringFunc(text, func(repeated string) string {
		m := times.FindStringSubmatch(repeated)
		n, err := strconv.Atoi(m[1])
		if err != nil {
			panic(err) // more digits than a number has
		}
		return strings.Repeat(m[2], n)
	})
}

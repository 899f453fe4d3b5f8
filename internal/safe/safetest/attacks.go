package safetest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Attack is a text of a log that tries to be more than text. Text holds %s
// where the canary goes, at its end if nowhere.
type Attack struct{ Name, Text string }

// With returns the attack's text with a canary in it, by which to find it again.
func (a Attack) With(canary string) string {
	if !strings.Contains(a.Text, "%s") {
		return a.Text + " " + canary
	}
	return strings.ReplaceAll(a.Text, "%s", canary)
}

// Canary draws a word that occurs nowhere else.
func Canary(rng *rand.Rand) string { return "canary" + chars(rng, lower, 10) }

// ReadAttacks reads attacks from a file, one a line, as JSON strings or as they are.
func ReadAttacks(path string) ([]Attack, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var attacks []Attack
	for line := range strings.Lines(string(data)) {
		text := strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(text, `"`) {
			if err := json.Unmarshal([]byte(line), &text); err != nil {
				return nil, fmt.Errorf("%s line %d: %w", path, len(attacks)+1, err)
			}
		}
		attacks = append(attacks, Attack{fmt.Sprintf("line %d", len(attacks)+1), text})
	}
	return attacks, nil
}

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

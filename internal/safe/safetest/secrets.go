// Package safetest makes what package safe is tested with: secrets and
// personal data drawn by chance in realistic log lines, texts that attack what shows
// them, and a reading of GitHub's Markdown by a library.
//
// Nothing here is a real secret, and nothing has the form of one before it is
// put together at run time, so that no scanner takes this repository for a leak.
package safetest

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
)

// Sample is one secret in a line of a log.
type Sample struct {
	Kind     string `json:"kind"`
	Promised bool   `json:"-"`     // the guide names the kind
	Value    string `json:"value"` // as it stands in the line
	Line     string `json:"line"`
	Form     string `json:"-"` // the line with %s for the value; empty for one that was read
}

// PerKind is how many samples of each kind Samples draws.
const PerKind = 50

// Samples draws PerKind samples of each kind.
func Samples(rng *rand.Rand) []Sample {
	var samples []Sample
	for n, k := range allKinds {
		for range PerKind {
			sample := k.sample(rng)
			sample.Promised = n < len(allKinds)-len(otherTokens)
			samples = append(samples, sample)
		}
	}
	return samples
}

// allKinds are those that the guide names, then their relatives.
var allKinds = slices.Concat(kinds, positions, promisedTokens, otherTokens)

// ReadSamples reads samples from a file with one JSON object a line:
// {"kind": …, "value": …, "line": …}.
func ReadSamples(path string) ([]Sample, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var samples []Sample
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		var s Sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil || s.Value == "" || !strings.Contains(s.Line, s.Value) {
			return nil, fmt.Errorf("%s line %d: wants kind, value, and a line that holds the value (%v)", path, n, err)
		}
		samples = append(samples, s)
	}
	return samples, lines.Err()
}

// Leaks reports whether shown gives the sample's value away: the whole of one of
// its lines, or a piece of half that length that is not too short to tell anything.
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
func (s Sample) Again(rng *rand.Rand) Sample {
	for _, k := range allKinds {
		if k.name == s.Kind {
			return k.fill(rng, s.Form)
		}
	}
	return s
}

// kind is how the values of one kind are drawn, and the lines they stand in. In a
// line %s is the value, %q the value as the query of a URL writes it, and {…} is
// filled with what varies in every log.
type kind struct {
	name  string
	value func(*rand.Rand) string
	lines []string
}

func (k kind) sample(rng *rand.Rand) Sample {
	return k.fill(rng, vary(rng, k.lines[rng.IntN(len(k.lines))]))
}

func (k kind) fill(rng *rand.Rand, form string) Sample {
	value := k.value(rng)
	if strings.Contains(form, "%q") {
		value = url.QueryEscape(value)
	}
	if strings.HasPrefix(form, "{") {
		value = strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(value)
	}
	line := strings.NewReplacer("%s", value, "%q", value).Replace(form)
	return Sample{Kind: k.name, Value: value, Line: line, Form: form}
}

func vary(rng *rand.Rand, line string) string {
	for strings.Contains(line, "{n}") {
		line = strings.Replace(line, "{n}", fmt.Sprint(rng.IntN(5000)), 1)
	}
	ts := fmt.Sprintf("2026-11-%02dT%02d:%02d:%02d.%03dZ", 1+rng.IntN(30), rng.IntN(24), rng.IntN(60), rng.IntN(60), rng.IntN(1000))
	uuid := fmt.Sprintf("%s-%s-4%s-a%s-%s", chars(rng, hexDigits, 8), chars(rng, hexDigits, 4), chars(rng, hexDigits, 3), chars(rng, hexDigits, 3), chars(rng, hexDigits, 12))
	return strings.NewReplacer("{ts}", ts, "{uuid}", uuid, "{word}", pick(rng, "checkout", "billing", "search", "mailer", "auth")).Replace(line)
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

// chars returns n random characters of the alphabet.
func chars(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	decimal   = "0123456789"
	hexDigits = "0123456789abcdef"
	lower     = "abcdefghijklmnopqrstuvwxyz"
	base32    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	base62    = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + decimal
)

func base64url(rng *rand.Rand, bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(rng.UintN(256))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// of fills a form in which "#" stands for a digit, N for one from 2 to 9, and all
// else for itself.
func of(rng *rand.Rand, form string) string {
	var b strings.Builder
	for _, c := range form {
		switch c {
		case '#':
			b.WriteString(chars(rng, decimal, 1))
		case 'N':
			b.WriteString(chars(rng, decimal[2:], 1))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

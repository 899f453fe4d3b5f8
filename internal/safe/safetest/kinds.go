package safetest

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

//go:embed kinds.txt
var kindsText string

// kind is how the values of one kind are drawn, and the lines they stand in, as
// kinds.txt describes both.
type kind struct {
	name, group  string
	forms, lines []string
}

var kinds = func() (all []*kind) {
	group, k := "", &kind{}
	for row := range strings.SplitSeq(kindsText, "\n") {
		if row == "" || strings.HasPrefix(row, "// ") {
			continue
		}
		switch mark, rest, _ := strings.Cut(row, " "); mark {
		case "====":
			group = rest
		case "==":
			k = &kind{name: rest, group: group}
			all = append(all, k)
		case "=":
			k.forms = append(k.forms, characters.Replace(rest))
		case "@":
			k.lines = append(k.lines, included(all, strings.Fields(rest))...)
		default:
			k.lines = append(k.lines, characters.Replace(row))
		}
	}
	return all
}()

// characters are how kinds.txt writes those that a row cannot hold.
var characters = strings.NewReplacer("⏎", "\n", "␍", "\r", "⇥", "\t", "␣", " ")

// included returns the lines of a kind described before, with words in them.
func included(kinds []*kind, words []string) (lines []string) {
	for _, k := range kinds {
		if k.name == words[0] {
			for _, line := range k.lines {
				for n, word := range words[1:] {
					line = strings.ReplaceAll(line, fmt.Sprintf("{%d}", n+1), characters.Replace(word))
				}
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func kindOf(name string) *kind {
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	return nil
}

func (k *kind) sample(rng *rand.Rand) Sample { return k.fill(rng, draw(rng, pick(rng, k.lines...))) }

// fill puts a value into a line.
func (k *kind) fill(rng *rand.Rand, line string) Sample {
	value := draw(rng, pick(rng, k.forms...))
	if strings.Contains(line, "%q") {
		value = url.QueryEscape(value)
	}
	if strings.HasPrefix(line, "{") {
		value = strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(value)
	}
	return Sample{Kind: k.name, Promised: k.group == "promised", Value: value, Line: strings.NewReplacer("%s", value, "%q", value).Replace(line), Form: line}
}

var braces = regexp.MustCompile(`\{[^{}]*\}`)

// draw fills the braces. Braces without a meaning here are part of the line.
func draw(rng *rand.Rand, form string) string {
	return braces.ReplaceAllStringFunc(form, func(field string) string {
		inner := field[1 : len(field)-1]
		name, rest, _ := strings.Cut(inner, " ")
		switch {
		case alphabets[name] != "":
			return chars(rng, alphabets[name], between(rng, rest))
		case makers[name] != nil:
			return makers[name](rng)
		case name == "int":
			return fmt.Sprint(between(rng, rest))
		case name == "form":
			return digits(rng, rest)
		case name == "card":
			return card(rng, rest)
		case strings.Contains(inner, "|"):
			return pick(rng, strings.Split(inner, "|")...)
		case kindOf(inner) != nil:
			return draw(rng, pick(rng, kindOf(inner).forms...))
		}
		return field
	})
}

// between draws a number from "low-high", or returns the one number there is.
func between(rng *rand.Rand, bounds string) int {
	low, high, ok := strings.Cut(bounds, "-")
	if !ok {
		high = low
	}
	least, err := strconv.Atoi(low)
	most, err2 := strconv.Atoi(high)
	if err != nil || err2 != nil {
		panic("bounds " + bounds + " in kinds.txt")
	}
	return least + rng.IntN(most-least+1)
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
	decimal = "0123456789"
	lower   = "abcdefghijklmnopqrstuvwxyz"
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	base62  = lower + upper + decimal
	urlSafe = base62 + "-_"
)

var alphabets = map[string]string{"digit": decimal, "hex": decimal + "abcdef", "lower": lower, "upper": upper, "base32": upper + "234567",
	"base62": base62, "base64": base62 + "+/", "urlsafe": urlSafe, "azure": base62 + "_.-"}

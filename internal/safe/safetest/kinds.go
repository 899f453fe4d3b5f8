package safetest

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

//go:embed kinds.txt
var kindsText string

// kind describes one kind of value in kinds.txt: the forms to draw values from, and the lines to put them in.
type kind struct {
	name, group  string
	forms, lines []string
}

// characters replaces stand-ins for characters that a row of kinds.txt cannot contain.
var characters = strings.NewReplacer("⏎", "\n", "␍", "\r", "⇥", "\t", "␣", " ")

var byName = map[string]*kind{} // filled together with kinds

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
			all, byName[rest] = append(all, k), k
		case "=":
			k.forms = append(k.forms, characters.Replace(rest))
		case "@": // the lines of an earlier kind, with its {1}, {2}, … replaced by these words
			words := strings.Fields(rest)
			for _, line := range byName[words[0]].lines {
				for n, word := range words[1:] {
					line = strings.ReplaceAll(line, fmt.Sprintf("{%d}", n+1), characters.Replace(word))
				}
				k.lines = append(k.lines, line)
			}
		default:
			k.lines = append(k.lines, characters.Replace(row))
		}
	}
	return all
}()

func (k *kind) fill(rng *rand.Rand, line string) Sample {
	value := draw(rng, pick(rng, k.forms...))
	if strings.Contains(line, "%q") {
		value = url.QueryEscape(value)
	}
	if strings.HasPrefix(line, "{") {
		value = strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(value)
	}
	filled := strings.NewReplacer("%s", value, "%q", value).Replace(line)
	return Sample{Kind: k.name, Promised: k.group == "promised", Value: value, Line: filled, Form: line}
}

var braces = regexp.MustCompile(`\{[^{}]*\}`)

// draw replaces each {field} in form with a random value. It leaves braces that name no field as they are.
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
		}
		if k := byName[inner]; k != nil {
			return draw(rng, pick(rng, k.forms...))
		}
		return field
	})
}

// between draws a number from "low-high", or returns the number if bounds is only one.
func between(rng *rand.Rand, bounds string) int {
	var low, high int
	if n, _ := fmt.Sscanf(bounds, "%d-%d", &low, &high); n < 2 {
		high = low
	}
	return low + rng.IntN(high-low+1)
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

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

// makers draw values that have a structure, such as a check digit.
var makers = map[string]func(*rand.Rand) string{
	"iban": iban, "jwt": jwt,
	// a token wrapped over lines, as mail and terminals do
	"wrapped": func(r *rand.Rand) string {
		token, width, lines := jwt(r), 40+r.IntN(40), ""
		for ; len(token) > width; token = token[width:] {
			lines += token[:width] + pick(r, "\n", "\n", "\r\n", "\n  ")
		}
		return lines + token
	},
	"basic": func(r *rand.Rand) string {
		return base64.StdEncoding.EncodeToString([]byte(chars(r, lower, 5) + ":" + chars(r, base62, 8+r.IntN(8))))
	},
}

// card fills a form and appends the Luhn check digit.
func card(r *rand.Rand, form string) string {
	number, sum, weight := digits(r, form), 0, 2
	for i := len(number) - 1; i >= 0; i-- {
		if d := int(number[i]-'0') * weight; number[i] >= '0' && number[i] <= '9' {
			sum, weight = sum+d/10+d%10, 3-weight
		}
	}
	return number + fmt.Sprint((10-sum%10)%10)
}

func iban(r *rand.Rand) string {
	form := pick(r, "DE##################", "GBWEST##############", "FR#######################", "NLRABO##########",
		"ES####################", "CH#################", "AT################", "BE############")
	country, account, rest := form[:2], digits(r, form[2:]), 0
	for _, c := range account + country + "00" { // ISO 7064
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	compact := fmt.Sprintf("%s%02d%s", country, 98-rest, account)
	if r.IntN(3) > 0 {
		return compact
	}
	return string(bytes.Join(slices.Collect(slices.Chunk([]byte(compact), 4)), []byte(" ")))
}

func jwt(r *rand.Rand) string {
	part := func(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
	return part(`{"alg":"`+pick(r, "HS256", "RS256", "none")+`","typ":"JWT"}`) + "." +
		part(fmt.Sprintf(`{"sub":"%d","iat":%d}`, r.IntN(1e9), r.IntN(1e9))) + "." + chars(r, urlSafe, 42) + "A"
}

// digits fills a form: it replaces "#" with a random digit, and "N" with one from 2 to 9.
func digits(rng *rand.Rand, form string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case '#':
			return '0' + rng.Int32N(10)
		case 'N':
			return '2' + rng.Int32N(8)
		}
		return c
	}, form)
}

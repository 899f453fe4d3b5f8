package grouping

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// logGrammar writes texts with values in guillemets:
//
//	«name»     one of the alternatives of the value with that name
//	«a|b»      a or b, which may contain values themselves
//	«name*, »  one to five values of that name, joined by the text after the asterisk
//	«x8»       8 hexadecimal digits; X for upper case, l for letters
//	«01..24»   a number from 1 to 24, zero-padded to the width of the first
//	«0.0..9.9» a number with one decimal
//	«1..9999~» a number whose order of magnitude is uniformly distributed
//	«!name»    one of the alternatives, each of which makes a different template
type logGrammar struct {
	rand   *rand.Rand
	values map[string][]string
	parsed map[string][]part
}

// part is a piece of a text: a literal, or the notation of a value between guillemets.
type part struct {
	text  string
	value bool
}

// decide replaces each «!value» of a template with one of its alternatives; it picks earlier ones more often.
func (g *logGrammar) decide(template string) string {
	var b strings.Builder
	for _, p := range parse(template) {
		notation, decided := strings.CutPrefix(p.text, "!")
		switch {
		case !p.value:
			b.WriteString(p.text)
		case !decided:
			b.WriteString("«" + p.text + "»")
		default:
			u := g.rand.Float64()
			alternatives := g.alternatives(notation)
			b.WriteString(g.decide(alternatives[int(u*u*float64(len(alternatives)))]))
		}
	}
	return b.String()
}

// alternatives returns those of the value with this name, or else the ones that the notation lists.
func (g *logGrammar) alternatives(notation string) []string {
	if _, known := g.values[notation]; !known {
		g.values[notation] = split(notation)
	}
	return g.values[notation]
}

func (g *logGrammar) expand(text string) (string, error) {
	if !strings.Contains(text, "«") {
		return text, nil
	}
	parts, known := g.parsed[text]
	if !known {
		parts = parse(text)
		g.parsed[text] = parts
	}
	var b strings.Builder
	for _, p := range parts {
		if !p.value {
			b.WriteString(p.text)
			continue
		}
		value, err := g.value(p.text)
		if err != nil {
			return "", err
		}
		b.WriteString(value)
	}
	return b.String(), nil
}

// parse splits a text at its outermost guillemets.
func parse(text string) (parts []part) {
	depth, start := 0, 0
	for i, r := range text {
		switch {
		case r == '«':
			if depth == 0 {
				parts = append(parts, part{text: text[start:i]})
				start = i + len("«")
			}
			depth++
		case r == '»':
			if depth--; depth == 0 {
				parts = append(parts, part{text: text[start:i], value: true})
				start = i + len("»")
			}
		}
	}
	return append(parts, part{text: text[start:]})
}

// split splits a text at the bars outside guillemets.
func split(text string) (alternatives []string) {
	depth, start := 0, 0
	for i, r := range text {
		switch r {
		case '«':
			depth++
		case '»':
			depth--
		case '|':
			if depth == 0 {
				alternatives = append(alternatives, text[start:i])
				start = i + 1
			}
		}
	}
	return append(alternatives, text[start:])
}

func (g *logGrammar) value(notation string) (string, error) {
	if list := g.alternatives(notation); len(list) > 1 || list[0] != notation {
		return g.expand(list[g.rand.IntN(len(list))])
	}
	if name, separator, ok := strings.Cut(notation, "*"); ok {
		return g.list(name, separator)
	}
	if low, high, ok := strings.Cut(notation, ".."); ok {
		return g.number(low, high)
	}
	alphabets := map[byte]string{'x': "0123456789abcdef", 'X': "0123456789ABCDEF", 'l': "abcdefghijklmnopqrstuvwxyz"}
	n, err := strconv.Atoi(notation[min(1, len(notation)):])
	if err != nil || alphabets[notation[0]] == "" {
		return "", fmt.Errorf("no value %q", notation)
	}
	text := make([]byte, n)
	for i := range text {
		alphabet := alphabets[notation[0]]
		text[i] = alphabet[g.rand.IntN(len(alphabet))]
	}
	return string(text), nil
}

func (g *logGrammar) list(name, separator string) (string, error) {
	items := make([]string, 1+g.rand.IntN(5))
	for i := range items {
		item, err := g.value(name)
		if err != nil {
			return "", err
		}
		items[i] = item
	}
	return strings.Join(items, separator), nil
}

func (g *logGrammar) number(low, high string) (string, error) {
	high, magnitude := strings.CutSuffix(high, "~")
	from, errLow := strconv.ParseFloat(low, 64)
	to, errHigh := strconv.ParseFloat(high, 64)
	if errLow != nil || errHigh != nil || from > to {
		return "", fmt.Errorf("no range %s..%s", low, high)
	}
	decimals := 0
	if _, fraction, ok := strings.Cut(low, "."); ok {
		decimals = len(fraction)
	}
	step := math.Pow10(-decimals)
	n := from + g.rand.Float64()*(to-from)
	if magnitude {
		n = from + math.Exp(g.rand.Float64()*math.Log(to-from+1)) - 1
	}
	n = math.Round(n/step) * step
	return fmt.Sprintf("%0*.*f", len(low), decimals, n), nil
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

// Package safetest provides test data for package safe: random secrets and personal data in realistic log
// lines, and texts that attack the program that shows them. It also renders Markdown as GitHub does.
//
// Secrets are assembled only at run time, so scanners do not report this repository for leaks.
package safetest

import (
	"cmp"
	_ "embed"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// Sample is one secret or personal value in a log line.
type Sample struct {
	Kind     string `json:"kind"`
	Promised bool   `json:"-"`     // the guide promises to redact this kind
	Value    string `json:"value"` // as it appears in Line
	Line     string `json:"line"`
	Form     string `json:"-"` // the line with %s for the value; empty if the sample was read from a file
}

// PerKind is the number of samples that Samples draws of each kind.
const PerKind = 50

// Samples draws PerKind samples of each kind, except the parts that other kinds are made of.
func Samples(rng *rand.Rand) []Sample {
	var samples []Sample
	for _, k := range kinds {
		for range PerKind {
			if k.group != "parts" {
				samples = append(samples, k.fill(rng, draw(rng, pick(rng, k.lines...))))
			}
		}
	}
	return samples
}

// Leaks reports whether shown contains half of any line of the value, or 6 bytes if that is more.
func (s Sample) Leaks(shown string) bool {
	lines := strings.Split(strings.NewReplacer("\r", "", `\r`, "", `\n`, "\n").Replace(s.Value), "\n")
	for _, line := range lines {
		line = strings.TrimSpace(line)
		size := min(len(line), max(6, (len(line)+1)/2))
		if len(lines) > 1 && size < 6 {
			continue
		}
		for at := 0; at+size <= len(line); at++ {
			if strings.Contains(shown, line[at:at+size]) {
				return true
			}
		}
	}
	return false
}

// Again returns the same line with another value of the sample's kind.
func (s Sample) Again(rng *rand.Rand) Sample { return byName[s.Kind].fill(rng, s.Form) }

var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(html.WithUnsafe()))

// WithoutCode renders GitHub's Markdown to HTML. It keeps raw HTML, and drops the content of all code.
func WithoutCode(markdown string) string {
	source := []byte(markdown)
	document := gfm.Parser().Parse(text.NewReader(source))
	err := ast.Walk(document, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.CodeSpan:
			n.RemoveChildren(n)
		case *ast.CodeBlock:
			n.SetLines(text.NewSegments())
		case *ast.FencedCodeBlock:
			n.Info = nil
			n.SetLines(text.NewSegments())
		}
		return ast.WalkContinue, nil
	})
	var b strings.Builder
	if err := cmp.Or(err, gfm.Renderer().Render(&b, source, document)); err != nil {
		panic(err) // impossible: neither the walk nor a strings.Builder fails
	}
	return b.String()
}

// Attack is log text written to be obeyed, not shown. The canary replaces %s in Text, or goes at the end.
type Attack struct{ Name, Text string }

// With returns the attack's text with a canary in it, so that a test can find it.
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

// Attacks target Markdown, HTML, GitHub's references, terminals, the runner, our own markers, and people.
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
		text = times.ReplaceAllStringFunc(text, func(repeated string) string {
			m := times.FindStringSubmatch(repeated)
			n, _ := strconv.Atoi(m[1]) // cannot fail: at most seven digits
			return strings.Repeat(m[2], n)
		})
		all = append(all, Attack{name, text})
	}
	return all
}()

// times matches a repetition in attacks.txt: (9000×a).
var times = regexp.MustCompile(`\((\d{1,7})×([^)]+)\)`)

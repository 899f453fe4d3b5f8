//go:build !nopage

package page

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// Included says whether the program can write pages.
const Included = true

var (
	//go:embed page.html
	shell string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// markdown renders as GitHub does in issues: a line break in a paragraph is one.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Strikethrough, extension.TaskList, extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
	goldmark.WithRendererOptions(goldhtml.WithHardWraps(), renderer.WithNodeRenderers(util.Prioritized(ownTags{}, 1))),
)

// ownTags renders the HTML in Markdown: the few tags that issues use, everything else
// as text. Issues contain none of a log's; this holds should that fail.
type ownTags struct{}

var allowed = strings.NewReplacer("&lt;details&gt;", "<details>", "&lt;/details&gt;", "</details>", "&lt;summary&gt;", "<summary>", "&lt;/summary&gt;", "</summary>",
	"&lt;sub&gt;", "<sub>", "&lt;/sub&gt;", "</sub>", "&lt;code&gt;", "<code>", "&lt;/code&gt;", "</code>")

// RegisterFuncs implements renderer.NodeRenderer.
func (ownTags) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	write := func(w util.BufWriter, html []byte) { _, _ = allowed.WriteString(w, escape(html)) } // the buffer reports its error at the end
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if block, ok := n.(*ast.HTMLBlock); ok && entering {
			write(w, block.Lines().Value(source))
			if block.HasClosure() {
				write(w, block.ClosureLine.Value(source))
			}
		}
		return ast.WalkContinue, nil
	})
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if raw, ok := n.(*ast.RawHTML); ok && entering {
			write(w, raw.Segments.Value(source))
		}
		return ast.WalkSkipChildren, nil
	})
}

func escape(text []byte) string { return html.EscapeString(string(text)) }

// Write writes the page. summary is a line of plain text about what was read.
func Write(w io.Writer, issues []Issue, summary string) error {
	span := spanOf(issues)
	var list strings.Builder
	bodies := []string{}
	for i, issue := range issues {
		body, err := HTML(issue.Body)
		if err != nil {
			return fmt.Errorf("render %q: %w", issue.Title, err)
		}
		bodies = append(bodies, body)
		title, level, service := html.EscapeString(issue.Title), html.EscapeString(issue.Level), html.EscapeString(issue.Service)
		fmt.Fprintf(&list, `<li data-level="%s" data-service="%s"><a href="#%d"><b>%s</b><span><i class="%s">%s</i> %d %s</span>%s</a></li>`+"\n",
			level, service, i+1, title, level, level, issue.Events, service, spark(span.buckets(issue, sparkBars)))
	}
	data, err := json.Marshal(bodies) // it escapes "<", so nothing ends the element that holds it
	if err != nil {
		return fmt.Errorf("encode the issues: %w", err)
	}
	_, err = strings.NewReplacer(
		"{policy}", fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hash(style), hash(script)),
		"{style}", style, "{script}", script, "{summary}", html.EscapeString(summary),
		"{levels}", options(issues, func(i Issue) string { return i.Level }), "{services}", options(issues, func(i Issue) string { return i.Service }),
		"{timeline}", timeline(issues, span), "{list}", list.String(), "{bodies}", string(data),
	).WriteString(w, shell)
	return err
}

// stored matches the comments in which issues keep their state; GitHub hides them.
var stored = regexp.MustCompile(`(?m)^<!-- errmon:.*-->\n?`)

// HTML returns a body as GitHub renders it.
func HTML(body string) (string, error) {
	var b bytes.Buffer
	err := markdown.Convert([]byte(stored.ReplaceAllString(body, "")), &b)
	return b.String(), err
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// options lists the values that issues have, for a filter.
func options(issues []Issue, value func(Issue) string) string {
	values := map[string]bool{}
	for _, i := range issues {
		values[value(i)] = true
	}
	delete(values, "")
	var b strings.Builder
	for _, v := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "<option>%s</option>", html.EscapeString(v))
	}
	return b.String()
}

const (
	sparkBars    = 24
	timelineBars = 60
	coloured     = 6 // errors with a colour of their own in the timeline; page.css has as many
)

// span is a period of minutes, both ends included.
type span struct{ first, last int64 }

func spanOf(issues []Issue) span {
	var s span
	for _, i := range issues {
		for minute := range i.Minutes {
			if s.first == 0 || minute < s.first {
				s.first = minute
			}
			s.last = max(s.last, minute)
		}
	}
	return s
}

// buckets adds up the events in n equal parts of the span.
func (s span) buckets(i Issue, n int64) []int64 {
	sums := make([]int64, n)
	for minute, events := range i.Minutes {
		sums[(minute-s.first)*n/(s.last-s.first+1)] += events
	}
	return sums
}

func spark(sums []int64) string {
	var b strings.Builder
	most := max(1, slices.Max(sums))
	for i, n := range sums {
		if height := n * 16 / most; n > 0 {
			fmt.Fprintf(&b, "M%d 18v-%d", 2+4*i, max(1, height))
		}
	}
	return `<svg viewBox="0 0 96 18" aria-hidden="true"><path d="` + b.String() + `"/></svg>`
}

// timeline stacks the events of all errors; the most frequent ones have colours.
func timeline(issues []Issue, s span) string {
	order := make([]int, len(issues))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(issues[b].Events, issues[a].Events) })
	columns := make([][]int64, 0, coloured+1)
	total := make([]int64, timelineBars)
	for rank, at := range order {
		sums := s.buckets(issues[at], timelineBars)
		if rank <= coloured {
			columns = append(columns, make([]int64, timelineBars))
		}
		for i, n := range sums {
			columns[min(rank, coloured)][i] += n
			total[i] += n
		}
	}
	most := max(1, slices.Max(total))
	var b strings.Builder
	top := make([]int64, timelineBars) // of each bar so far, in events
	for rank, sums := range columns {
		title := "all others"
		if rank < coloured {
			title = issues[order[rank]].Title
		}
		fmt.Fprintf(&b, `<g class="c%d"><title>%s</title>`, rank, html.EscapeString(title))
		for i, n := range sums {
			if top[i] += n; n > 0 {
				fmt.Fprintf(&b, `<rect x="%d" y="%.1f" width="9" height="%.1f"/>`, 10*i, 80*(1-float64(top[i])/float64(most)), 80*float64(n)/float64(most))
			}
		}
		b.WriteString("</g>")
	}
	return b.String()
}

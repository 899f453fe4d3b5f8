//go:build !nopage

package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

func init() { Write = write }

var (
	//go:embed page.html
	shell string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// markdown renders like GitHub's issues, which keep line breaks within a paragraph.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Strikethrough, extension.TaskList,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
	goldmark.WithRendererOptions(goldhtml.WithHardWraps(), renderer.WithNodeRenderers(util.Prioritized(ownTags{}, 1))),
)

// ownTags renders HTML in Markdown: it keeps the few tags that issues use and shows all others as text.
// Package safe already disables HTML from logs; this is a second line of defence.
type ownTags struct{}

var allowed = regexp.MustCompile("&lt;(/?(?:details|summary|sub|code))&gt;")

// RegisterFuncs implements renderer.NodeRenderer.
func (ownTags) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	show := func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		var text []byte
		switch n := n.(type) {
		case *ast.HTMLBlock:
			text = n.Lines().Value(source)
			if n.HasClosure() {
				text = append(text, n.ClosureLine.Value(source)...)
			}
		case *ast.RawHTML:
			text = n.Segments.Value(source)
		}
		if entering { // a failed write is reported when the buffer is flushed
			_, _ = w.WriteString(allowed.ReplaceAllString(html.EscapeString(string(text)), "<$1>"))
		}
		return ast.WalkSkipChildren, nil
	}
	r.Register(ast.KindHTMLBlock, show)
	r.Register(ast.KindRawHTML, show)
}

// stored matches the HTML comments in which issues keep their state, which GitHub does not show either.
var stored = regexp.MustCompile(`(?m)^<!-- errmon:.*-->\n?`)

func render(body string) (string, error) {
	var b strings.Builder
	err := markdown.Convert([]byte(stored.ReplaceAllString(body, "")), &b)
	return b.String(), err
}

func write(w io.Writer, issues []Issue, summary string) error {
	shown := []Issue{}
	for _, issue := range issues {
		var err error
		if issue.Body, err = render(issue.Body); err != nil {
			return fmt.Errorf("render %q: %w", issue.Title, err)
		}
		shown = append(shown, issue)
	}
	data, err := json.Marshal(shown) // escapes "<", so the data cannot close its script element
	if err != nil {
		return fmt.Errorf("encode the issues: %w", err)
	}
	policy := fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		hash(style), hash(script))
	parts := strings.NewReplacer("{policy}", policy, "{style}", style, "{script}", script,
		"{summary}", html.EscapeString(summary), "{issues}", string(data))
	_, err = parts.WriteString(w, shell)
	return err
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

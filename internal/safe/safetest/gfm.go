package safetest

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

// WithoutCode returns what a document of GitHub's Markdown is made of, node by
// node, with the text, the links' targets and the HTML in it, but of code only that it is there.
func WithoutCode(markdown string) string {
	source := []byte(markdown)
	var b strings.Builder
	err := ast.Walk(gfm.Parser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			fmt.Fprintf(&b, ")")
			return ast.WalkContinue, nil
		}
		fmt.Fprintf(&b, "\n%s(", n.Kind())
		switch n := n.(type) {
		case *ast.CodeSpan, *ast.FencedCodeBlock, *ast.CodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			b.Write(n.Segment.Value(source))
		case *ast.String:
			b.Write(n.Value)
		case *ast.Link:
			fmt.Fprintf(&b, "%s %s", n.Destination, n.Title)
		case *ast.AutoLink:
			b.Write(n.URL(source))
		case *ast.Image:
			b.Write(n.Destination)
		case *ast.RawHTML:
			b.Write(n.Segments.Value(source))
		case *ast.HTMLBlock:
			b.Write(n.Lines().Value(source))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic(err) // only the function above makes errors, and it makes none
	}
	return b.String()
}

package safetest

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

// Outline returns the kinds of the nodes of a document of GitHub's Markdown,
// with what is inside of code left out but for its being text.
func Outline(markdown string) string {
	source := []byte(markdown)
	return kindsOf(gfm.Parser().Parse(text.NewReader(source)))
}

func kindsOf(n ast.Node) string {
	var kinds []string
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		kind := c.Kind().String()
		if inside := kindsOf(c); inside != "" {
			if c.Kind() == ast.KindCodeSpan {
				inside = "Text"
			}
			kind += "(" + inside + ")"
		}
		if c.Kind() == east.KindTableCell && len(kinds) > 0 && n.ChildCount() > 2 {
			kind += "!" // more cells than the row was written with
		}
		kinds = append(kinds, kind)
	}
	return strings.Join(kinds, " ")
}

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

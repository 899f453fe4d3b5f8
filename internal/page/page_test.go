//go:build !nopage

package page

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/org/errmon-action/internal/safe/safetest"
)

// realBodies are the golden bodies of package render, by name.
func realBodies(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../render/testdata/real/*.md")
	if err != nil || len(files) < 14 {
		t.Fatalf("%d bodies: %v", len(files), err)
	}
	bodies := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bodies[strings.TrimSuffix(filepath.Base(file), ".md")] = string(text)
	}
	return bodies
}

// What the page shows is what GitHub's own renderer makes of a body.
func TestBodiesRenderAsOnGitHub(t *testing.T) {
	command, err := exec.LookPath("cmark-gfm")
	if err != nil {
		t.Skip("cmark-gfm is not installed")
	}
	for name, body := range realBodies(t) {
		t.Run(name, func(t *testing.T) {
			github := exec.Command(command, "--unsafe", "--hardbreaks", "--github-pre-lang", "-e", "table", "-e", "strikethrough", "-e", "tasklist")
			github.Stdin = strings.NewReader(stored.ReplaceAllString(body, ""))
			want, err := github.Output()
			if err != nil {
				t.Fatal(err)
			}
			got, err := render(body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tokens(string(want)), tokens(got)); diff != "" {
				t.Errorf("(-GitHub +page)\n%s", diff)
			}
		})
	}
}

// tokens returns the tags and texts of HTML, without the white space between them and
// the names of languages, which the two write in different places.
func tokens(s string) []string {
	var all []string
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type == html.SelfClosingTagToken {
			token.Type = html.StartTagToken
		}
		if token.Data == "pre" || token.Data == "code" {
			token.Attr = nil
		}
		if text := strings.TrimSpace(token.String()); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// No tag but those that issues use passes, whatever a body holds.
func TestNoTagPasses(t *testing.T) {
	own := map[string]bool{}
	for name := range strings.FieldsSeq("p h1 h2 h3 h4 h5 h6 a b strong em del code pre ul ol li table thead tbody tr th td hr br img input blockquote details summary sub") {
		own[name] = true
	}
	for _, attack := range attacks() {
		rendered, err := render(attack)
		if err != nil {
			t.Fatal(err)
		}
		z := html.NewTokenizer(strings.NewReader(rendered))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			if token.Type != html.TextToken && !own[token.Data] {
				t.Errorf("%.100q: tag %s", attack, token)
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
					t.Errorf("%.100q: attribute %s", attack, token)
				}
			}
		}
	}
}

// attacks are texts that want to run or load something, as Markdown and as HTML.
func attacks() []string {
	all := []string{
		`<script>window.ran = true</script>`, `<img src=x onerror="window.ran=true">`, `<svg onload="window.ran=true"></svg>`, `<details ontoggle="window.ran=true" open>`,
		`</div></article><script>window.ran = true</script>`, `<a href="javascript:window.ran=true">x</a>`, `[x](javascript:window.ran=true)`, `![x](http://127.0.0.1:9/x.png)`,
		`<style>body { background: url(http://127.0.0.1:9/x.css) }</style>`, `<p style="background:url(http://127.0.0.1:9/x)">x</p>`, `<iframe src="http://127.0.0.1:9/"></iframe>`,
		`<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">`, `<link rel="stylesheet" href="http://127.0.0.1:9/x.css">`, `<base href="http://127.0.0.1:9/">`,
		"<!--><script>window.ran = true</script>-->", "{script}{policy}{list}",
	}
	for _, a := range safetest.Attacks {
		if text := a.With("canary"); len(text) < 10_000 {
			all = append(all, text)
		}
	}
	return all
}

func TestPageOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, nil, "0 issues"); err != nil || !strings.Contains(b.String(), "0 issues") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

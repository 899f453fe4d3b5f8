package safe

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/org/errmon-action/internal/safe/safetest"
)

// obeyed matches text that GitHub would act on anywhere outside code.
var obeyed = regexp.MustCompile(`(?i)@\w|!\[|<img|#\d|\bgh-\d|<!--|--!?>|&#?\w+;|://[^\s/]+/[^\s/]+/[^\s/]+/(issues|pull)/\d`)

// obeyedInText matches more such text.
var obeyedInText = regexp.MustCompile(`(?i)://|\bwww\.|mailto:\w|\b[0-9a-f]{7,40}\b|:[a-z][a-z_]*:`)

// forged matches the beginning of comments like those of our own section.
var forged = regexp.MustCompile(`(?i)<!--\s*errmon`)

func TestMarkdownAttacks(t *testing.T) {
	r := NewRedactor()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, attack := range safetest.Attacks {
		t.Run(attack.Name, func(t *testing.T) {
			canary := safetest.Canary(rng)
			s := attack.With(canary)
			for _, limit := range []int{64, 300, 20_000} {
				checkSinks(t, r, s, limit)
			}
			if got := r.Fenced(s, 20_000).String(); len(s) < 1000 && !strings.Contains(got, canary) {
				t.Errorf("the text is gone: %q", got)
			}
		})
	}
}

// checkSinks checks that every Markdown sink keeps its promises.
func checkSinks(t *testing.T, r *Redactor, s string, limit int) {
	t.Helper()
	fenced, code := r.Fenced(s, limit).String(), r.Code(s, limit).String()
	cell, title := r.Cell(s, limit).String(), r.Title(s, limit).String()
	for sink, got := range map[string]string{"Fenced": fenced, "Code": code, "Cell": cell, "Title": title} {
		if n := utf8.RuneCountInString(got); n > limit || !utf8.ValidString(got) {
			t.Errorf("%s: %d runes of valid UTF-8 wanted, got %d: %q", sink, limit, n, got)
		}
		if sink != "Fenced" && strings.Contains(got, "\n") {
			t.Errorf("%s: more than one line: %q", sink, got)
		}
	}
	for _, got := range []string{fenced, code} {
		if m := forged.FindString(got); m != "" {
			t.Errorf("%q would be read as ours in %q", m, got)
		}
		if strings.Contains(got, gap) && !strings.Contains(s, "errmon") && !strings.Contains(got, "````````") && !strings.Contains(got, `\`+gap+`\|`) {
			t.Errorf("code cannot be copied: %q", got)
		}
	}
	for _, got := range []string{cell, title} {
		if m := obeyed.FindString(got); m != "" {
			t.Errorf("%q would be obeyed in %q", m, got)
		}
		if m := obeyedInText.FindString(got); m != "" {
			t.Errorf("%q would be obeyed in %q", m, got)
		}
	}
	if got, want := outline("before\n\n"+fenced+"\nafter\n"), "Paragraph(Text) FencedCodeBlock Paragraph(Text)"; got != want {
		t.Errorf("Fenced: %s, want %s, from %q", got, want, fenced)
	}
	if got, want := outline(row(code)), rowOutline("CodeSpan(Text)"); code != "" && got != want {
		t.Errorf("Code: %s, want %s, from %q", got, want, code)
	}
	if got := outline(row(cell)); !plainCell.MatchString(got) {
		t.Errorf("Cell: %s from %q", got, cell)
	}
}

func row(cell string) string { return "| a | b |\n|---|---|\n| " + cell + " | end |\n\nafter\n" }

func rowOutline(cell string) string {
	return "Table(TableHeader(TableCell(Text) TableCell(Text)) TableRow(TableCell(" + cell + ") TableCell(Text))) Paragraph(Text)"
}

var plainCell = regexp.MustCompile("^" + strings.Replace(regexp.QuoteMeta(rowOutline("X")), `\(X\)`, `(\(Text( Text)*\))?`, 1) + "$")

// FuzzMarkdown checks that the sinks keep their promises for any text, and that Title is idempotent.
func FuzzMarkdown(f *testing.F) {
	r := NewRedactor()
	for _, attack := range safetest.Attacks {
		f.Add(attack.With("canary"))
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkSinks(t, r, s, 200)
		title := r.Title(s, 200).String()
		if again := r.Title(title, 200).String(); again != title {
			t.Errorf("Title is not idempotent: %q, then %q", title, again)
		}
	})
}

func TestCut(t *testing.T) {
	r := NewRedactor()
	long := strings.Repeat("ab ", 100)
	tests := []struct{ name, got, want string }{
		{"fenced whole", r.Fenced("a\n  b\n\n", 100).String(), "```\na\n  b\n```\n"},
		{"fenced cut", r.Fenced("one line\n"+long, 64).String(), "```\none line\n" + long[:40] + "\n… cut\n```\n"},
		{"code whole", r.Code(" a\n b ", 40).String(), "`a b`"},
		{"code of backticks", r.Code("a `b`", 40).String(), "`` a `b` ``"},
		{"code of a pipe", r.Code("a|b", 40).String(), "`a\\|b`"},
		{"code cut", r.Code(long, 32).String(), "`" + long[:24] + " … cut`"},
		{"fenced path", r.Fenced("at f (/app/node_modules/@acme/web/index.js) #12 a --> b <!-- c --> &amp;", 100).String(),
			"```\nat f (/app/node_modules/@acme/web/index.js) #12 a --> b <!-- c --> &amp;\n```\n"},
		{"code of a release", r.Code("web@2.3.1 https://h.example/a/b/issues/1", 60).String(), "`web@2.3.1 https://h.example/a/b/issues/1`"},
		{"code of nothing", r.Code(" \x1b[0m\n", 40).String(), ""},
		{"cell", r.Cell("f(x) <b> a_b", 40).String(), `f\(x\) \<b\> a\_b`},
		{"cell cut", r.Cell(long, 32).String(), long[:26] + " … cut"},
		{"title cut", r.Title(long+long, 300).String(), (long + long)[:255] + "…"},
		{"secret across the cap", r.Code(strings.Repeat("x ", 8)+"password="+strings.Repeat("k", 60), 36).String(),
			"`x x x x x x x x password=[pa … cut`"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got  %q\nwant %q", test.got, test.want)
			}
		})
	}
}

// TestNoHalfSecret cuts a text with a private key at many places.
func TestNoHalfSecret(t *testing.T) {
	r := NewRedactor()
	rng := rand.New(rand.NewPCG(5, 6))
	key := chars(rng, base64ish, 1600)
	s := strings.Repeat("filler ", 10) + "-----BEGIN PRIV" + "ATE KEY-----\n" + key + "\n-----END PRIV" + "ATE KEY-----\n" +
		strings.Repeat("z ", 6000)
	for limit := 64; limit < 6000; limit += 97 {
		got := r.Fenced(s, limit).String()
		for at := 0; at+12 <= len(key); at += 12 {
			if strings.Contains(got, key[at:at+12]) {
				t.Fatalf("limit %d shows a piece of the key: %q", limit, got)
			}
		}
	}
}

func TestURL(t *testing.T) {
	r := NewRedactor()
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{"CloudWatch", "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Fecs$252Fshop",
			"https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Fecs$252Fshop", true},
		{"Sentry", "https://acme.sentry.io/issues/4711/?project=1", "https://acme.sentry.io/issues/4711/?project=1", true},
		{"Markdown in it", "https://h.example/a)b](c|d*e`f<g>\"h'i;j", "https://h.example/a%29b%5D%28c%7Cd%2Ae%60f%3Cg%3E%22h%27i%3Bj", true},
		{"space", "https://h.example/a b?c d#e f", "https://h.example/a%20b?c%20d#e%20f", true},
		{"comment end", "https://h.example/-->@bob", "https://h.example/--%3E%40bob", true},
		{"not Latin", "https://h.example/ü", "https://h.example/%C3%BC", true},
		{"user", "https://bob:pw@h.example/", "", false},
		{"host that looks Latin", "https://аpple.example/", "", false},
		{"GitHub", "https://github.com/org/repo/issues/1", "", false},
		{"secret", "https://h.example/?access_token=" + strings.Repeat("a1", 12), "", false},
		{"JavaScript", "javascript:alert(1)", "", false},
		{"data", "data:text/html,x", "", false},
		{"relative", "/a/b", "", false},
		{"no host", "https:///a", "", false},
		{"line break", "https://h.example/\nx", "", false},
		{"too long", "https://h.example/" + strings.Repeat("a", 2048), "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := r.URL(test.in)
			if got.String() != test.want || ok != test.ok {
				t.Errorf("got %q, %v, want %q, %v", got, ok, test.want, test.ok)
			}
			if link := outline("| a |\n|---|\n| [x](" + got.String() + ") |\n"); ok && !strings.Contains(link, "TableRow(TableCell(Link(Text)))") {
				t.Errorf("no link of its own: %s", link)
			}
		})
	}
}

var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

// outline returns the kinds of the nodes in a document of GitHub's Markdown. Everything in a code span is
// "Text".
func outline(markdown string) string {
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
			kind += "!" // the row got more cells than intended
		}
		kinds = append(kinds, kind)
	}
	return strings.Join(kinds, " ")
}

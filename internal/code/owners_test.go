package code

import (
	"strings"
	"testing"

	"github.com/hmarr/codeowners"
	"pgregory.net/rapid"
)

func TestOwners(t *testing.T) {
	tests := []struct{ name, rules, file, want string }{
		{"last match wins", "* @all\n/src/ @src\nsrc/cart.js @cart", "src/cart.js", "@cart"},
		{"comment", "# owners\n\n* @all # everything", "src/cart.js", "@all"},
		{"no owners unset", "* @all\n/src/gen/", "src/gen/x.js", ""},
		{"one level", "docs/* @docs", "docs/a/b.md", ""},
		{"folder at any depth", "apps/ @apps", "x/apps/y/z.js", "@apps"},
		{"folder at the root", "/apps/ @apps", "x/apps/y.js", ""},
		{"stars", "/src/**/test.js @test", "src/a/b/test.js", "@test"},
		{"team and address", "*.js @acme/web dev@example.com", "a.js", "@acme/web dev@example.com"},
		{"bad line skipped", "* @all\n*.js nobody", "a.js", "@all"},
		{"class skipped", "* @all\n[ab].js @ab", "a.js", "@all"},
		{"negation skipped", "* @all\n!a.js @x", "a.js", "@all"},
		{"sign that we cannot read", "* @all\n/src/$x/ @x", "a.js", ""},
		{"letter that we cannot read, before", "/öl/ @x\n* @all", "a.js", "@all"},
		{"hash in a path", "* @all\nc#/ @x", "a.js", ""},
		{"escaped space alone", "* @all\n\\  @x", "a.js", "@all"},
		{"mentions in the text", "* @all @a<script>", "a.js", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := OwnersOf(tt.file, "CODEOWNERS", tt.rules)
			if strings.Join(got.Names, " ") != tt.want {
				t.Errorf("owners %q, want %q", got.Names, tt.want)
			}
			if lines := Lines(tt.rules); tt.want != "" && got.Rule != lines[got.Line-1] {
				t.Errorf("rule %d is %q, not %q", got.Line, lines[got.Line-1], got.Rule)
			}
		})
	}
}

// If the library accepts a whole file, OwnersOf returns the same owners as the library.
func TestOwnersLikeTheLibrary(t *testing.T) {
	element := rapid.SampledFrom([]string{"*", "**", "src", "a", "b.js", "*.js", "a?"})
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			pattern := rapid.SampledFrom([]string{"", "/"}).Draw(t, "root") +
				strings.Join(rapid.SliceOfN(element, 1, 3).Draw(t, "elements"), "/") + rapid.SampledFrom([]string{"", "/"}).Draw(t, "folder")
			lines = append(lines, pattern+rapid.SampledFrom([]string{"", " @x", " @y @acme/z", "\t@x # why"}).Draw(t, "owners"))
		}
		text := strings.Join(lines, "\n")
		file := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"src", "a", "ab", "b.js"}), 1, 4).Draw(t, "file"), "/")
		rules, err := codeowners.ParseFile(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		want := ""
		if rule, err := rules.Match(file); err == nil && rule != nil {
			for _, o := range rule.Owners {
				want += o.String() + " "
			}
		}
		if got := strings.Join(OwnersOf(file, "CODEOWNERS", text).Names, " "); got != strings.TrimSpace(want) {
			t.Errorf("%q by\n%s\n: %q, want %q", file, text, got, want)
		}
	})
}

func TestOwnership(t *testing.T) {
	if got := NewTree([]string{"docs/CODEOWNERS", "CODEOWNERS", "x/.github/CODEOWNERS"}).First(Ownership); got != "CODEOWNERS" {
		t.Errorf("found %q", got)
	}
	if got := (Owners{Names: []string{"@a", "@acme/web", "dev@example.com", "@b"}}).Users(); strings.Join(got, " ") != "a b" {
		t.Errorf("users %q", got)
	}
}

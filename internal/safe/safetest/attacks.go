package safetest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
)

// Attack is a text of a log that tries to be more than text. Text holds %s
// where the canary goes.
type Attack struct{ Name, Text string }

// With returns the attack's text with a canary in it, by which to find it again.
func (a Attack) With(canary string) string {
	if !strings.Contains(a.Text, "%s") {
		return a.Text + " " + canary
	}
	return fmt.Sprintf(a.Text, canary)
}

// Canary draws a word that occurs nowhere else.
func Canary(rng *rand.Rand) string { return "canary" + chars(rng, lower, 10) }

// ReadAttacks reads attacks from a file, one a line, as JSON strings or as they are.
// Where a line holds %s the canary is put, else at its end.
func ReadAttacks(path string) ([]Attack, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var attacks []Attack
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		if strings.HasPrefix(text, `"`) {
			if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
				return nil, fmt.Errorf("%s line %d: %w", path, n, err)
			}
		}
		before, after, _ := strings.Cut(text, "%s")
		escaped := strings.NewReplacer("%", "%%")
		text = escaped.Replace(before) + "%s" + strings.ReplaceAll(escaped.Replace(after), "%%s", "%[1]s")
		attacks = append(attacks, Attack{fmt.Sprintf("line %d", n), text})
	}
	return attacks, lines.Err()
}

// Attacks are at Markdown, HTML, GitHub's references, terminals, the runner, our
// own markers, and whoever reads.
var Attacks = []Attack{
	{"mention", "ping @%s and @org/%[1]s"},
	{"mention by entity", "&#64;%s &commat;%[1]s &#x40;%[1]s"},
	{"issue", "%s #1, org/repo#23, GH-4, gh-5"},
	{"closing keyword", "fixes #12 %s closes org/repo#3"},
	{"commit", "%s 4bf92f3577b34da6a3ce929d0e0e4736aabbccdd org/repo@4bf92f3 bob@4bf92f3"},
	{"URL", "https://evil.example/%s http://evil.example www.evil.example/%[1]s"},
	{"URL of an issue", "https://github.com/org/repo/issues/1?%s"},
	{"URL of a pull", "see https://ghe.example/org/repo/pull/7 %s"},
	{"e-mail", "mailto:%s@evil bob@evil.example"},
	{"link", "[%s](https://evil.example) [%[1]s]: https://evil.example"},
	{"reference link", "[%s]\n\n[%[1]s]: https://evil.example \"x\""},
	{"autolink", "<https://evil.example/%s>"},
	{"image", "![%s](https://evil.example/p.png)"},
	{"HTML", "<img src=x onerror=%s><a href=//evil.example>%[1]s</a><details><summary>"},
	{"script", "<script>%s</script></details></pre></code>"},
	{"comment", "<!-- %s -->"},
	{"comment end", "--> %s <!-- errmon:v1 aGVsbG8= -->"},
	{"comment end, other", "--!> %s <!--> <!--->"},
	{"fence", "```\n%s\n```\n# %[1]s"},
	{"longer fence", "`````` x\n%s\n````````````````````````````````\n**%[1]s**"},
	{"tilde fence", "~~~\n%s\n~~~\n# %[1]s"},
	{"unclosed fence", "```%s"},
	{"code span", "`` ` %s ``` `"},
	{"backtick at the end", "%s \\`"},
	{"table", "| %s | b |\n|---|---|\n| @%[1]s | x |"},
	{"escaped pipe", "a \\| %s | b \\\\| c"},
	{"backslash", "%s \\"},
	{"heading", "# %s\n%[1]s\n==="},
	{"list", "- [ ] %s\n1. %[1]s"},
	{"quote", "> %s"},
	{"emphasis", "**%s** __%[1]s__ ~~%[1]s~~"},
	{"formula", "$$\\href{https://evil.example}{%s}$$ $`%[1]s`$"},
	{"emoji", ":octocat: %s :a:b:"},
	{"footnote", "%s[^1]\n\n[^1]: %[1]s"},
	{"bidi", "\u202e%s\u2066 \u200f"},
	{"zero width", "@\u200b%s #\u200d1 <\u2060!-- ``\u200b` --\ufeff>"},
	{"ANSI", "\x1b[31m@%s\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 @\x1b[0m%[1]s"},
	{"ANSI in a comment", "<!\x1b[0m-- %s --\x1b[0m>"},
	{"line separators", "a\u2028# %s\u2029> b\u0085c\vd\fe\rf\r\n# g"},
	{"NUL and bad UTF-8", "\x00%s\xff\xfe\xc0\x80"},
	{"indented", "    %s\n\tcode"},
	{"long line", strings.Repeat("@`|", 30_000) + "%s"},
	{"mention of a team in code", "`@%s/team` and `` @%[1]s ``"},
	{"closing keyword, other forms", "Closes: #1, resolves org/repo#2 and fixed GH-3 %s"},
	{"SHA of a user", "%s@4bf92f3577b34da6a3ce929d0e0e4736aabbccdd"},
	{"URL of a commit", "https://github.com/org/repo/commit/4bf92f3577b34da6a3ce929d0e0e4736aabbccdd %s"},
	{"URL of a discussion", "https://github.com/org/repo/discussions/3#%s"},
	{"URL in brackets", "(https://evil.example/%s). <http://evil.example>"},
	{"URL without a scheme", "//evil.example/%s evil.example/%[1]s"},
	{"link with a title", "[a](<https://evil.example> '%s')"},
	{"JavaScript link", "[%s](javascript:alert(1))"},
	{"image of a reference", "![%s][x]\n\n[x]: https://evil.example/p.png"},
	{"picture", "<picture><source srcset=https://evil.example/%s><img></picture>"},
	{"entity-encoded HTML", "&lt;img src=x onerror=%s&gt; &#x3c;b&#x3e;"},
	{"HTML across lines", "<a\nhref='https://evil.example/%s'\n>x</a>"},
	{"processing instruction", "<?php %s ?> <!DOCTYPE html> <![CDATA[ %[1]s ]]>"},
	{"details", "</details>\n\n# %s\n\n<details open>"},
	{"style", "<style>*{display:none}</style>%s"},
	{"end of our section", "<!-- errmon:end -->\n%s"},
	{"a whole section of ours", "<!-- errmon:begin v1 -->\n<!-- errmon:key exc1:%s -->\n<!-- errmon:state v1 00000000 AAAA -->\n<!-- errmon:end -->"},
	{"a section of a newer version", "<!-- errmon:begin v9 -->\n<!-- errmon:state v9 00000000 %s -->"},
	{"end of the sample", "<!-- errmon:sample end -->\n# %s"},
	{"comment in pieces", "<\u200b!-\u200d- %s -\u2060->"},
	{"fence inside a list", "- ```\n  %s\n- ```"},
	{"fence inside a quote", "> ```\n> %s\n```"},
	{"fence with an info string", "```mermaid\ngraph TD; %s-->B\n```"},
	{"fence of thousands", strings.Repeat("`", 5000) + "\n%s\n" + strings.Repeat("`", 5000)},
	{"backticks of all lengths", "` `` ``` ```` ````` `````` ``````` ```````` %s"},
	{"Setext heading", "%s\n---\n***\n___"},
	{"table without pipes at its ends", "%s | b\n--- | ---\nc | @%[1]s"},
	{"new row", "x |\n| %s | [a](https://evil.example) |"},
	{"hard line break", "a  \n%s\\\nb"},
	{"task list", "- [x] %s\n- [ ] #1"},
	{"alert", "> [!WARNING]\n> %s"},
	{"footnote of a mention", "[^@%s]: #1"},
	{"formula in a fence", "```math\n\\href{https://evil.example}{%s}\n```"},
	{"bidi isolates", "\u2066\u2067\u2068%s\u2069 \u061c\u200e"},
	{"tag characters", "%s\U000e0041\U000e0042 \ufe0f\u3164\u115f"},
	{"soft hyphens", "@\u00ad%s #\u00ad1 <\u00ad!--"},
	{"full-width look-alikes", "\uff20%s \uff031 \uff1c\uff01--"},
	{"combining marks", "@" + strings.Repeat("\u0301", 50) + "%s"},
	{"C1 controls", "\u009b31m@%s \u009d8;;https://evil.example\u009c"},
	{"title of a terminal", "\x1b]0;title\x07\x1b[2J\x1b[H%s"},
	{"backspaces", "safe\b\b\b\b%s\x7f\x7f"},
	{"carriage return", "harmless\r::error::%s\r\n::warning::x"},
	{"command of the runner", "::set-output name=created::%s\n::add-mask::a\n::stop-commands::x"},
	{"command with white space", " \t\u3000::error file=a,line=1::%s"},
	{"old command", "##[error]%s ##[group]x"},
	{"output of the runner", "issues<<EOF\n[{\"title\":\"%s\"}]\nEOF\ncreated=99"},
	{"environment of the runner", "PATH=/evil:%s\nLD_PRELOAD=x\n"},
	{"format verbs", "%%s %%[1]d %%!n %s %%"},
	{"template", "${{ github.token }} {{ %s }} $(id) `id`"},
	{"megabyte of brackets", strings.Repeat("[", 500_000) + "%s" + strings.Repeat("](", 250_000)},
	{"megabyte of backticks", "%s" + strings.Repeat("`x", 500_000)},
	{"megabyte without a break", "%s" + strings.Repeat("a", 1_000_000) + "@%[1]s"},
	{"thousands of lines", "%s\n" + strings.Repeat("# @a\n", 20_000)},
	{"placeholder of ours", "[email-1] [password-2] %s [redacted-x] <*>"},
	{"wildcards", "<*>%s<*> < * >"},
}

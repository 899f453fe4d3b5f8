package safe

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/safe/safetest"
)

// mrkdwnSpan matches a single code span, in which only Slack's three entities have a meaning.
var mrkdwnSpan = regexp.MustCompile("^`(?:[^`<>&\\n]|&(?:amp|lt|gt);)+`$")

func checkMrkdwn(t *testing.T, r *Redactor, s string, limit int) {
	t.Helper()
	got := r.Mrkdwn(s, limit).String()
	if n := utf8.RuneCountInString(got); n > limit || !utf8.ValidString(got) {
		t.Errorf("%d runes of valid UTF-8 wanted, got %d: %q", limit, n, got)
	}
	if got != "" && !mrkdwnSpan.MatchString(got) {
		t.Errorf("not one code span: %q", got)
	}
	if strings.Contains(got, gap) {
		t.Errorf("cannot be copied: %q", got)
	}
	if unprintable.MatchString(got) {
		t.Errorf("not printable: %q", got)
	}
}

var mrkdwnAttacks = []safetest.Attack{
	{Name: "user", Text: "<@U024BE7LH> %s <@U024BE7LH|bob>"},
	{Name: "channel", Text: "<!channel> <!here|here> <!everyone> %s"},
	{Name: "team", Text: "<!subteam^SAZ94GDB8> %s"},
	{Name: "date", Text: "<!date^1392734382^{date} %s^https://evil.example|x>"},
	{Name: "link", Text: "<https://evil.example/%s|https://bank.example>"},
	{Name: "channel by name", Text: "@here @channel #general %s"},
	{Name: "bare host", Text: "evil.example %s readme.md"},
	{Name: "formatting", Text: "*%s* _%s_ ~%s~ `%s` ```%s```"},
	{Name: "entity", Text: "&lt;!channel&gt; %s &amp;lt;"},
	{Name: "command", Text: "/remind %s"},
	{Name: "quote", Text: "&gt; %s\n> %s\n>>> %s"},
	{Name: "backticks alone", Text: "``````%s`"},
}

func TestMrkdwnAttacks(t *testing.T) {
	r := NewRedactor()
	rng := rand.New(rand.NewPCG(7, 8))
	for _, attack := range append(mrkdwnAttacks, safetest.Attacks...) {
		t.Run(attack.Name, func(t *testing.T) {
			canary := safetest.Canary(rng)
			s := attack.With(canary)
			for _, limit := range []int{32, 300, 3000} {
				checkMrkdwn(t, r, s, limit)
			}
			if got := r.Mrkdwn(s, 3000).String(); len(s) < 1000 && !strings.Contains(got, canary) {
				t.Errorf("the text is gone: %q", got)
			}
		})
	}
}

func TestMrkdwn(t *testing.T) {
	r := NewRedactor()
	tests := []struct {
		name, in string
		limit    int
		want     string
	}{
		{"plain", "Timeout after 3 s\n  in a_b(*c)", 100, "`Timeout after 3 s in a_b(*c)`"},
		{"escaped", "a<b && c>d", 100, "`a&lt;b &amp;&amp; c&gt;d`"},
		{"path", "node_modules/@acme/web@2.3.1 #1 https://h.example", 100, "`node_modules/@acme/web@2.3.1 #1 https://h.example`"},
		{"backticks", "a `b`", 100, "`a 'b'`"},
		{"blank", " \x1b[0m\u200b\n", 100, ""},
		{"secret", "pass\u200bword=hunter2", 100, "`password=[password-1]`"},
		{"cut", strings.Repeat("ä ", 40), 32, "`" + strings.Repeat("ä ", 12) + " … cut`"},
		{"cut between entities", strings.Repeat("<", 40), 32, "`" + strings.Repeat("&lt;", 6) + " … cut`"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := r.Mrkdwn(test.in, test.limit).String(); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func FuzzMrkdwn(f *testing.F) {
	r := NewRedactor()
	for _, attack := range mrkdwnAttacks {
		f.Add(attack.With("canary"))
	}
	f.Fuzz(func(t *testing.T, s string) { checkMrkdwn(t, r, s, 200) })
}

package safe

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestOwnSecrets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	token, hook := chars(rng, "abcdefgh", 12)+"/"+chars(rng, "abcdefgh", 12), "hook"+chars(rng, "abcdefgh", 20)
	own := NewOwn(token, "https://hooks.example/services/team/app/"+hook, "short", "")
	r := NewRedactor().With(nil, nil, own)
	tests := []struct{ name, text, want string }{
		{"token", "cannot use " + token + ", sorry", "cannot use [secret-1], sorry"},
		{"in a word", "x" + token + "y", "x[secret-1]y"},
		{"token of a URL", "GET /?t=" + strings.ReplaceAll(token, "/", "%2F"), "GET /?t=[secret-1]"},
		{"path", "<p>Cannot POST /services/team/app/" + hook + "</p>", "<p>Cannot POST /[secret-1]</p>"},
		{"path in JSON", `{"path":"\/services\/team\/app\/` + hook + `"}`, `{"path":"\/[secret-1]"}`},
		{"end of a path", "no route " + hook, "no route [secret-1]"},
		{"a word", "short of memory in the team", "short of memory in the team"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := r.Redact(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := own.Quote(tt.text); strings.Contains(got, token) || strings.Contains(got, hook) {
				t.Errorf("quoted: %q", got)
			}
		})
	}
	if got := own.Quote("a\n\x1b[31mb" + strings.Repeat(" c", 300)); len(got) != 300+len("…") || !strings.HasPrefix(got, "a b c") {
		t.Errorf("got %q", got)
	}
	allowing := NewRedactor().With(nil, []*regexp.Regexp{regexp.MustCompile(".*")}, own)
	if got := allowing.Redact("it was " + token); strings.Contains(got, token) {
		t.Errorf("a team may not allow the run's own secrets: %q", got)
	}
}

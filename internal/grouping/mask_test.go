package grouping

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"words stay", "payment provider refused the card", "payment provider refused the card"},
		{"number", "order 4711 not found", "order <*> not found"},
		{"number with a unit", "timed out after 5000ms", "timed out after <*>"},
		{"decimal", "took 3.25 seconds", "took <*>"},
		{"UUID", "user 6f1c2d34-9a0b-4c5d-8e7f-0123456789ab is locked", "user <*> is locked"},
		{"hexadecimal without a digit", "object deadbeef is missing", "object <*> is missing"},
		{"address and port", "connect ECONNREFUSED 10.0.3.7:5432", "connect ECONNREFUSED <*>"},
		{"timestamp", "at 2026-11-22T10:30:01 the lease ended", "at <*> the lease ended"},
		{"quoted value", `invalid input syntax for type uuid: "abc"`, `invalid input syntax for type uuid: "<*>"`},
		{"apostrophe in a word", "can't open what isn't there", "can't open what isn't there"},
		{"value behind an equals sign", "request failed code=E_CARD attempt=2", "request failed code=<*> attempt=<*>"},
		{"names that end in a digit", "utf8 to base64 over http2 from s3", "utf8 to base64 over http2 from s3"},
		{"numbered host", "lost worker7 of ip-10-0-3-7", "lost <*> of <*>"},
		{"path", "GET /orders/4711/items failed", "GET <*> failed"},
		{"list of any length", "shards 1, 2, 3, 4 are down", "shards <*> are down"},
		{"shorter list", "shards 1, 2 are down", "shards <*> are down"},
		{"only the first line", "first\nsecond 5", "first"},
		{"blank lines before", "\n\n  first", "first"},
		{"empty", "", ""},
		{"CamelCase is a name", "NoSuchBeanDefinitionExceptionHandler gave up", "NoSuchBeanDefinitionExceptionHandler gave up"},
		{"token without a digit", "token aBCdEFghIJklMNopQRstUVwx expired", "token <*> expired"},
		{"other scripts", "Zahlung für Müller fehlgeschlagen", "Zahlung für Müller fehlgeschlagen"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Mask(tt.in); got != tt.want {
				t.Errorf("Mask(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// FuzzMask: a template is valid UTF-8 on one line, no longer than a wildcard
// for every byte, and masking it again changes nothing that tells errors apart.
func FuzzMask(f *testing.F) {
	f.Add("connect ECONNREFUSED 10.0.3.7:5432")
	f.Add(`"a" 'b' 1, 2 x=<*>`)
	f.Fuzz(func(t *testing.T, message string) {
		template := Mask(message)
		if utf8.ValidString(message) && !utf8.ValidString(template) {
			t.Error("invalid UTF-8")
		}
		if strings.ContainsAny(template, "\r\n") || len(template) > len(Wildcard)*(maxMessage+1) {
			t.Error("more than one line, or too long")
		}
		if Mask(message) != template {
			t.Error("not deterministic")
		}
	})
}

func BenchmarkMask(b *testing.B) {
	const line = "connect ECONNREFUSED 10.0.3.7:5432 for order 4711 after 3 attempts"
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		Mask(line)
	}
}

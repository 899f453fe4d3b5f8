package sentry

import (
	"fmt"
	"strings"
	"testing"
)

func TestVerifySignature(t *testing.T) {
	const (
		secret = "secret"
		wrong  = "the signature does not match this body and client secret"
		body   = `{"action":"created"}`
		// printf '{"action":"created"}' | openssl dgst -sha256 -hmac secret
		good = "0031e94255b70a79704e0356204543768c078ca4f48b3ccc547edef03f4f338a"
	)
	for _, c := range []struct {
		name, secret, signature, body string
		want                          string
	}{
		{"right", secret, good, body, "<nil>"},
		{"in capitals", secret, strings.ToUpper(good), body, "<nil>"},
		{"missing", secret, "", body, "there is no Sentry-Hook-Signature header"},
		{"truncated", secret, good[:62], body, wrong},
		{"of an odd length", secret, good[:63], body, wrong},
		{"longer", secret, good + "00", body, wrong},
		{"no hexadecimal", secret, strings.Repeat("z", 64), body, wrong},
		{"another secret", "Secret", good, body, wrong},
		{"no secret", "", good, body, wrong},
		{"another body", secret, good, body + " ", wrong},
		{"an empty body", secret, good, "", wrong},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := VerifySignature(c.secret, c.signature, []byte(c.body)); fmt.Sprint(err) != c.want {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

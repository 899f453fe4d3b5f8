package sentry

import (
	"errors"
	"strings"
	"testing"
)

func TestVerifySignature(t *testing.T) {
	const (
		secret = "secret"
		body   = `{"action":"created"}`
		// printf '{"action":"created"}' | openssl dgst -sha256 -hmac secret
		good = "0031e94255b70a79704e0356204543768c078ca4f48b3ccc547edef03f4f338a"
	)
	for _, c := range []struct {
		name, secret, signature, body string
		want                          error
	}{
		{"right", secret, good, body, nil},
		{"in capitals", secret, strings.ToUpper(good), body, nil},
		{"missing", secret, "", body, ErrUnsigned},
		{"truncated", secret, good[:62], body, ErrWrongSignature},
		{"of an odd length", secret, good[:63], body, ErrWrongSignature},
		{"longer", secret, good + "00", body, ErrWrongSignature},
		{"no hexadecimal", secret, strings.Repeat("z", 64), body, ErrWrongSignature},
		{"another secret", "Secret", good, body, ErrWrongSignature},
		{"no secret", "", good, body, ErrWrongSignature},
		{"another body", secret, good, body + " ", ErrWrongSignature},
		{"an empty body", secret, good, "", ErrWrongSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := VerifySignature(c.secret, c.signature, []byte(c.body)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

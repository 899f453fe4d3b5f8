package safe

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// chars returns n random characters of the alphabet. Secrets are made at run
// time, so that no scanner takes this file for a leak.
func chars(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	hexDigits = "0123456789abcdef"
	capitals  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	letters   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	base64ish = letters + "+/"
)

// TestRedactSecrets places random secrets of each kind in a line: no part of
// the secret may remain, and the words around it must.
func TestRedactSecrets(t *testing.T) {
	jwt := func(r *rand.Rand) string {
		return "eyJ" + chars(r, letters, 30) + ".eyJ" + chars(r, letters, 40) + "." + chars(r, letters, 43)
	}
	word := func(alphabet string, n int) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return chars(r, alphabet, n) }
	}
	prefixed := func(prefix, alphabet string, n int) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return prefix + chars(r, alphabet, n) }
	}
	tests := []struct {
		name   string
		line   string // %s is the secret
		secret func(*rand.Rand) string
		kind   string
	}{
		{"AWS key id", `before AccessKeyId: %s after`, prefixed("AK"+"IA", capitals, 16), "aws-access-key-id"},
		{"AWS example key id", `before %s after`, func(r *rand.Rand) string { return "AK" + "IA" + chars(r, capitals, 9) + "EXAMPLE" }, "aws-access-key-id"},
		{"AWS secret, env", `before AWS_SECRET_ACCESS_KEY=%s after`, word(base64ish, 40), ""},
		{"AWS secret, JSON", `before {"SecretAccessKey":"%s"} after`, word(base64ish, 40), ""},
		{"GitHub token", `before remote: using %s for push after`, prefixed("gh"+"p_", letters, 36), "github-pat"},
		{"Slack bot token", `before %s after`, prefixed("xo"+"xb-123456789012-123456789012-", letters, 24), "slack-bot-token"},
		{"Stripe key", `before key %s after`, prefixed("sk"+"_live_", letters, 24), "stripe-access-token"},
		{"JWT", `before session %s after`, jwt, "jwt"},
		{"JWT cut", `before session %s`, func(r *rand.Rand) string { return jwt(r)[:60] }, "jwt"},
		{"bearer header", `before Authorization: Bearer %s after`, word(letters, 32), ""},
		{"bearer, JSON", `before {"authorization":"Bearer %s"} after`, word(letters, 32), ""},
		{"bearer, Node", `before headers: { authorization: 'Bearer %s', after`, word(letters, 32), ""},
		{"bearer, Go map", `before map[Authorization:[Bearer %s] after`, word(letters, 32), ""},
		{"bearer, nested JSON", `before "{\"authorization\":\"Bearer %s\"}" after`, word(letters, 32), ""},
		{"bearer alone", `before sending bearer %s after`, word(letters, 32), ""},
		{"basic header", `before authorization: Basic %s after`, word(base64ish, 24), "authorization"},
		{"basic alone", `before using Basic %s after`, func(*rand.Rand) string { return "YWRtaW46aHVudGVy" + "Mg==" }, "basic"},
		{"AWS signature", `before Authorization: AWS4-HMAC-SHA256 Credential=x/y, Signature=%s`, word(hexDigits, 64), ""},
		{"URL password", `before postgres://app:%s@db.internal:5432/orders after`, word(letters, 12), "url-credentials"},
		{"URL password with @", `before redis://:%s@cache:6379 after`, func(r *rand.Rand) string { return chars(r, letters, 6) + "@" + chars(r, letters, 6) }, "url-credentials"},
		{"URL password with /", `before amqp://app:%s@mq after`, func(r *rand.Rand) string { return "p" + chars(r, letters, 6) + "/" + chars(r, letters, 6) }, "url-credentials"},
		{"URL token", `before https://%s@host.example/x.git after`, func(r *rand.Rand) string { return "7" + chars(r, letters, 30) }, "url-credentials"},
		{"JSON password", `before {"user":"bob","password":"%s"} after`, word(letters, 9), "password"},
		{"JSON password with a quote", `before {"password":"ab\"%s"} after`, word(letters, 9), "password"},
		{"nested JSON password with a quote", `before "{\"password\":\"ab\\\"%s\"}" after`, word(letters, 9), "password"},
		{"JSON password with a backslash", `before {"password":"%s\\","x":"between"} after`, word(letters, 9), "password"},
		{"JSON number", `before {"password":%s,"x":1} after`, word("123456789", 6), "password"},
		{"nested JSON", `before "{\"client_secret\":\"%s\"}" after`, word(letters, 20), ""},
		{"logfmt", `before level=info db_password=%s after=1`, word(letters, 9), "password"},
		{"query string", `before GET /reset?id=7&token=%s&lang=en after`, word(letters, 22), ""},
		{"query string at the end", `before GET /v1?api_key=%s`, word(letters, 22), ""},
		{"YAML", `before password: %s`, word("abcdefgh", 9), "password"},
		{"inspected object", `before { user: 'bob', password: '%s' } after`, word("abcdefgh", 9), "password"},
		{"Go struct", `before {User:bob Password:%s} after`, word(letters, 12), "password"},
		{"Java record", `before Login[user=bob, password=%s] after`, word(letters, 12), "password"},
		{"connection string", `before Server=db;User Id=sa;Password=%s;Encrypt=true after`, word(letters, 12), "password"},
		{"header", `before x-api-key: %s after`, word(letters, 32), ""},
		{"word of prose", `before the password: %s, after`, word("abcdefgh", 9), "password"},
		{"private key", "before\n-----BEGIN RSA PRIV" + "ATE KEY-----\n%s\n-----END RSA PRIV" + "ATE KEY-----\nafter", word(base64ish, 400), "private-key"},
		{"private key cut", "before -----BEGIN PRIV" + "ATE KEY-----\\n%s", word(base64ish, 400), "private-key"},
		{"allow comment", `before password=%s # gitleaks:allow after`, word(letters, 20), ""},
	}
	r := NewRedactor()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range 10 {
				value := test.secret(rng)
				got := r.Redact(fmt.Sprintf(test.line, value))
				if strings.Contains(got, value) || strings.Contains(got, value[len(value)-6:]) {
					t.Fatalf("secret %q remains: %q", value, got)
				}
				if !strings.Contains(got, "[redacted-"+test.kind) {
					t.Errorf("kind %q is not named: %q", test.kind, got)
				}
				for _, around := range []string{"before", "after"} {
					if strings.Contains(test.line, around) && !strings.Contains(got, around) {
						t.Errorf("%q is lost: %q", around, got)
					}
				}
			}
		})
	}
}

// TestRedactLeavesAlone lists what people need to read to understand an error.
func TestRedactLeavesAlone(t *testing.T) {
	r := NewRedactor()
	for name, s := range map[string]string{
		"Java frame":        "at com.shop.auth.TokenService.refreshAccessToken(TokenService.java:142)",
		"Java exception":    "java.lang.IllegalStateException: TokenStore: connection refused",
		"Rust path":         "jsonwebtoken::decoding::verify_signature at src/main.rs:10",
		"bundle hash":       "at t (https://cdn.example.com/assets/main.4f3a9c2b1de07c55.js:2:48211)",
		"module hash":       "/app/dist/auth.service-BKq3x9Za.js:12:5",
		"UUID request id":   `request_id=550e8400-e29b-41d4-a716-446655440000 path=/orders`,
		"UUID of a key":     `idempotency_key: "550e8400-e29b-41d4-a716-446655440000"`,
		"Lambda":            "REPORT RequestId: 8f6f1c3e-2b7d-4f0c-9a55-0d8f5e3a7b11	Duration: 3000.00 ms",
		"trace id":          `trace_id=4bf92f3577b34da6a3ce929d0e0e4736`,
		"syntax error":      "SyntaxError: Unexpected token < in JSON at position 0",
		"parser":            "Parse error: unexpected token: end of file",
		"validation":        "Invalid password: must have at least 8 characters",
		"expired":           "TokenExpiredError: jwt expired",
		"no secret":         `{"token":null,"password":"","secret":"***"}`,
		"count of tokens":   "prompt_tokens=512 total_tokens=1024",
		"working directory": "pwd=/srv/app exec: npm start",
		"ARN":               "User: arn:aws:sts::123456789012:assumed-role/shop/i-0abc is not authorized to perform: s3:GetObject",
		"port and @":        "GET http://localhost:8080/@babel/core?x=a@b.example failed",
		"git user":          "fatal: Could not read from ssh://git@host.example/shop.git",
		"bearer in prose":   "Bearer authentication required",
		"basic in prose":    "Basic information is missing",
		"Go frame":          "github.com/shop/orders/internal/token.(*Store).Get(0xc000112000, {0x7f, 0x10})",
		"image digest":      "pulled registry.example/shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"assertion":         "expected token == null",
	} {
		t.Run(name, func(t *testing.T) {
			if got := r.Redact(s); got != s {
				t.Errorf("touched:\n%s\n%s", s, got)
			}
		})
	}
}

// TestRedactLeavesRealLogsAlone reads logs that are known to hold no secrets.
func TestRedactLeavesRealLogsAlone(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/loghub/*.txt")
	if err != nil || len(files) == 0 {
		t.Skip("../shared/data/loghub is absent")
	}
	r := NewRedactor()
	lines, touched := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			lines++
			if r.Redact(line) != line {
				touched++
			}
		}
	}
	t.Logf("%d of %d lines touched", touched, lines)
	if touched > lines/1000 {
		t.Errorf("%d of %d lines touched, want at most one in a thousand", touched, lines)
	}
}

func FuzzRedact(f *testing.F) {
	r := NewRedactor()
	for _, s := range []string{
		"password=password=x token: [redacted-password]y", `{"secret":"[redacted-jwt] z"}`, "a\xffb",
		"https://[redacted-url-credentials]@h/ https://u:p@h", "Authorization: Bearer [redacted-bearer]",
		`api_key="` + chars(rand.New(rand.NewPCG(1, 1)), letters, 32) + `"`, "[redacted-[redacted-x]]", "pwd=[redacted-",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := r.Redact(s)
		if !utf8.ValidString(once) {
			t.Errorf("invalid UTF-8: %q", once)
		}
		if twice := r.Redact(once); twice != once {
			t.Errorf("not idempotent: %q, then %q", once, twice)
		}
		if len(r.find(s)) == 0 && once != strings.ToValidUTF8(s, "\ufffd") {
			t.Errorf("changed without a secret: %q to %q", s, once)
		}
	})
}

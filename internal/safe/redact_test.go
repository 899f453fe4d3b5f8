package safe

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/safe/safetest"
)

// chars returns n random characters of the alphabet. Secrets are made at run time, so scanners do not report
// this file as a leak.
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

// TestRedactSecrets puts random secrets of each kind in a line. No part of the secret may remain, and the
// words around it must.
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
	mac := func(separator string) func(*rand.Rand) string {
		return func(r *rand.Rand) string {
			return strings.Join([]string{"0a", "1B", chars(r, hexDigits, 2), "c4", chars(r, hexDigits, 2), "0e"}, separator)
		}
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
		{"basic alone", `before using Basic %s after`, func(*rand.Rand) string { return "YWRtaW46aHVudGVy" + "Mg==" }, "authorization"},
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
		{"letters before prose", `before password: Ab%s after it`, func(r *rand.Rand) string { return chars(r, "abcdefgh", 7) + "Q" }, "password"},
		{"word of prose", `before the password: %s, after`, word("abcdefgh", 9), "password"},
		{"private key", "before\n-----BEGIN RSA PRIV" + "ATE KEY-----\n%s\n-----END RSA PRIV" + "ATE KEY-----\nafter", word(base64ish, 400), "private-key"},
		{"private key cut", "before -----BEGIN PRIV" + "ATE KEY-----\\n%s", word(base64ish, 400), "private-key"},
		{"GitLab token", `before (%s) after`, prefixed("gl"+"pat-", letters, 20), "gitlab-pat"},
		{"npm token", `before %s, after`, prefixed("np"+"m_", letters, 36), "npm-access-token"},
		{"SendGrid key", `before %s: after`, func(r *rand.Rand) string { return "SG" + "." + chars(r, letters, 22) + "." + chars(r, letters, 43) }, "sendgrid-api-token"},
		{"Slack webhook", `before POST https://hooks.slack.com/services/%s after`, func(r *rand.Rand) string {
			return "T" + chars(r, capitals, 8) + "/B" + chars(r, capitals, 8) + "/" + chars(r, letters, 24)
		}, "slack-webhook-url"},
		{"Telegram token", `before https://api.telegram.org/bot%s/sendMessage after`, func(r *rand.Rand) string { return chars(r, "123456789", 9) + ":" + "AA" + chars(r, letters, 33) }, "token"},
		{"Azure account key", `before DefaultEndpointsProtocol=https;AccountName=x;AccountKey=%s==;EndpointSuffix=y after`, word(base64ish, 86), "key"},
		{"digest header", `before Authorization: Digest username="bob", nonce="x", response="%s" after`, word(hexDigits, 32), "authorization"},
		{"XML", `before <client_secret>%s</client_secret> after`, word(letters, 20), "secret"},
		{"flag of a command", `before --password %s --verbose after`, word(letters, 12), "password"},
		{"tuple", `before ('X-Api-Key', '%s') after`, word(letters, 32), "key"},
		{"e-mail in a query", `before GET /u?email=bob%%40%s.example&x=1 after`, word("abcdefgh", 12), "email"},
		{"e-mail in JSON", `before {"to":"bob\u0040%s.example"} after`, word("abcdefgh", 12), "email"},
		{"e-mail of another script", `before <%s@übung.example> after`, func(r *rand.Rand) string { return "müller" + chars(r, "abcdefgh", 8) }, "email"},
		{"social security number", `before ssn %s after`, func(r *rand.Rand) string {
			return "1" + chars(r, "123456789", 2) + "-" + chars(r, "123456789", 2) + "-" + chars(r, "123456789", 4)
		}, "national-id"},
		{"host of an address", `before ip-%s.eu-central-1.compute.internal after`, func(r *rand.Rand) string { return "10-0-" + chars(r, "123456789", 2) + "-" + chars(r, "123456789", 2) }, "ip"},
		{"hardware address", `before eth0 %s up after`, mac(":"), "mac"},
		{"hardware address of a key", `before {"mac":"%s"} after`, mac("-"), "mac"},
		{"hardware address of a name", `before mac:%s, after`, mac(":"), "mac"},
		{"hardware address of Cisco", `before host %s after`, func(r *rand.Rand) string { return "001a.2b" + chars(r, hexDigits, 2) + ".4e5f" }, "mac"},
		{"phone number in brackets", `before (%s) after`, func(r *rand.Rand) string { return "1-800-555-" + chars(r, "123456789", 4) }, "phone"},
		{"phone number without a sign", `before 0049%s after`, word("123456789", 11), "phone"},
		{"spoken token", `before token %s expired after`, word(letters, 32), "token"},
		{"spoken key", `before the secret key is %s after`, word(letters, 32), ""},
		{"spoken password", `before login with password '%s' after`, func(r *rand.Rand) string { return "aB" + chars(r, letters, 8) + "7" }, "password"},
		{"spoken password without a digit", `before login as bob with password %s after`, func(r *rand.Rand) string { return "aBc#" + chars(r, "abcdefgh", 6) + "Q" }, "password"},
		{"key of letters", `before {"key":"%s"} after`, func(*rand.Rand) string { return "EoroNNBNAkjSwTBt" + "gbBEJcpcWgvz" }, "key"},
		{"signature of letters", `GET /hook?sig=%s 404`, func(*rand.Rand) string { return "uNHUCdQpPubbdYmj" + "AYtilXGcDOEOuedb" }, "signature"},
		{"bearer as a key", `before bearer: %s after`, word(letters, 32), ""},
		{"key at the end of a sentence", `before npm says %s.`, prefixed("np"+"m_", letters, 36), "npm-access-token"},
		{"PHP's var_dump", "before array(1) {\n  [\"password\"]=>\n  string(9) \"%s\"\n} after", word("abcdefgh", 9), "password"},
		{"PHP's var_dump of a private property", `before ["apiKey":"App\Client":private]=> string(32) "%s" after`, word(hexDigits, 32), "key"},
		{"PHP's print_r", `before Array ( [passwd] => %s ) after`, word(letters, 12), "password"},
		{"PHP's print_r of a protected property", `before User Object ( [password:protected] => %s ) after`, word("abcdefgh", 9), "password"},
		{"unique key", `before Key (tenant_id, api_token)=(4, %s) already exists. after`, word(letters, 32), "token"},
		{"unique key, first column", `before Key (session_token, user_id)=(%s, 4) already exists. after`, word(letters, 32), "token"},
		{"unique key of MySQL", `before Duplicate entry '%s' for key 'users.api_token_unique' after`, word(letters, 32), "token"},
		{"unique key of SQL Server", `before Violation of UNIQUE KEY constraint 'UQ_Users_Token'. The duplicate key value is (%s). after`, word(letters, 32), "token"},
		{"scheme of a service", `before Authorization: GenieKey %s after`, func(r *rand.Rand) string { return "0f3b1c2e-8d4a-4b6f-9c1d-" + chars(r, hexDigits, 12) }, "authorization"},
		{"PagerDuty hook", `before https://events.pagerduty.com/integration/%s/enqueue after`, word(hexDigits, 32), "webhook"},
		{"list of tokens", `before tokens=["xd93kdk39fkd9Xk39dk2L","%s"] after`, func(r *rand.Rand) string { return "kd93kdk39fkd9" + chars(r, letters, 12) }, "token"},
		{"spoken token in brackets", `before token [%s] not found after`, func(r *rand.Rand) string { return "kd93kdk39fkd9" + chars(r, letters, 12) }, "token"},
		{"spoken token of the past", `before the token was %s after`, func(r *rand.Rand) string { return "kd93kdk39fkd9" + chars(r, letters, 12) }, "token"},
		{"changed password", `before password changed from Xk39dk2L to %s after`, func(r *rand.Rand) string { return "Xk39" + chars(r, letters, 6) }, "password"},
		{"password behind an arrow", `before password -> %s after`, func(r *rand.Rand) string { return "Xk39" + chars(r, letters, 6) }, "password"},
		{"key with an underscore in prose", `before datadog api_key %s invalid after`, func(r *rand.Rand) string { return "cea7a24129199532290b" + chars(r, hexDigits, 12) }, "key"},
		{"key of two words", `before the API key %s is invalid after`, func(r *rand.Rand) string { return "cea7a24129199532290b" + chars(r, hexDigits, 12) }, "key"},
		{"session of two words", `before session id: %s not found after`, func(r *rand.Rand) string { return "3ahvVgCSFXbonw" + chars(r, letters, 12) }, "session"},
		{"code", `before verification code is %s after`, word("123456789", 6), "password"},
		{"one-time password", `before OTP %s expired after`, word("123456789", 6), "password"},
		{"password for a user", `before password for user bob is %s after`, func(r *rand.Rand) string { return "castle-" + chars(r, "abcdefgh", 6) + "92" }, "password"},
		{"sign-in in prose", `before login with bob/%s failed after`, func(r *rand.Rand) string { return "castle-" + chars(r, "abcdefgh", 6) + "92" }, "password"},
		{"link to reset a password", `before GET /password/reset/%s 410 after`, func(r *rand.Rand) string { return "kd83jf92Hd" + chars(r, letters, 20) }, "token"},
		{"link to sign in", `before https://app.example/login/magic/%s after`, func(r *rand.Rand) string { return "kd83jf92Hd" + chars(r, letters, 33) }, "token"},
		{"Okta's header", `before SSWS %s rejected after`, prefixed("00", letters, 40), "authorization"},
		{"Zapier hook", `before https://hooks.zapier.com/hooks/catch/%s/ after`, func(r *rand.Rand) string { return chars(r, "123456789", 7) + "/" + chars(r, "abcdefgh", 7) }, "webhook"},
		{"Make hook", `before https://hook.eu1.make.com/%s after`, word(letters, 32), "webhook"},
		{"IFTTT hook", `before https://maker.ifttt.com/trigger/alarm/with/key/%s after`, word(letters, 22), "webhook"},
		{"Mattermost hook", `before https://chat.example/hooks/%s after`, func(r *rand.Rand) string { return "xk3jd8fh2l5m6n7b8v" + chars(r, "abcdefgh", 8) }, "webhook"},
		{"words of a wallet", `before mnemonic: witch collapse practice feed shame open despair creek road again ice %s 1 after`, word("abcdefgh", 8), "secret"},
		{"token above an error", "before %s\nNoTafterError1 (undefined method)", jwt, "jwt"},
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
				if !strings.Contains(got, "["+test.kind) {
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

// TestRedactLeavesAlone lists texts that people need in order to understand an error.
func TestRedactLeavesAlone(t *testing.T) {
	r := NewRedactor()
	for name, s := range map[string]string{
		"list of errors":     `{"errors":{"password":["is too short","can't be blank","This field is required."],"email":["is invalid"]}}`,
		"type of a token":    "token_type=bearer expires_in=3600",
		"pin of a chip":      "pin=13 mode=output",
		"SQL's parameters":   "UPDATE users SET password = $1 WHERE token = ? AND secret = %s AND pwd = @p0",
		"ids of a webhook":   "POST /webhooks/github 500, GET https://api.example.com/v1/webhooks/stripe/events 404, https://x.example/hooks/use-state-in-react18",
		"credentials' place": "credentials file:/root/.aws2 missing, credentials provider us-east-1 failed, password for root: required!, API key for eu-west-1 is missing",
		"empty strings":      `{"password":"","token":'' ,"x":1} password="" user="bob" SET secret='', x='y'`,
		"certificate":        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURCVENDQWUyZ0F3SUJBZ0lJZWJH",
		"block scalar":       "password: |\nuser: bob",
		"masked in a URL":    "Cannot connect to amqp://guest:**@queue:5672//, redis://:${REDIS_PASSWORD}@cache",
		"empty in an object": "<Conn password=''> failed for host 'db2', <Conn host='db1' password=''> failed",
		"empty in XML":       `<User name="bob" password=""/> <name>Bob</name> <x y="1">`,
		"empty, then more":   "token=\"\"|user=\"bob\", password: ''. Using default 'postgres'",
		"codes of errors":    `{"code":"X509CertificateExpired"} errorCode: 'OAuth2AuthenticationException', code=Http2StreamErrorClosed`,
		"bundle of hooks":    "at useCart (https://shop.example.com/assets/hooks/useInfiniteQuery-BX3k9a2P.js:1:2345)",
		"password's date":    "changed password for user alice: 2026-03-14T11:59:58Z",
		"wrong, in Russian":  "Пароль: неверный пользователь",
		"HAProxy's time":     "[ALERT] 072/115958 (1) : proxy 'api' has no server available!",
		"key of a local":     "    │      └ {'id': 4711}",
		"Java's inner class": "at com.acme.Outer$1$Inner.method(Outer.java:10), Foo$2$Bar_12345678.run",
		"passed test":        "PASS src/App.test.js",
		"passed test in Go":  "--- PASS: TestFoo (0.00s)\n    --- PASS: TestFoo/a_case (0.00s)",
		"name of a secret":   "not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
		"MySQL's hint":       "Access denied for user 'app'@'localhost' (using password: YES)",
		"keys in prose":      "API key 7f3b1c2e-8d4a-4b6f-9c1d-2e3f4a5b6c7d is disabled, primary key 9fceb02d0ae598e95dc970b74767f193, session id 4711, exit code 123456, confirmation code is required",
		"ARN of a key":       "encryption key arn:aws:kms:eu-west-1:123456789012:key/7f3b1c2e-8d4a-4b6f-9c1d-2e3f4a5b6c7d is disabled, DB_SECRET=arn:aws:secretsmanager:eu-west-1:1:secret:db",
		"asset in a path":    "at handler (/app/dist/verify/handlers/chunk-4f3a9c2b1de0.js:1:1), tokens: [101, 2054, 102], password reset to default, password changed from old to new",
		"ids in paths":       "Duplicate entry '4711' for key 'orders_number_unique', GET /resets/4711 404, /verify/email-address-of-customer 404, POST /hooks/abcdefghijklmnopqrstuvwxyz 404",
		"prose of passwords": "password for user bob is expired, password required! password ResetToken! password MUST_CHANGE! password for bob is incorrect, login with google/openid failed, Key (id, name)=(4, token) already exists",
		"Ruby's arrows":      "Array ( [id] => 4711 [password] => [status] => active )",
		"Redis":              "NOAUTH Authentication required; AUTH failed; requirepass is not set",
		"sign-in in prose":   "LOGIN failed, invalid credentials [access, refresh], enable password reset, username and password are wrong",
		"ports":              "docker run -u root -p 8080:80 nginx, ssh -l deploy -p 2222 h, psql -U app -p 5432, lsof -u bob -p 12",
		"pipes":              "echo deploy | tee -a out.log; sudo: 3 incorrect password attempts",
		"words of a key":     "key=value, sig=abrt, key=maxRequestsPerSecondLimit, sort_key: getUserByIdOrName, {\"key\":\"AbstractHandlerMethodAdapter\"}",
		"Java frame":         "at com.shop.auth.TokenService.refreshAccessToken(TokenService.java:142)",
		"Java exception":     "java.lang.IllegalStateException: TokenStore: connection refused",
		"Rust path":          "jsonwebtoken::decoding::verify_signature at src/main.rs:10",
		"bundle hash":        "at t (https://cdn.example.com/assets/main.4f3a9c2b1de07c55.js:2:48211)",
		"module hash":        "/app/dist/auth.service-BKq3x9Za.js:12:5",
		"UUID request id":    `request_id=550e8400-e29b-41d4-a716-446655440000 path=/orders`,
		"UUID of a key":      `idempotency_key: "550e8400-e29b-41d4-a716-446655440000"`,
		"Lambda":             "REPORT RequestId: 8f6f1c3e-2b7d-4f0c-9a55-0d8f5e3a7b11	Duration: 3000.00 ms",
		"trace id":           `trace_id=4bf92f3577b34da6a3ce929d0e0e4736`,
		"syntax error":       "SyntaxError: Unexpected token < in JSON at position 0",
		"parser":             "Parse error: unexpected token: end of file",
		"validation":         "Invalid password: must have at least 8 characters",
		"expired":            "TokenExpiredError: jwt expired",
		"no secret":          `{"token":null,"password":"","secret":"***"}`,
		"count of tokens":    "prompt_tokens=512 total_tokens=1024",
		"working directory":  "pwd=/srv/app exec: npm start",
		"ARN":                "User: arn:aws:sts::123456789012:assumed-role/shop/i-0abc is not authorized to perform: s3:GetObject",
		"port and @":         "GET http://localhost:8080/@babel/core?x=a@b failed",
		"git user":           "fatal: Could not read from ssh://git@host.example/shop.git",
		"bearer in prose":    "Bearer authentication required",
		"basic in prose":     "Basic information is missing",
		"Go frame":           "github.com/shop/orders/internal/token.(*Store).Get(0xc000112000, {0x7f, 0x10})",
		"image digest":       "pulled registry.example/shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"assertion":          "expected token == null",
		"package version":    "npm ERR! lodash@4.17.21 needs express@^5.0.0",
		"asset":              "404 /img/logo@2x.png",
		"unit":               "Failed to start getty@tty1.service",
		"browser":            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36",
		"version":            "Version=10.2.1.7, version 1.2.3.4",
		"assembly":           "System.IO.FileLoadException: Newtonsoft.Json, Version=13.0.1.5, Culture=neutral, PublicKeyToken=30ad4fe6b2a6aeed",
		"assembly attribute": `AssemblyFileVersion("5.2.4.3")`,
		"gem":                "/usr/lib/ruby/gems/3.2.0/gems/activerecord-5.2.4.3/lib/active_record/base.rb:12, rails (~> 5.2.4.3)",
		"requirement":        "could not find requests==2.31.0.6, needs foo>=1.2.3.4",
		"prerelease":         "app 2.4.1.7-rc1, 2.4.1.7+build5, 2.4.1.7-SNAPSHOT",
		"product":            "OpenSSL 1.1.1.20, agent v7.52.1.9 started, Chrome/120.1.2.3 Safari/537.36",
		"upgrade":            "schema upgraded from 1.2.3.4 to 1.2.3.5",
		"Maven":              "org.acme:shop-core:1.4.2.8 not found",
		"ZIP code":           "Boston, MA 02110-1301",
		"list of fields":     `missing fields: ["password", "email"], unknown keys "token", "secret"`,
		"key in a message":   `unknown key "password": did you mean "repository"?`,
		"message of a token": `{"message":"Failed to get token","level":"ERROR"}`,
		"option in prose":    "error: --password is required, flag needs an argument: --token",
		"object":             "token=Token{a64f992 x} activity token: android.os.BinderProxy@2bd79ce",
		"docker run":         "docker run -p 8080:80 -u 1000:1000 nginx",
		"atom":               `Last message: {:"$gen_call", {:share, 0}}`,
		"digest of an image": "pulled app:v2@sha256:9f86d081884c7d65",
		"package at":         "npm:foo@1.2.3/lib, node_modules/@acme/web@2.3.1/index.js",
		"columns":            "(softheader=00589370 90990003 00000002 00000000)",
		"loopback":           "connect ECONNREFUSED 127.0.0.1:5432, [::1]:5432, 0.0.0.0:80",
		"times":              "2026-11-22T10:30:01.123Z 10:30:01 1795341600438 1795341600438123 +02:00 -0700",
		"Node's ports":       "listen EADDRINUSE: address already in use :::8123; connect ECONNREFUSED ::1:5432",
		"C++ names":          "std::vector<a::b>::at dead::beef",
		"any device":         "eth0 00:00:00:00:00:00 to ff:ff:ff:ff:ff:ff",
		"negative id":        "Verification succeeded for blk_-4980916519894289629",
		"dashes":             "backup-22-11-26-10-30-01.tar 26-11-22-10-30-01",
		"fingerprint":        "MD5:43:51:43:a1:b5:fc:8b:b7:0a:3a:a9:b1:0f:66:73:a8",
		"decorator":          "  @app.route('/orders')",
		"numbers":            "rows 200 512 1024 4096, ratio 0.4111111111111111, took 0012 345678",
		"console link":       "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Fecs$252Fshop/log-events/web$252F0b6a1f9c8e7d4235b4c3a2918f7e6d5c$3Fstart$3D1795341600438$26refEventId$3D39384728374658273645827364582736458273645827364582736458",
		"spoken of":          "token 4711 expired, secret projects, key orders_pkey2 is taken, password reset2 failed, token refresh2Token",
		"table key":          "Duplicate entry for key: 'orders_customer_id_created_at_idx'",
		"list of one":        "pods [web-2] and [cart-7]",
		"version in words":   "the runtime version is 1.2.3.4, firmware updated to version v1.2.3.4",
		"part number":        "part 415-555-0132-7 is gone",
		"fraction":           "ratio 0171/2345678.5",
		"path with an @":     "GET https://cdn.example/x@1:80/y@2 failed",
	} {
		t.Run(name, func(t *testing.T) {
			if got := r.Redact(s); got != s {
				t.Errorf("touched:\n%s\n%s", s, got)
			}
		})
	}
}

func TestTeam(t *testing.T) {
	patterns := []Pattern{{"order", regexp.MustCompile(`order (\w+)`)}, {"desk", regexp.MustCompile(`desk-\d+`)}}
	r := NewRedactor().With(patterns, []*regexp.Regexp{regexp.MustCompile(`desk-1`)}, Own{})
	text := "order a7 at desk-12, order b8 at desk-1, order a7"
	want := "order [order-1] at [desk-1], order [order-2] at desk-1, order [order-1]"
	if got := r.Redact(text); got != want || r.Redact(got) != want {
		t.Errorf("got %q, then %q, want %q", got, r.Redact(got), want)
	}
}

func FuzzRedact(f *testing.F) {
	r := NewRedactor()
	for _, s := range []string{
		"password=password=x token: [password-1]y", `{"secret":"[jwt-3] z"}`, "a\xffb",
		"https://[url-credentials-1]@h/ https://u:p@h", "Authorization: Bearer [authorization-2]",
		`api_key="` + chars(rand.New(rand.NewPCG(1, 1)), letters, 32) + `"`, "[email-[email-1]]", "pwd=[email-", "[dapi-2] pin=[pin-3]", "://00000000\x9c00000@",
	} {
		f.Add(s)
	}
	for _, s := range safetest.Samples(rand.New(rand.NewPCG(1, 1)))[:300] {
		f.Add(s.Line)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := r.Redact(s)
		if !utf8.ValidString(once) {
			t.Errorf("invalid UTF-8: %q", once)
		}
		if twice := r.Redact(once); twice != once {
			t.Errorf("not idempotent: %q, then %q", once, twice)
		}
		blank := r.Blank(s)
		if again := r.Blank(blank); again != blank || !utf8.ValidString(blank) {
			t.Errorf("Blank is not idempotent, or broke UTF-8: %q, then %q", blank, again)
		}
		if skeleton := r.Skeleton(s, s); !utf8.ValidString(skeleton) {
			t.Errorf("Skeleton broke UTF-8: %q", skeleton)
		}
		if valid := strings.ToValidUTF8(s, "\ufffd"); len(r.all(valid)) == 0 && once != valid {
			t.Errorf("changed without a secret: %q to %q", s, once)
		}
	})
}

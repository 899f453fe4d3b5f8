package safetest

import (
	"fmt"
	"math/rand/v2"
)

// tokenLines are lines that a token may stand in, whoever issued it.
var tokenLines = with(`GET /v1/x?k=%q&n={n} 500`, `{"x":"%s","n":{n}}`, `{"body":"{\"x\":\"%s\"}"}`, `upstream said: invalid credential %s.`, `SOME_NAME=%s`, "x:\n  y: %s\n", `<a b="%s"/>`, `<a>%s</a>`, `curl -H 'X-Thing: %s' https://h`,
	`run tool --with %s now`, "Set-Thing: %s; Path=/", "two lines\n%s\nhere", `{"log":"one\n%s\ntwo"}`, `[%s]`, `("%s", {n})`, `using %s, then %s again`, `https://h.example/p/%s/x`)

// issued returns a kind of token that a service marks with a prefix.
func issued(name, prefix, alphabet string, n int) kind {
	return kind{name, func(r *rand.Rand) string { return prefix + chars(r, alphabet, n) }, tokenLines}
}

// drawnBy returns a kind of token of a form of its own.
func drawnBy(name string, value func(*rand.Rand) string) kind { return kind{name, value, tokenLines} }

const urlSafe = base62 + "-_"

// join keeps the prefixes apart from what follows in this file, so that no scanner
// takes them for a leak.
func join(parts ...string) (s string) {
	for _, p := range parts {
		s += p
	}
	return s
}

// promisedTokens are those that the guide names.
var promisedTokens = []kind{
	issued("Google OAuth token", join("ya", "29.a0"), urlSafe, 120), drawnBy("Google refresh token", func(r *rand.Rand) string { return join("1/", "/0") + chars(r, base62, 1) + chars(r, urlSafe, 40) }),
	drawnBy("Discord token", func(r *rand.Rand) string {
		return pick(r, "M", "N", "O") + chars(r, base62, 23+r.IntN(3)) + "." + chars(r, base62, 6) + "." + chars(r, urlSafe, 27+r.IntN(11)) + chars(r, base62, 1)
	}),
	issued("Groq key", join("gs", "k_"), base62, 52), issued("xAI key", join("xa", "i-"), base62, 80), issued("Replicate token", join("r", "8_"), base62, 37),
	issued("Docker token", join("dckr_", "pat_"), base62, 27), issued("Notion token", join("nt", "n_"), base62, 46), issued("Atlassian token", join("ATA", "TT3xFfGF0"), base62, 180),
	issued("Supabase token", join("sb", "p_"), hexDigits, 40), drawnBy("Resend key", func(r *rand.Rand) string { return join("re", "_") + chars(r, base62, 8) + "_" + chars(r, base62, 24) }),
	issued("Render key", join("rn", "d_"), base62, 32), issued("Mailgun key", join("key", "-"), hexDigits, 32),
	drawnBy("Mailgun private key", func(r *rand.Rand) string {
		return chars(r, hexDigits, 32) + "-" + chars(r, hexDigits, 8) + "-" + chars(r, hexDigits, 8)
	}),
	drawnBy("Mailchimp key", func(r *rand.Rand) string { return chars(r, hexDigits, 32) + "-us" + of(r, "N") + pick(r, "", "1") }),
	issued("New Relic key", join("NR", "AK-"), base32, 27),
	drawnBy("PASETO", func(r *rand.Rand) string {
		return "v" + pick(r, "1", "2", "3", "4") + "." + pick(r, "local", "public") + "." + chars(r, urlSafe, 90) + chars(r, base62, 1) + pick(r, "", "."+chars(r, base62, 20))
	}),
	{"AWS key and secret", func(r *rand.Rand) string {
		return chars(r, base62, 2) + chars(r, base62+"+/", 37) + chars(r, base62, 1)
	}, awsPairs()},
	{"JWT of several lines", wrappedJWT, []string{"token:\n%s\nexpired", "Authorization: Bearer %s", "ERROR bad token %s", `{"msg":"bad token %s"}`, "before\n  %s\nafter"}},
}

// awsPairs are lines with an id, and the secret behind it.
func awsPairs() []string {
	id := join("AK", "IA") + "2X7QJ4NVB3LMZ6TR"
	return []string{"ERROR creds " + id + ":%s rejected", `{"msg":"` + id + `:%s"}`, "aws " + id + " %s", id + `","%s"`, "key=" + id + ", %s", id + "/%s"}
}

// wrappedJWT breaks a token as mail and terminals do.
func wrappedJWT(r *rand.Rand) string {
	token, width := jwt(r), 40+r.IntN(40)
	var lines string
	for len(token) > width {
		lines += token[:width] + pick(r, "\n", "\n", "\r\n", "\n  ")
		token = token[width:]
	}
	return lines + token
}

// otherTokens are relatives.
var otherTokens = []kind{
	issued("Anthropic key", join("sk-", "ant-api03-"), urlSafe, 93), issued("OpenAI key", join("sk-", "proj-"), urlSafe, 120), issued("Hugging Face token", join("h", "f_"), base62, 34),
	issued("GitLab token", join("gl", "pat-"), base62, 20), issued("npm token", join("np", "m_"), base62, 36), issued("PyPI token", join("pypi-", "AgEIcHlwaS5vcmc"), urlSafe, 150),
	drawnBy("SendGrid key", func(r *rand.Rand) string { return join("S", "G.") + chars(r, base62, 22) + "." + chars(r, base62, 43) }),
	issued("Shopify token", join("shp", "at_"), hexDigits, 32), issued("Doppler token", join("dp.", "pt."), base62, 43), issued("Vault token", join("hv", "s."), base62, 96),
	issued("DigitalOcean token", join("dop_", "v1_"), hexDigits, 64), drawnBy("Tailscale key", func(r *rand.Rand) string {
		return join("tskey-", "auth-") + "k" + chars(r, base62, 11) + "CNTRL-" + chars(r, base62, 32)
	}),
	issued("Linear key", join("lin_", "api_"), base62, 40), issued("Figma token", join("fig", "d_"), base62, 40), issued("Grafana token", join("gl", "sa_"), base62, 32),
	drawnBy("Azure secret", func(r *rand.Rand) string {
		return chars(r, base62, 3) + "8Q" + "~" + chars(r, base62+"_.-", 32) + chars(r, base62, 2)
	}),
	drawnBy("Terraform token", func(r *rand.Rand) string { return chars(r, base62, 14) + ".atlas" + "v1." + chars(r, base62, 67) }),
	drawnBy("Airtable token", func(r *rand.Rand) string { return "pat" + chars(r, base62, 14) + "." + chars(r, hexDigits, 64) }),
	drawnBy("Telegram token", func(r *rand.Rand) string { return of(r, "N########") + ":A" + "A" + chars(r, base62, 33) }),
	issued("Google key", join("AI", "za"), base62, 35), issued("Databricks token", join("da", "pi"), hexDigits, 32), issued("Sentry token", join("snt", "ryu_"), hexDigits, 64),
	issued("Fly token", join("fm", "2_"), base62, 100), issued("Square token", join("sq0", "atp-"), base62, 22), issued("Postman key", join("PM", "AK-"), hexDigits, 58),
	{"Slack webhook", func(r *rand.Rand) string {
		return fmt.Sprintf("T%s/B%s/%s", chars(r, base32, 9), chars(r, base32, 9), chars(r, base62, 24))
	}, []string{`POST https://hooks.slack.com/services/%s 404`, `no route for /services/%s`, `{"url":"https:\/\/hooks.slack.com\/services\/%s"}`}},
}

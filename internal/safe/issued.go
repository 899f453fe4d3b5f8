package safe

import "strings"

// issuer is a prefix that a service gives the credentials it issues, so that
// scanners recognise them. The prefixes and the length of what follows are from
// each service's documentation.
type issuer struct {
	kind   string
	prefix string
	body   alphabet
	min    int               // characters of the body, below which it is only a word
	accept func(string) bool // of the body; nil accepts all
}

// alphabet reports whether a character may be part of a body.
type alphabet func(c byte) bool

func bodyAlnum(c byte) bool  { return isAlnum(c) }
func bodyWord(c byte) bool   { return isWord(c) || c == '-' }
func bodyDotted(c byte) bool { return bodyWord(c) || c == '.' || c == '=' }
func bodyBase64(c byte) bool { return bodyWord(c) || c == '+' || c == '/' || c == '=' }
func bodySlack(c byte) bool  { return bodyWord(c) || c == '%' || c == '.' }

var issuers = []issuer{
	// Code hosting, packages and builds.
	{"github-pat", "ghp_", bodyAlnum, 20, nil}, {"github-oauth", "gho_", bodyAlnum, 20, nil}, {"github-refresh-token", "ghr_", bodyAlnum, 20, nil},
	{"github-app-token", "ghu_", bodyAlnum, 20, nil}, {"github-app-token", "ghs_", bodyDotted, 20, nil}, {"github-fine-grained-pat", "github_pat_", bodyWord, 20, nil},
	{"gitlab-pat", "glpat-", bodyDotted, 16, nil}, {"gitlab-token", "gldt-", bodyDotted, 16, nil}, {"gitlab-token", "glrt-", bodyDotted, 16, nil},
	{"gitlab-token", "glcbt-", bodyDotted, 16, nil}, {"gitlab-token", "glptt-", bodyDotted, 16, nil}, {"gitlab-token", "glft-", bodyDotted, 16, nil},
	{"gitlab-token", "glsoat-", bodyDotted, 16, nil}, {"gitlab-token", "glagent-", bodyDotted, 16, nil}, {"gitlab-token", "gloas-", bodyDotted, 16, nil},
	{"gitlab-token", "glimt-", bodyDotted, 16, nil}, {"gitlab-token", "glffct-", bodyDotted, 16, nil}, {"gitlab-token", "GR1348941", bodyWord, 16, nil},
	{"bitbucket-token", "ATBB", bodyDotted, 24, drawn}, {"atlassian-api-token", "ATATT3", bodyDotted, 24, nil}, {"atlassian-api-token", "ATATT", bodyDotted, 24, nil},
	{"atlassian-api-token", "ATCTT3", bodyDotted, 24, nil}, {"atlassian-api-token", "ATOA", bodyDotted, 24, drawn}, {"atlassian-api-token", "ATST", bodyDotted, 24, drawn},
	{"npm-access-token", "npm_", bodyAlnum, 20, nil}, {"pypi-upload-token", "pypi-", bodyWord, 20, drawn}, {"rubygems-api-token", "rubygems_", bodyAlnum, 20, nil},
	{"nuget-api-key", "oy2", bodyAlnum, 40, drawn}, {"clojars-api-token", "CLOJARS_", bodyAlnum, 20, nil}, {"crates-token", "cio", bodyAlnum, 32, drawn},
	{"artifactory-api-key", "AKCp", bodyAlnum, 40, nil}, {"artifactory-reference-token", "cmVmd", bodyAlnum, 40, nil},
	{"docker-token", "dckr_pat_", bodyWord, 16, nil}, {"docker-token", "dckr_oat_", bodyWord, 16, nil},
	{"sonar-api-token", "squ_", bodyAlnum, 20, nil}, {"sonar-api-token", "sqp_", bodyAlnum, 20, nil}, {"sonar-api-token", "sqa_", bodyAlnum, 20, nil},
	{"circleci-token", "CCIPAT_", bodyWord, 20, nil}, {"circleci-token", "CCIPRJ_", bodyWord, 20, nil}, {"buildkite-token", "bkua_", bodyAlnum, 20, nil},
	{"octopus-deploy-api-key", "API-", bodyAlnum, 25, drawn}, {"scalingo-api-token", "tk-us-", bodyWord, 30, nil}, {"prefect-api-token", "pnu_", bodyAlnum, 20, nil},
	{"sourcegraph-access-token", "sgp_", bodyWord, 30, nil}, {"launchdarkly-key", "sdk-", bodyUUID, 36, isUUID}, {"launchdarkly-key", "api-", bodyUUID, 36, isUUID},
	// Clouds and infrastructure.
	{"aws-bedrock-api-key", "ABSK", bodyBase64, 60, nil}, {"aws-bedrock-api-key", "bedrock-api-key-", bodyBase64, 30, nil},
	{"gcp-api-key", "AIza", bodyWord, 30, nil}, {"google-oauth-token", "ya29.", bodyDotted, 16, nil}, {"google-refresh-token", "1//0", bodyWord, 20, nil},
	{"google-client-secret", "GOCSPX-", bodyWord, 20, nil}, {"alibaba-access-key-id", "LTAI", bodyAlnum, 12, drawn}, {"tencent-secret-id", "AKID", bodyAlnum, 28, drawn},
	{"yandex-api-key", "AQVN", bodyWord, 30, drawn}, {"scaleway-access-key", "SCW", bodyAlnum, 17, drawn},
	{"digitalocean-token", "dop_v1_", bodyAlnum, 20, nil}, {"digitalocean-token", "doo_v1_", bodyAlnum, 20, nil}, {"digitalocean-token", "dor_v1_", bodyAlnum, 20, nil},
	{"heroku-api-key", "HRKU-", bodyWord, 20, nil}, {"flyio-access-token", "fo1_", bodyWord, 20, nil}, {"flyio-access-token", "fm1r_", bodyBase64, 20, nil},
	{"flyio-access-token", "fm1a_", bodyBase64, 20, nil}, {"flyio-access-token", "fm2_", bodyBase64, 20, nil}, {"render-api-key", "rnd_", bodyAlnum, 16, mixed},
	{"netlify-access-token", "nfp_", bodyAlnum, 20, nil}, {"vercel-token", "vcp_", bodyAlnum, 20, nil}, {"supabase-token", "sbp_", bodyAlnum, 20, nil},
	{"supabase-token", "sb_secret_", bodyWord, 16, nil}, {"planetscale-token", "pscale_tkn_", bodyDotted, 20, nil}, {"planetscale-token", "pscale_oauth_", bodyDotted, 20, nil},
	{"planetscale-token", "pscale_pw_", bodyDotted, 20, nil}, {"neon-api-key", "napi_", bodyAlnum, 20, drawn}, {"mongodb-token", "mdb_sa_sk_", bodyWord, 16, nil},
	{"cloudflare-origin-ca-key", "v1.0-", bodyWord, 60, nil}, {"databricks-api-token", "dapi", bodyWord, 30, hasDigit}, {"openshift-user-token", "sha256~", bodyWord, 30, nil},
	{"vault-token", "hvs.", bodyWord, 20, nil}, {"vault-token", "hvb.", bodyWord, 20, nil}, {"vault-token", "hvr.", bodyWord, 20, nil}, {"vault-token", "s.", bodyAlnum, 24, exactly(24)},
	{"doppler-api-token", "dp.pt.", bodyDotted, 20, nil}, {"doppler-api-token", "dp.st.", bodyDotted, 20, nil}, {"doppler-api-token", "dp.ct.", bodyDotted, 20, nil},
	{"doppler-api-token", "dp.sa.", bodyDotted, 20, nil}, {"doppler-api-token", "dp.scim.", bodyDotted, 20, nil}, {"doppler-api-token", "dp.audit.", bodyDotted, 20, nil},
	{"pulumi-api-token", "pul-", bodyAlnum, 30, drawn}, {"tailscale-key", "tskey-", bodyWord, 16, nil}, {"1password-token", "ops_eyJ", bodyBase64, 40, nil},
	{"1password-secret-key", "A3-", bodyWord, 30, upperDigits}, {"age-secret-key", "AGE-SECRET-KEY-1", bodyAlnum, 40, nil},
	// Models.
	{"anthropic-api-key", "sk-ant-", bodyWord, 20, nil}, {"openai-api-key", "sk-proj-", bodyWord, 20, nil}, {"openai-api-key", "sk-svcacct-", bodyWord, 20, nil},
	{"openai-api-key", "sk-admin-", bodyWord, 20, nil}, {"openrouter-api-key", "sk-or-", bodyWord, 20, drawn}, {"langfuse-key", "sk-lf-", bodyWord, 20, nil}, {"openai-api-key", "sk-", bodyWord, 20, mixed},
	{"groq-api-key", "gsk_", bodyAlnum, 20, nil}, {"xai-api-key", "xai-", bodyWord, 20, mixed}, {"replicate-token", "r8_", bodyAlnum, 20, nil},
	{"huggingface-token", "hf_", bodyAlnum, 20, mixed}, {"huggingface-token", "api_org_", bodyAlnum, 20, nil}, {"perplexity-api-key", "pplx-", bodyAlnum, 20, nil},
	{"fireworks-api-key", "fw_", bodyAlnum, 20, drawn}, {"cerebras-api-key", "csk-", bodyAlnum, 20, drawn}, {"together-api-key", "tgp_v1_", bodyWord, 20, nil},
	{"langsmith-key", "lsv2_", bodyWord, 20, nil}, {"pinecone-api-key", "pcsk_", bodyWord, 20, nil}, {"voyage-api-key", "pa-", bodyWord, 30, drawn},
	{"tavily-api-key", "tvly-", bodyWord, 16, drawn}, {"nvidia-api-key", "nvapi-", bodyWord, 20, nil}, {"jina-api-key", "jina_", bodyWord, 20, drawn},
	{"runpod-api-key", "rpa_", bodyAlnum, 20, drawn}, {"apify-token", "apify_api_", bodyAlnum, 20, nil}, {"elevenlabs-api-key", "sk_", bodyAlnum, 32, drawn},
	// Payment and shops.
	{"stripe-access-token", "sk_live_", bodyAlnum, 10, nil}, {"stripe-access-token", "sk_test_", bodyAlnum, 10, nil}, {"stripe-access-token", "sk_prod_", bodyAlnum, 10, nil},
	{"stripe-access-token", "rk_live_", bodyAlnum, 10, nil}, {"stripe-access-token", "rk_test_", bodyAlnum, 10, nil}, {"stripe-access-token", "rk_prod_", bodyAlnum, 10, nil},
	{"webhook-secret", "whsec_", bodyBase64, 16, nil}, {"square-access-token", "sq0atp-", bodyWord, 16, nil}, {"square-access-token", "sq0csp-", bodyWord, 16, nil},
	{"square-access-token", "EAAA", bodyWord, 40, drawn}, {"facebook-access-token", "EAA", bodyAlnum, 60, nil}, {"paypal-token", "access_token$", bodyPaypal, 30, nil},
	{"shopify-token", "shpat_", bodyAlnum, 20, nil}, {"shopify-token", "shpca_", bodyAlnum, 20, nil}, {"shopify-token", "shppa_", bodyAlnum, 20, nil},
	{"shopify-token", "shpss_", bodyAlnum, 20, nil}, {"shopify-token", "shptka_", bodyAlnum, 20, nil}, {"plaid-api-token", "access-sandbox-", bodyUUID, 36, isUUID},
	{"plaid-api-token", "access-development-", bodyUUID, 36, isUUID}, {"plaid-api-token", "access-production-", bodyUUID, 36, isUUID},
	{"easypost-api-token", "EZAK", bodyAlnum, 40, nil}, {"easypost-api-token", "EZTK", bodyAlnum, 40, nil}, {"shippo-api-token", "shippo_live_", bodyAlnum, 20, nil},
	{"shippo-api-token", "shippo_test_", bodyAlnum, 20, nil}, {"flutterwave-key", "FLWSECK", bodyWord, 16, hasDigit}, {"duffel-api-token", "duffel_live_", bodyWord, 20, nil},
	{"duffel-api-token", "duffel_test_", bodyWord, 20, nil}, {"lob-api-key", "live_", bodyAlnum, 24, drawn}, {"lob-api-key", "test_", bodyAlnum, 24, drawn},
	// Mail and messages.
	{"discord-token", "M", bodyDotted, 54, isDiscord}, {"discord-token", "N", bodyDotted, 54, isDiscord}, {"discord-token", "O", bodyDotted, 54, isDiscord},
	{"slack-bot-token", "xoxb-", bodySlack, 10, nil}, {"slack-user-token", "xoxp-", bodySlack, 10, nil}, {"slack-token", "xoxa-", bodySlack, 10, nil},
	{"slack-token", "xoxr-", bodySlack, 10, nil}, {"slack-token", "xoxs-", bodySlack, 10, nil}, {"slack-token", "xoxo-", bodySlack, 10, nil},
	{"slack-token", "xoxe-", bodySlack, 10, nil}, {"slack-token", "xoxe.xox", bodySlack, 10, nil}, {"slack-token", "xoxc-", bodySlack, 10, nil},
	{"slack-token", "xoxd-", bodySlack, 10, nil}, {"slack-app-token", "xapp-", bodySlack, 10, hasDigit},
	{"discord-token", "mfa.", bodyWord, 60, nil}, {"sendgrid-api-token", "SG.", bodyDotted, 30, hasDigit}, {"sendinblue-api-token", "xkeysib-", bodyWord, 20, nil},
	{"sendinblue-api-token", "xsmtpsib-", bodyWord, 20, nil}, {"mailgun-token", "key-", bodyAlnum, 32, hexOf(32)}, {"mailgun-token", "pubkey-", bodyAlnum, 32, hexOf(32)},
	{"resend-api-key", "re_", bodyWord, 16, mixed}, {"twilio-api-key", "SK", bodyAlnum, 32, hexOf(32)}, {"hubspot-token", "pat-na", bodyWord, 20, nil}, {"hubspot-token", "pat-eu", bodyWord, 20, nil},
	// Work and documents.
	{"airtable-token", "pat", bodyDotted, 70, isAirtable},
	{"notion-api-token", "ntn_", bodyAlnum, 20, nil}, {"notion-api-token", "secret_", bodyAlnum, 30, drawn}, {"linear-api-key", "lin_api_", bodyAlnum, 16, nil},
	{"linear-api-key", "lin_oauth_", bodyAlnum, 16, nil}, {"figma-token", "figd_", bodyWord, 16, nil}, {"figma-token", "figo_", bodyWord, 16, nil}, {"figma-token", "figu_", bodyWord, 16, nil},
	{"postman-api-token", "PMAK-", bodyWord, 20, nil}, {"readme-api-token", "rdme_", bodyAlnum, 20, nil}, {"contentful-token", "CFPAT-", bodyWord, 20, nil},
	{"typeform-api-token", "tfp_", bodyDotted, 20, nil}, {"frameio-api-token", "fio-u-", bodyDotted, 20, nil}, {"dropbox-api-token", "sl.", bodyDotted, 60, nil},
	{"adobe-client-secret", "p8e-", bodyAlnum, 20, drawn},
	// Monitoring.
	{"new-relic-key", "NRAK-", bodyWord, 16, nil}, {"new-relic-key", "NRII-", bodyWord, 16, nil}, {"new-relic-key", "NRJS-", bodyWord, 16, nil},
	{"new-relic-key", "NRRA-", bodyWord, 16, nil}, {"new-relic-key", "NRSP-", bodyWord, 16, nil}, {"new-relic-key", "NRIQ-", bodyWord, 16, nil},
	{"grafana-token", "glc_", bodyBase64, 20, nil}, {"grafana-token", "glsa_", bodyWord, 20, nil}, {"honeycomb-key", "hcaik_", bodyAlnum, 20, nil},
	{"honeycomb-key", "hcxik_", bodyAlnum, 20, nil}, {"sentry-org-token", "sntrys_", bodyBase64, 20, nil}, {"sentry-user-token", "sntryu_", bodyAlnum, 20, nil},
	{"dynatrace-api-token", "dt0c01.", bodyDotted, 20, nil}, {"dynatrace-api-token", "dt0s01.", bodyDotted, 20, nil}, {"dynatrace-api-token", "dt0s16.", bodyDotted, 20, nil},
	{"posthog-key", "phx_", bodyAlnum, 20, nil}, {"paseto", "v1.local.", bodyDotted, 20, nil}, {"paseto", "v2.local.", bodyDotted, 20, nil}, {"paseto", "v3.local.", bodyDotted, 20, nil},
	{"paseto", "v4.local.", bodyDotted, 20, nil}, {"paseto", "v1.public.", bodyDotted, 20, nil}, {"paseto", "v2.public.", bodyDotted, 20, nil},
	{"paseto", "v3.public.", bodyDotted, 20, nil}, {"paseto", "v4.public.", bodyDotted, 20, nil},
}

func bodyUUID(c byte) bool   { return isHexDigit(c) || c == '-' }
func bodyPaypal(c byte) bool { return isWord(c) || c == '$' }

func isUUID(s string) bool { return uuid.MatchString(s) }

func exactly(n int) func(string) bool { return func(s string) bool { return len(s) == n && drawn(s) } }

func hexOf(n int) func(string) bool {
	return func(s string) bool { return len(s) == n && strings.Trim(s, "0123456789abcdefABCDEF") == "" }
}

// isDiscord accepts what follows the first letter of a bot's token: its id, a
// time and a signature, each in base64.
func isDiscord(s string) bool {
	id, rest, _ := strings.Cut(s, ".")
	time, sum, ok := strings.Cut(rest, ".")
	return ok && len(id) >= 22 && len(id) <= 27 && len(time) >= 5 && len(time) <= 7 && len(sum) >= 27 && len(sum) <= 40 && !strings.Contains(sum, ".")
}

func isAirtable(s string) bool { return len(s) == 79 && s[14] == '.' && hexOf(64)(s[15:]) }

// mixed accepts a body that looks drawn by chance, or is long and of both cases.
func mixed(s string) bool { return drawn(s) || len(s) >= 24 && random(s) && strings.ToLower(s) != s }

func upperDigits(s string) bool { return strings.ToUpper(s) == s && hasDigit(s) }

// issuersBy finds the prefixes that begin with a byte.
var issuersBy = func() (index [256][]issuer) {
	for _, x := range issuers {
		index[x.prefix[0]] = append(index[x.prefix[0]], x)
	}
	return index
}()

// issued returns the credentials that their prefix gives away.
func issued(s string, found []secret) []secret {
	for i := 0; i < len(s); i++ {
		if !isAlnum(s[i]) || !startsWord(s, i) {
			continue
		}
		for _, x := range issuersBy[s[i]] {
			if i+1 < len(s) && (len(x.prefix) == 1 || x.prefix[1] == s[i+1]) {
				if end, ok := x.endOf(s, i); ok {
					found = append(found, secret{i, end, x.kind})
					i = end - 1
					break
				}
			}
		}
	}
	return found
}

// endOf returns where the credential that begins at i ends.
func (x issuer) endOf(s string, i int) (end int, ok bool) {
	if !strings.HasPrefix(s[i:], x.prefix) {
		return 0, false
	}
	start := i + len(x.prefix)
	end = bodyEnd(s[:min(len(s), start+maxShaped)], start, x.body)
	if end-start < x.min || x.accept != nil && !x.accept(s[start:end]) {
		return 0, false
	}
	return bodyEnd(s, start, x.body), true
}

// bodyEnd returns where the characters of an alphabet end that begin at start,
// less the full stop of a sentence.
func bodyEnd(s string, start int, body alphabet) int {
	end := start
	for end < len(s) && body(s[end]) {
		end++
	}
	return start + len(strings.TrimRight(s[start:end], ".%"))
}

// startsWord reports whether a word may begin at i. The letter of "\n" is part
// of none.
func startsWord(s string, i int) bool {
	if i == 0 || !isAlnum(s[i-1]) {
		return true
	}
	return i > 1 && s[i-2] == '\\' && (s[i-1] == 'n' || s[i-1] == 't' || s[i-1] == 'r')
}

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// relaySetting is a flag of the relay and the environment variable beside it.
type relaySetting struct {
	name, env, fallback, help string
	read                      func(c *relayConfig, text string) error
}

const (
	defaultListen = "127.0.0.1:8080"
	defaultAPI    = "https://api.github.com"
	maxCoalesce   = 10 * time.Minute
)

var relaySettings = []relaySetting{
	{"listen", "ERRMON_LISTEN", "", "address to listen at; by default :$PORT if PORT is set, else " + defaultListen, (*relayConfig).readListen},
	{"metrics-listen", "ERRMON_METRICS_LISTEN", "", "address that serves /metrics, such as 127.0.0.1:9090; off by default", (*relayConfig).readMetricsListen},
	{"sentry-client-secret", "SENTRY_CLIENT_SECRET", "", "client secret of the Sentry integration that signs the webhooks", secretOf(func(c *relayConfig) *string { return &c.sentrySecret })},
	{"slack-signing-secret", "SLACK_SIGNING_SECRET", "", "signing secret of the Slack app", secretOf(func(c *relayConfig) *string { return &c.slackSecret })},
	{"relay-token", "ERRMON_RELAY_TOKEN", "", "bearer token for /trigger-scan and for senders that cannot sign, at least 16 characters", (*relayConfig).readToken},
	{"coalesce", "ERRMON_COALESCE", "10s", "how long an event waits for others to share a dispatch with, at most 10m", (*relayConfig).readCoalesce},
	{"github-token", "GITHUB_TOKEN", "", "fine-grained GitHub token with Contents: Read and write", secretOf(func(c *relayConfig) *string { return &c.githubToken })},
	{"repository", "GITHUB_REPOSITORY", "", "repository to dispatch to, as OWNER/REPO (or $GITHUB_OWNER and $GITHUB_REPO)", (*relayConfig).readRepository},
	{"github-app-id", "GITHUB_APP_ID", "", "id of a GitHub App, instead of a token", number(func(c *relayConfig) *int64 { return &c.appID })},
	{"github-app-key", "GITHUB_APP_KEY", "", "private key of the App, as PEM text or the path of its file", (*relayConfig).readAppKey},
	{"github-app-installation", "GITHUB_APP_INSTALLATION", "", "id of the App's installation", number(func(c *relayConfig) *int64 { return &c.installation })},
	{"queue-url", "ERRMON_QUEUE_URL", "", "on AWS Lambda, the SQS queue to put events into; without it, the function dispatches the events of its queue", (*relayConfig).readQueueURL},
}

// relayConfig holds the values of the settings.
type relayConfig struct {
	listen, metricsListen            string
	sentrySecret, slackSecret, token string
	insecure                         bool
	coalesce                         time.Duration
	githubToken, owner, repo, apiURL string
	appID, installation              int64
	appKey                           []byte
	queueURL                         string
	lambda                           bool
}

func relayFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("relay", pflag.ContinueOnError)
	flags.SortFlags, flags.Usage = false, func() {} // the caller reports mistakes
	for _, s := range relaySettings {
		help := fmt.Sprintf("%s ($%s)", s.help, s.env)
		if s.fallback != "" {
			help = fmt.Sprintf("%s ($%s, default %s)", s.help, s.env, s.fallback)
		}
		flags.String(s.name, "", help)
	}
	flags.Bool("insecure", false, "accept unsigned requests, on loopback only")
	return flags
}

// loadRelay reads all settings, and reports all mistakes at once.
func loadRelay(flags *pflag.FlagSet, getenv func(string) string) (relayConfig, error) {
	c := relayConfig{apiURL: cmp.Or(getenv("GITHUB_API_URL"), defaultAPI), lambda: getenv("AWS_LAMBDA_RUNTIME_API") != ""}
	c.insecure, _ = flags.GetBool("insecure")
	c.listen = defaultListen
	if port := getenv("PORT"); port != "" {
		c.listen = ":" + port
	}
	var mistakes []error
	for _, s := range relaySettings {
		text, from := strings.TrimSpace(flags.Lookup(s.name).Value.String()), "--"+s.name
		if text == "" {
			text, from = relayEnv(s, getenv), s.env
		}
		if text = cmp.Or(text, s.fallback); text == "" {
			continue
		}
		if err := s.read(&c, text); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s %w", from, err))
		}
	}
	return c, errors.Join(append(mistakes, c.check()...)...)
}

// relayEnv is a setting's environment variable; the repository has two more.
func relayEnv(s relaySetting, getenv func(string) string) string {
	if owner, repo := getenv("GITHUB_OWNER"), getenv("GITHUB_REPO"); s.name == "repository" && owner != "" && repo != "" {
		return owner + "/" + repo
	}
	return strings.TrimSpace(getenv(s.env))
}

// check returns the mistakes in how the settings combine.
func (c relayConfig) check() []error {
	var mistakes []error
	add := func(wrong bool, text string) {
		if wrong {
			mistakes = append(mistakes, errors.New(text))
		}
	}
	receives, dispatches := !c.lambda || c.queueURL != "", !c.lambda || c.queueURL == ""
	add(receives && !c.insecure && c.sentrySecret == "" && c.slackSecret == "" && c.token == "",
		"no secret is set, so no request would be accepted: set sentry-client-secret, slack-signing-secret or relay-token")
	add(c.queueURL != "" && !c.lambda, "queue-url is only for AWS Lambda: leave it out")
	_, _, err := net.SplitHostPort(c.listen)
	add(err != nil, fmt.Sprintf("the address %q to listen at is not HOST:PORT: check listen or PORT", c.listen))
	_, _, err = net.SplitHostPort(c.metricsListen)
	add(err != nil && c.metricsListen != "", fmt.Sprintf("metrics-listen %q is not an address: write it as HOST:PORT, such as 127.0.0.1:9090", c.metricsListen))
	add(c.insecure && (c.lambda || !onLoopback(c.listen)), fmt.Sprintf("--insecure lets anyone in, and %s is not a loopback address: listen at 127.0.0.1, or set a secret", c.listen))
	if !dispatches {
		return mistakes
	}
	app := []bool{c.appID != 0, c.appKey != nil, c.installation != 0}
	add(c.githubToken != "" && slices.Contains(app, true), "github-token and a GitHub App are both set: leave one out")
	add(slices.Contains(app, true) && slices.Contains(app, false), "a GitHub App needs all of github-app-id, github-app-key and github-app-installation")
	add(c.githubToken == "" && !slices.Contains(app, true), "nothing authenticates to GitHub: set github-token, or github-app-id, github-app-key and github-app-installation")
	add(c.owner == "", "no repository is set: set repository to OWNER/REPO")
	return mistakes
}

func onLoopback(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	address, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && address.IsLoopback())
}

func secretOf(field func(*relayConfig) *string) func(*relayConfig, string) error {
	return func(c *relayConfig, text string) error {
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("has white space or other characters that secrets never contain: paste it again")
		}
		*field(c) = text
		return nil
	}
}

func number(field func(*relayConfig) *int64) func(*relayConfig, string) error {
	return func(c *relayConfig, text string) error {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return fmt.Errorf("is %q: use the number on the App's page on GitHub", text)
		}
		*field(c) = n
		return nil
	}
}

func (c *relayConfig) readListen(text string) error { c.listen = text; return nil }

func (c *relayConfig) readMetricsListen(text string) error { c.metricsListen = text; return nil }

// minToken is the shortest token that cannot be guessed, in characters: 16 of
// base64 are 96 bits.
const minToken = 16

func (c *relayConfig) readToken(text string) error {
	if len(text) < minToken {
		return fmt.Errorf("has %d characters: use at least %d random ones, such as those of `openssl rand -hex 32`", len(text), minToken)
	}
	return secretOf(func(c *relayConfig) *string { return &c.token })(c, text)
}

func (c *relayConfig) readCoalesce(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxCoalesce {
		return fmt.Errorf("is %q: write a duration such as 10s, from 0s to 10m", text)
	}
	c.coalesce = d
	return nil
}

func (c *relayConfig) readRepository(text string) error {
	owner, repo, ok := strings.Cut(text, "/")
	if !ok || owner == "" || repo == "" || strings.Contains(repo, "/") {
		return fmt.Errorf("is %q: write it as OWNER/REPO", text)
	}
	c.owner, c.repo = owner, repo
	return nil
}

// readAppKey reads the key itself, in which an environment may write line breaks as
// \n, or the path of its file.
func (c *relayConfig) readAppKey(text string) error {
	if strings.HasPrefix(text, "-----BEGIN") {
		c.appKey = []byte(strings.ReplaceAll(text, `\n`, "\n"))
		return nil
	}
	key, err := os.ReadFile(text)
	if err != nil {
		return errors.New("is neither a PEM key nor a readable file")
	}
	c.appKey = key
	return nil
}

func (c *relayConfig) readQueueURL(text string) error {
	if !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") {
		return errors.New("is not an address: use the URL that SQS shows for the queue")
	}
	c.queueURL = text
	return nil
}

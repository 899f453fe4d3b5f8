package config

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Relay holds the parsed and valid settings of the relay. LoadRelay returns one.
type Relay struct {
	Listen, MetricsListen string // HOST:PORT; MetricsListen is empty if metrics are not served
	Insecure              bool   // accept unsigned requests

	SentrySecret, SlackSecret, Token string // each empty if no sender can use it
	Coalesce                         time.Duration

	GitHubToken, Owner, Repo, GitHubAPIURL string
	AppID, AppInstallation                 int64  // ids of a GitHub App that replaces the token, with AppKey; 0 for none
	AppKey                                 []byte // PEM

	Lambda   bool   // whether AWS Lambda runs the relay
	QueueURL string // SQS queue that the function sends events to; empty if it dispatches them
}

// RelaySettings lists every setting of the relay, which does not read the settings file.
var RelaySettings = relaySettings(new(Relay), nil)

func relaySettings(c *Relay, readFile func(string) ([]byte, error)) []Setting {
	settings := []Setting{
		{Name: "listen", Env: "ERRMON_LISTEN", read: into(&c.Listen, text(256)),
			Help: "address to listen on; by default :$PORT if PORT is set, else 127.0.0.1:8080"},
		{Name: "metrics-listen", Env: "ERRMON_METRICS_LISTEN", read: into(&c.MetricsListen, text(256)),
			Help: "address to serve /metrics on, such as 127.0.0.1:9090; off by default"},
		{Name: "sentry-client-secret", Env: "SENTRY_CLIENT_SECRET", Secret: true, read: into(&c.SentrySecret, secret),
			Help: "client secret of the Sentry integration that signs the webhooks"},
		{Name: "slack-signing-secret", Env: "SLACK_SIGNING_SECRET", Secret: true, read: into(&c.SlackSecret, secret),
			Help: "signing secret of the Slack app"},
		{Name: "relay-token", Env: "ERRMON_RELAY_TOKEN", Secret: true, read: into(&c.Token, relayToken),
			Help: "bearer token for /trigger-scan and for senders that cannot sign, at least 16 characters"},
		{Name: "coalesce", Env: "ERRMON_COALESCE", Default: "10s", read: into(&c.Coalesce, duration("0", "10m")),
			Help: "how long an event waits to share a dispatch with others, at most 10m"},
		{Name: "github-token", Env: "GITHUB_TOKEN", Secret: true, read: into(&c.GitHubToken, secret),
			Help: "fine-grained GitHub token with Contents: Read and write"},
		{Name: "repository", Env: "GITHUB_OWNER/GITHUB_REPO GITHUB_REPOSITORY", read: repository(&c.Owner, &c.Repo),
			Help: "repository to dispatch to, as OWNER/REPO"},
		{Name: "github-app-id", Env: "GITHUB_APP_ID", read: into(&c.AppID, appNumber),
			Help: "id of a GitHub App, instead of a token"},
		{Name: "github-app-key", Env: "GITHUB_APP_KEY", Secret: true, read: into(&c.AppKey, appKey(readFile)),
			Help: "private key of the App, as PEM text or the path of its file"},
		{Name: "github-app-installation", Env: "GITHUB_APP_INSTALLATION", read: into(&c.AppInstallation, appNumber),
			Help: "id of the App's installation"},
		{Name: "queue-url", Env: "ERRMON_QUEUE_URL", read: into(&c.QueueURL, address),
			Help: "on AWS Lambda, the SQS queue to put events into; without it, the function dispatches the events of its queue"},
		{Name: "insecure", Switch: true, read: into(&c.Insecure, yesOrNo), Help: "accept unsigned requests, on loopback only"},
	}
	for i, s := range settings {
		if s.Env != "" {
			settings[i].Help += " ($" + strings.NewReplacer(" ", ", $", "/", " with $").Replace(s.Env) + ")"
		}
	}
	return settings
}

// LoadRelay reads every setting of the relay. Like Load, it reports all mistakes at once.
func LoadRelay(in Input) (Relay, error) {
	env, err := readEnvironment(in)
	c := Relay{Listen: "127.0.0.1:8080", Lambda: env.lookup("AWS_LAMBDA_RUNTIME_API").text != ""}
	c.GitHubAPIURL = first(env.lookup("GITHUB_API_URL"), value{text: defaultAPIURL}).text
	if port := env.lookup("PORT").text; port != "" {
		c.Listen = ":" + port
	}
	mistakes := []error{err}
	for _, s := range relaySettings(&c, in.ReadFile) {
		mistakes = append(mistakes, s.set(first(env.candidates(s)...)))
	}
	return c, errors.Join(errors.Join(mistakes...), c.check())
}

func (c Relay) check() error {
	receives, dispatches := !c.Lambda || c.QueueURL != "", !c.Lambda || c.QueueURL == ""
	_, _, listenErr := net.SplitHostPort(c.Listen)
	_, _, metricsErr := net.SplitHostPort(c.MetricsListen)
	app := []bool{c.AppID != 0, c.AppKey != nil, c.AppInstallation != 0}
	anyApp, notAll := slices.Contains(app, true), slices.Contains(app, false)
	return errors.Join(
		mistake(receives && !c.Insecure && c.SentrySecret == "" && c.SlackSecret == "" && c.Token == "",
			"no secret is set, so no request would be accepted", "set sentry-client-secret, slack-signing-secret or relay-token"),
		mistake(c.QueueURL != "" && !c.Lambda, "queue-url is only for AWS Lambda", "remove it"),
		mistake(listenErr != nil, fmt.Sprintf("the address %q to listen on is not HOST:PORT", c.Listen), "check listen or PORT"),
		mistake(metricsErr != nil && c.MetricsListen != "",
			fmt.Sprintf("metrics-listen %q is not an address", c.MetricsListen), "write it as HOST:PORT, such as 127.0.0.1:9090"),
		mistake(c.Insecure && (c.Lambda || !c.OnLoopback()),
			fmt.Sprintf("--insecure lets anyone in, and %s is not a loopback address", c.Listen), "listen on 127.0.0.1, or set a secret"),
		mistake(dispatches && c.GitHubToken != "" && anyApp, "github-token and a GitHub App are both set", "leave one out"),
		mistake(dispatches && anyApp && notAll,
			"a GitHub App needs all of github-app-id, github-app-key and github-app-installation", "set the missing ones"),
		mistake(dispatches && c.GitHubToken == "" && !anyApp,
			"nothing authenticates to GitHub", "set github-token, or github-app-id, github-app-key and github-app-installation"),
		mistake(dispatches && c.Owner == "", "no repository is set", "set repository to OWNER/REPO"))
}

// OnLoopback reports whether only this machine can reach the relay.
func (c Relay) OnLoopback() bool {
	host, _, _ := net.SplitHostPort(c.Listen)
	return loopback(host)
}

// relayToken parses a token of at least 16 characters: in base64 that is 96 bits, too many to guess.
func relayToken(s string) (string, error) {
	if len(s) < 16 {
		return "", fmt.Errorf("has %d characters: use at least 16 random ones, such as from `openssl rand -hex 32`", len(s))
	}
	return secret(s)
}

var appNumber = must(func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }, func(n int64) bool { return n > 0 },
	errors.New("must be the number shown on the App's GitHub page"))

// appKey parses the key itself, where \n may stand for a line break, or reads the file at that path.
func appKey(readFile func(string) ([]byte, error)) func(string) ([]byte, error) {
	return func(s string) ([]byte, error) {
		if strings.HasPrefix(s, "-----BEGIN") {
			return []byte(strings.ReplaceAll(s, `\n`, "\n")), nil
		}
		key, err := readFile(s)
		if err != nil {
			return nil, errors.New("is neither a PEM key nor a readable file")
		}
		return key, nil
	}
}

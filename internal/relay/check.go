package relay

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
)

// Checkup describes the relay to test. If a secret is set, Check tests whether the relay has the same one.
type Checkup struct {
	URL          string // such as https://relay.example.com
	SentrySecret string // client secret of the integration; may be empty
	SlackSecret  string // signing secret of the app; may be empty
	Now          time.Time

	lost error // why a request got no answer; nil if all did
}

// Check tests a relay's address, its way to GitHub and its routes, with requests that it does not pass on.
func Check(ctx context.Context, c Checkup) []finding.Finding {
	const about = "relay"
	status := c.ask(ctx, http.MethodGet, "/healthz", nil, "")
	if c.lost == nil && status != http.StatusOK {
		return []finding.Finding{finding.Fail(about, fmt.Sprintf("%s answers %d to /healthz", c.URL, status),
			"check relay-url and the proxy in front of the relay")}
	}
	ready := finding.Good(about, "ready, and can reach GitHub")
	if status = c.ask(ctx, http.MethodGet, "/readyz?deep=1", nil, ""); status != http.StatusOK {
		ready = finding.Fail(about, fmt.Sprintf("runs, but is not ready (%d)", status),
			"look for GitHub's answer in its log: its GITHUB_TOKEN needs Contents: Read and write")
	} else if strings.HasPrefix(c.URL, "http://") && !strings.Contains(c.URL, "//127.0.0.1") && !strings.Contains(c.URL, "//localhost") {
		ready = finding.Warn(about, "ready, but at an address without TLS",
			"put a proxy with TLS in front of it, and use https:// in relay-url")
	}
	trigger := finding.Good("relay /trigger-scan", "configured")
	if status = c.ask(ctx, http.MethodGet, "/trigger-scan", nil, ""); status != http.StatusMethodNotAllowed {
		trigger = finding.Warn(trigger.About, fmt.Sprintf("not configured (%d)", status),
			"set ERRMON_RELAY_TOKEN for the relay, or start scans by schedule and `gh workflow run`")
	}
	const installed = `{"action":"created","data":{"installation":{"status":"installed"}}}` // the relay skips it
	const verification = `{"type":"url_verification","challenge":"errmon-doctor"}`          // the relay answers the challenge
	at := strconv.FormatInt(c.Now.Unix(), 10)
	found := []finding.Finding{
		ready,
		c.checkWebhook(ctx, "/webhook/sentry", "SENTRY_CLIENT_SECRET", c.SentrySecret, installed,
			http.Header{sentry.SignatureHeader: {hexHMAC(c.SentrySecret, installed)}}),
		c.checkWebhook(ctx, "/webhook/slack", "SLACK_SIGNING_SECRET", c.SlackSecret, verification,
			http.Header{slack.TimestampHeader: {at}, slack.SignatureHeader: {"v0=" + hexHMAC(c.SlackSecret, "v0:"+at+":"+verification)}}),
		trigger,
	}
	if c.lost != nil { // the other findings would blame the relay
		found = []finding.Finding{finding.Fail(about, fmt.Sprintf("cannot reach %s (%v)", c.URL, c.lost),
			"check relay-url, the certificate and the firewall, and that the relay runs")}
	}
	return found
}

// checkWebhook posts an empty unsigned body, which must be refused, and, given the secret, a signed body.
func (c *Checkup) checkWebhook(ctx context.Context, route, variable, secret, body string, signed http.Header) finding.Finding {
	about := "relay " + route
	status := c.ask(ctx, http.MethodPost, route, nil, "")
	switch {
	case status == http.StatusNotFound:
		return finding.Warn(about, "not configured (404): webhooks sent there are lost",
			"set "+variable+" for the relay, or ignore this if you send nothing there")
	case status == http.StatusBadRequest:
		return finding.Fail(about, "accepts requests without a signature", "set "+variable+" for the relay, and start it without --insecure")
	case status != http.StatusUnauthorized:
		return finding.Fail(about, fmt.Sprintf("answers %d to a request without a signature", status),
			"check the proxy in front of the relay")
	case secret == "":
		return finding.Good(about, "refuses unsigned requests")
	}
	if status = c.ask(ctx, http.MethodPost, route, signed, body); status != http.StatusOK {
		return finding.Fail(about, fmt.Sprintf("refuses a request signed with the %s known here (%d)", variable, status),
			"copy the secret from the service to the relay again, and restart it: webhooks are not received until then")
	}
	return finding.Good(about, "accepts requests signed with the %s known here, and refuses unsigned ones", variable)
}

func hexHMAC(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// ask returns the status of the answer; 0 if there is none. After that it sends no more: each may take 15 s.
func (c *Checkup) ask(ctx context.Context, method, path string, header http.Header, body string) int {
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, strings.NewReader(body))
	if c.lost = cmp.Or(c.lost, err); c.lost != nil {
		return 0
	}
	maps.Copy(req.Header, header)
	req.Header.Set("User-Agent", "errmon-action")
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client := &http.Client{Timeout: 15 * time.Second, CheckRedirect: noRedirect}
	resp, err := client.Do(req)
	if address, ok := errors.AsType[*url.Error](err); ok {
		c.lost = address.Err
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

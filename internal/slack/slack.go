// Package slack does everything that involves Slack: it posts one message per run about
// the errors that people should look at, verifies and reads the events, commands and
// messages that Slack sends, answers commands, and checks whether posting would work.
//
// Callers escape foreign text for Slack with package safe before it is posted. All text read here is foreign.
//
// It may import clock, count, event, finding, payload and safe.
package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
)

// Config holds the destination: a channel if BotToken is set, otherwise an incoming webhook.
type Config struct {
	WebhookURL string
	BotToken   string
	Channel    string // id or #name
	APIURL     string // empty for slack.com
	Clock      clock.Clock
}

// Client posts to one channel or webhook.
type Client struct {
	cfg  Config
	http *http.Client
	api  *slack.Client // nil with a webhook
}

const timeout = 15 * time.Second

// New returns a client. It makes no network call.
func New(c Config) *Client {
	client := &Client{cfg: c, http: &http.Client{Transport: transport{}, Timeout: timeout, CheckRedirect: noRedirect}}
	if c.BotToken != "" {
		apiURL := strings.TrimRight(cmp.Or(c.APIURL, slack.APIURL), "/") + "/"
		client.api = slack.New(c.BotToken, slack.OptionAPIURL(apiURL), slack.OptionHTTPClient(client.http))
	}
	return client
}

// refusal is an answer other than 200 or 429. slack-go drops its body, where a webhook states the reason.
type refusal struct{ status, reason string }

func (r refusal) Error() string {
	return strings.TrimSuffix("slack server error: "+r.status+", "+r.reason, ", ")
}

type transport struct{}

// RoundTrip implements http.RoundTripper. Its error may be a refusal.
func (transport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusTooManyRequests {
		return resp, err
	}
	defer resp.Body.Close()
	const longest = 8 << 10 // bytes: room for a proxy's error page; a webhook's URL cut in two is not redacted
	body, _ := io.ReadAll(io.LimitReader(resp.Body, longest))
	return nil, refusal{resp.Status, strings.TrimSpace(string(body))}
}

// explain turns Slack's reason into an error with a remedy. It returns nil for nil.
func (c *Client) explain(err error) error {
	input := "slack-webhook-url"
	if c.api != nil {
		input = "slack-bot-token"
	}
	answer, refused := errors.AsType[refusal](err)
	said, _ := errors.AsType[slack.SlackErrorResponse](err)
	address, unreachable := errors.AsType[*url.Error](err)
	switch {
	case err == nil:
		return nil
	case refused:
		err = answer
	case unreachable: // the *url.Error contains the webhook's URL, which is a secret
		return &finding.Mendable{What: "cannot reach Slack", Remedy: "check " + input + " and the network", Cause: address.Err}
	}
	what, remedy := diagnose(cmp.Or(answer.reason, said.Err), input)
	return finding.Mend(what+" ("+safe.NewOwn(c.cfg.WebhookURL, c.cfg.BotToken).Quote(err.Error())+")", remedy)
}

func diagnose(reason, input string) (what, remedy string) {
	switch reason {
	case "no_service", "no_service_id", "no_active_hooks", "invalid_token":
		return "the webhook was revoked", "add a new incoming webhook to the Slack app, and store its address in slack-webhook-url"
	case "no_team", "team_disabled", "account_inactive", "token_revoked":
		return "the Slack app was uninstalled or its workspace is gone", "install the app again, and store the new " + input
	case "invalid_auth", "not_authed", "token_expired", "not_allowed_token_type":
		return "Slack does not accept the token", "copy the Bot User OAuth Token (xoxb-…) of the app into slack-bot-token"
	case "missing_scope":
		return "the bot lacks a scope", "add chat:write under OAuth & Permissions, and install the app again"
	case "channel_not_found":
		return "Slack does not know the channel", "check slack-channel, and invite the bot if the channel is private; " +
			"if the channel was deleted, create a new webhook"
	case "channel_is_archived", "is_archived":
		return "the channel is archived", "unarchive it, or choose another"
	case "not_in_channel":
		return "the bot is not in the channel", "invite it: /invite @NAME, or add the scope chat:write.public"
	case "action_prohibited", "posting_to_general_channel_denied", "restricted_action":
		return "the workspace does not let the app post there", "ask its administrators, or choose another channel"
	}
	return "Slack refused the request", "check " + input + " against examples/slack.md"
}

// Kind is the reason to post an error or, in an Answer, what was done about it.
type Kind string

// The reasons, in their order in a message.
const (
	FirstSeen Kind = "new"
	Regressed Kind = "regressed"
	Escalated Kind = "escalated"
	Surged    Kind = "surging" // a muted error that became much more frequent
)

// Error is one error in a message or an Answer.
type Error struct {
	Kind   Kind
	Title  safe.Text // escaped for Slack, like Place
	Place  safe.Text // empty if unknown
	Events int64
	Number int    // issue number
	URL    string // issue URL, from GitHub itself
}

const (
	maxHeader   = 150 // characters in a header, from Slack's Block Kit reference
	maxShown    = 20  // errors in one message; a run may file 500
	maxRefusals = 3   // retries of a message after the rate limit refused it
)

// Post posts the errors in one message, or nothing if there are none. If Slack answers 429, it waits as asked
// and tries again. It retries nothing else: if only the answer was lost, a retry would post twice.
func (c *Client) Post(ctx context.Context, repository string, found []Error) (err error) {
	if len(found) == 0 {
		return nil
	}
	text, blocks := Message(repository, found)
	for refusals := 0; ; refusals++ {
		if c.api == nil {
			err = slack.PostWebhookCustomHTTPContext(ctx, c.cfg.WebhookURL, c.http,
				&slack.WebhookMessage{Text: text, Blocks: &slack.Blocks{BlockSet: blocks}, UnfurlLinks: new(false)})
		} else {
			_, _, err = c.api.PostMessageContext(ctx, c.cfg.Channel,
				slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...), slack.MsgOptionDisableLinkUnfurl())
		}
		limited, ok := errors.AsType[*slack.RateLimitedError](err)
		switch {
		case !ok:
			return c.explain(err)
		case refusals == maxRefusals || !clock.Fits(ctx, c.cfg.Clock.Now().Add(limited.RetryAfter)):
			what, remedy := "Slack's rate limit refuses messages", "run less often, or use a separate channel"
			return &finding.Mendable{What: what, Remedy: remedy, Cause: err}
		}
		if err := c.cfg.Clock.Sleep(ctx, limited.RetryAfter); err != nil {
			return err
		}
	}
}

// Message returns the text for notifications and the blocks: a header, then a section for each of the first
// maxShown errors, then a link to the others.
func Message(repository string, found []Error) (text string, blocks []slack.Block) {
	var counts []string
	for _, kind := range []Kind{FirstSeen, Regressed, Escalated, Surged} {
		n := 0
		for _, e := range found {
			if e.Kind != kind {
				continue
			}
			if n++; len(blocks) < maxShown {
				blocks = append(blocks, slack.NewSectionBlock(mrkdwn(e.section()), nil, nil))
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	text = fmt.Sprintf("%s: %s errors", repository, strings.Join(counts, ", "))
	if len(found) == 1 {
		text = strings.TrimSuffix(text, "s")
	}
	if runes := []rune(text); len(runes) > maxHeader {
		text = string(runes[:maxHeader-1]) + "…"
	}
	if more := len(found) - len(blocks); more > 0 {
		list, _ := path.Split(found[0].URL)
		note := fmt.Sprintf("and %d more: %s", more, link(strings.TrimSuffix(list, "/"), "all issues"))
		blocks = append(blocks, slack.NewContextBlock("", mrkdwn(note)))
	}
	header := slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, text, false, false))
	return text, slices.Insert(blocks, 0, slack.Block(header))
}

func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, false)
}

func (e Error) section() string {
	kind := strings.ToUpper(string(e.Kind[:1])) + string(e.Kind[1:])
	section := fmt.Sprintf("*%s* %s %s\n%s", kind, e.issue(), e.Title, count.Of(e.Events, "event"))
	if place := e.Place.String(); place != "" {
		section += " · at " + place
	}
	return section
}

func (e Error) issue() string { return link(e.URL, fmt.Sprintf("#%d", e.Number)) }

// link returns only the label if the address cannot be used in mrkdwn.
func link(address, label string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.String(), "<>|&") {
		return label
	}
	return "<" + u.String() + "|" + label + ">"
}

// Answer is the answer to a slash command. Only the person who typed the command sees it.
type Answer struct {
	Text string  // errmon's own text
	Done []Error // the issues written; Kind is what was done
}

// SendAnswer posts an answer to a command's response_url, which accepts it for 30 minutes. The URL comes from
// a payload, so it must be on one of Slack's hosts or, unless apiURL is empty, on the same host as apiURL.
func SendAnswer(ctx context.Context, responseURL, apiURL string, a Answer) error {
	hosts := []string{"https://hooks.slack.com", "https://hooks.slack-gov.com"}
	to, err := url.Parse(responseURL)
	api, apiErr := url.Parse(apiURL)
	if err != nil || to.User != nil || !slices.Contains(hosts, to.Scheme+"://"+to.Host) &&
		(apiErr != nil || api.Host == "" || to.Scheme != api.Scheme || to.Host != api.Host) {
		return errors.New("the command's response_url is not at Slack: nothing was sent there")
	}
	lines := []string{a.Text}
	for _, d := range a.Done[:min(len(a.Done), maxShown)] {
		lines = append(lines, fmt.Sprintf("• %s %s %s, %s", d.Kind, d.issue(), d.Title, count.Of(d.Events, "event")))
	}
	if more := len(a.Done) - maxShown; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	client := &http.Client{Timeout: timeout, CheckRedirect: noRedirect}
	err = slack.PostWebhookCustomHTTPContext(ctx, responseURL, client,
		&slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, Text: strings.Join(lines, "\n")})
	if address, ok := errors.AsType[*url.Error](err); ok { // the *url.Error contains the URL, which lets anybody answer
		err = address.Err
	}
	if err != nil {
		return fmt.Errorf("answer the Slack command: %w", err)
	}
	return nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

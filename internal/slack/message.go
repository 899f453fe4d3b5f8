package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/safe"
)

// Kind is why an error is worth a message, or what was done about it.
type Kind string

// The kinds, in their order in a message.
const (
	FirstSeen Kind = "new"
	Regressed Kind = "regressed"
	Escalated Kind = "escalated"
	Surged    Kind = "surging" // a muted one
)

// Error is one error that people should look at.
type Error struct {
	Kind   Kind
	Title  safe.Text // made by safe for Slack, as is Place
	Place  safe.Text // empty if none is known
	Events int64
	Number int    // of the issue
	URL    string // of the issue, from GitHub itself
}

// maxHeader is the number of characters that Slack accepts in a header, from its Block
// Kit reference.
const maxHeader = 150

// maxShown is the number of errors in one message. A run may file 500.
const maxShown = 20

// Post posts the errors in one message. It posts nothing if there are none.
func (c *Client) Post(ctx context.Context, repository string, found []Error) error {
	if len(found) == 0 {
		return nil
	}
	text, blocks := Message(repository, found)
	return c.obeying(ctx, func(ctx context.Context) (err error) {
		if c.api == nil {
			return slack.PostWebhookCustomHTTPContext(ctx, c.cfg.WebhookURL, c.http,
				&slack.WebhookMessage{Text: text, Blocks: &slack.Blocks{BlockSet: blocks}, UnfurlLinks: new(false)})
		}
		_, _, err = c.api.PostMessageContext(ctx, c.cfg.Channel,
			slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...), slack.MsgOptionDisableLinkUnfurl())
		return err
	})
}

// Message returns the text of notifications, such as "acme/shop: 2 new, 1 regressed
// errors", and the blocks: the same text as a header, a section for each error, and how
// many more there are.
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

// link returns only the label if the address cannot be written in mrkdwn.
func link(address, label string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.String(), "<>|&") {
		return label
	}
	return "<" + u.String() + "|" + label + ">"
}

// Answer is the answer to a slash command, seen only by whoever typed it.
type Answer struct {
	Text string  // errmon's own words
	Done []Error // the issues written, each with what was done as its Kind
}

// answerHosts receive answers: Slack's own, and GovSlack's.
var answerHosts = []string{"https://hooks.slack.com", "https://hooks.slack-gov.com"}

var errForeign = errors.New("the command's response_url is not at Slack: nothing was sent there")

// SendAnswer posts an answer to a command's response_url, which Slack accepts for 30
// minutes. The address comes from a payload: it is used only if it is one of Slack's, or
// on the server that apiURL names, which may be empty.
func SendAnswer(ctx context.Context, responseURL, apiURL string, a Answer) error {
	to, err := url.Parse(responseURL)
	api, apiErr := url.Parse(apiURL)
	if err != nil || to.User != nil || !slices.Contains(answerHosts, to.Scheme+"://"+to.Host) &&
		(apiErr != nil || api.Host == "" || to.Scheme != api.Scheme || to.Host != api.Host) {
		return errForeign
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
	if address, ok := errors.AsType[*url.Error](err); ok { // its text contains the address, which lets anybody answer
		err = address.Err
	}
	if err != nil {
		return fmt.Errorf("answer the Slack command: %w", err)
	}
	return nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

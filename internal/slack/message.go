package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/org/errmon-action/internal/safe"
)

// Kind is why an error is worth a message.
type Kind string

// The kinds, in their order in a message.
const (
	FirstSeen Kind = "new"
	Regressed Kind = "regressed"
	Escalated Kind = "escalated"
	Surged    Kind = "surging" // a muted one
)

var kinds = []Kind{FirstSeen, Regressed, Escalated, Surged}

// Error is one error that people should look at.
type Error struct {
	Kind   Kind
	Title  safe.Text // made by safe for Slack, as is Place
	Place  safe.Text // empty where none is known
	Events int64
	Number int    // of the issue
	URL    string // of the issue, from GitHub itself
}

// Slack's limits on a message: blocks, characters of a section's text and of a
// header, from its Block Kit reference.
const (
	maxBlocks  = 50
	maxSection = 3000
	maxHeader  = 150
)

// maxShown is how many errors one message shows. A run may file 500.
const maxShown = 20

// Post posts the errors in one message. It posts nothing if there are none.
func (c *Client) Post(ctx context.Context, repository string, found []Error) error {
	if len(found) == 0 {
		return nil
	}
	text, blocks := Message(repository, found)
	return c.obeying(ctx, func(ctx context.Context) error { return c.send(ctx, text, blocks) })
}

func (c *Client) send(ctx context.Context, text string, blocks []slack.Block) error {
	if c.api != nil {
		_, _, err := c.api.PostMessageContext(ctx, c.cfg.Channel,
			slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...), slack.MsgOptionDisableLinkUnfurl())
		return err
	}
	unfurl := false
	return slack.PostWebhookCustomHTTPContext(ctx, c.cfg.WebhookURL, c.http,
		&slack.WebhookMessage{Text: text, Blocks: &slack.Blocks{BlockSet: blocks}, UnfurlLinks: &unfurl})
}

// Message returns what notifications show, and the blocks: a header with the
// numbers, a section for each error, and how many more there are.
func Message(repository string, found []Error) (text string, blocks []slack.Block) {
	text = cut(headline(repository, found), maxHeader)
	blocks = []slack.Block{slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, text, false, false))}
	shown := 0
	for _, kind := range kinds {
		for _, e := range found {
			if e.Kind == kind && shown < maxShown {
				blocks = append(blocks, slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, e.section(), false, false), nil, nil))
				shown++
			}
		}
	}
	if more := len(found) - shown; more > 0 {
		note := slack.NewTextBlockObject(slack.MarkdownType, fmt.Sprintf("and %d more: %s", more, link(list(found[0].URL), "all issues")), false, false)
		blocks = append(blocks, slack.NewContextBlock("", note))
	}
	return text, blocks
}

// headline counts: "acme/shop: 2 new, 1 regressed errors".
func headline(repository string, found []Error) string {
	counts := map[Kind]int{}
	for _, e := range found {
		counts[e.Kind]++
	}
	var parts []string
	for _, kind := range kinds {
		if counts[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind], kind))
		}
	}
	noun := "errors"
	if len(found) == 1 {
		noun = "error"
	}
	return fmt.Sprintf("%s: %s %s", repository, strings.Join(parts, ", "), noun)
}

func (e Error) section() string {
	lines := fmt.Sprintf("*%s* %s %s\n%s", capital(string(e.Kind)), link(e.URL, "#"+strconv.Itoa(e.Number)), e.Title, events(e.Events))
	if place := e.Place.String(); place != "" {
		lines += " · at " + place
	}
	return lines
}

func events(n int64) string {
	if n == 1 {
		return "1 event"
	}
	return strconv.FormatInt(n, 10) + " events"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// link is label where the address cannot stand in mrkdwn.
func link(address, label string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.String(), "<>|&") {
		return label
	}
	return "<" + u.String() + "|" + label + ">"
}

// list is the address of all issues, made from that of one.
func list(issue string) string { return issue[:max(0, strings.LastIndex(issue, "/"))] }

func cut(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}

// Answer is what a slash command is answered with, seen only by who typed it.
type Answer struct {
	Text string // errmon's own words
	Done []Done
}

// Done is one issue in the answer.
type Done struct {
	What   string    // what was done, in errmon's own words
	Title  safe.Text // made by safe for Slack
	Events int64
	Number int    // of the issue
	URL    string // of the issue, from GitHub itself
}

// answerHosts are where Slack takes answers: its own, and GovSlack's.
var answerHosts = []string{"https://hooks.slack.com", "https://hooks.slack-gov.com"}

var errForeign = errors.New("the command's response_url is not of Slack: nothing was sent there")

// SendAnswer posts an answer to a command's response_url, which Slack takes for
// 30 minutes. The address comes from a payload: it is used only where it is one of
// Slack's, or of the server that apiURL names, which may be empty.
func SendAnswer(ctx context.Context, responseURL, apiURL string, a Answer) error {
	to, err := url.Parse(responseURL)
	if err != nil || to.User != nil || !isSlack(to, apiURL) {
		return errForeign
	}
	client := &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	err = slack.PostWebhookCustomHTTPContext(ctx, responseURL, client, &slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, Text: a.text()})
	var address *url.Error
	if errors.As(err, &address) { // whose text holds the address, which lets anybody answer
		err = address.Err
	}
	if err != nil {
		return fmt.Errorf("answer the Slack command: %w", err)
	}
	return nil
}

// isSlack reports whether an address is of a host that may be answered.
func isSlack(to *url.URL, apiURL string) bool {
	host := to.Scheme + "://" + to.Host
	api, err := url.Parse(apiURL)
	return slices.Contains(answerHosts, host) || err == nil && api.Host != "" && host == api.Scheme+"://"+api.Host
}

func (a Answer) text() string {
	lines := []string{a.Text}
	for _, d := range a.Done[:min(len(a.Done), maxShown)] {
		lines = append(lines, fmt.Sprintf("• %s %s %s, %s", d.What, link(d.URL, fmt.Sprintf("#%d", d.Number)), d.Title, events(d.Events)))
	}
	if more := len(a.Done) - maxShown; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

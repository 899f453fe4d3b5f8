package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"github.com/org/errmon-action/internal/safe"
)

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
	for _, known := range answerHosts {
		if host == known {
			return true
		}
	}
	api, err := url.Parse(apiURL)
	return err == nil && api.Host != "" && host == api.Scheme+"://"+api.Host
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

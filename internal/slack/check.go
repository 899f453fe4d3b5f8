package slack

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/org/errmon-action/internal/finding"
)

// Check reports whether a message would arrive. It posts nothing.
func (c *Client) Check(ctx context.Context) []finding.Finding {
	if c.api == nil {
		return []finding.Finding{c.checkWebhook(ctx)}
	}
	const about = "Slack bot"
	who, err := c.api.AuthTestContext(ctx)
	if err != nil {
		return []finding.Finding{finding.Of(about, c.explain(err))}
	}
	// Slack lists the token's scopes in a header of every answer.
	scopes := strings.FieldsFunc(who.Header.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(scopes) > 0 && !slices.Contains(scopes, "chat:write") {
		return []finding.Finding{finding.Of(about, c.explain(slack.SlackErrorResponse{Err: "missing_scope"}))}
	}
	found := finding.Good("Slack channel "+c.cfg.Channel, "exists, and the bot is in it")
	channel, err := c.find(ctx)
	refusal, _ := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case refusal.Err == "missing_scope": // posting does not need this scope
		found = finding.Warn(found.About, "cannot be looked up",
			"add the scope channels:read (groups:read for a private channel), or ignore this if it is right")
	case err != nil:
		found = finding.Of(found.About, c.explain(err))
	case channel.IsArchived:
		found = finding.Of(found.About, c.explain(slack.SlackErrorResponse{Err: "is_archived"}))
	case !channel.IsMember:
		what, remedy := diagnose("not_in_channel", "")
		found = finding.Warn(found.About, what, remedy)
	}
	return []finding.Finding{finding.Good(about, "%s in %s may write", who.User, who.Team), found}
}

// checkWebhook sends an empty message, which Slack refuses (400 no_text) after checking the webhook.
func (c *Client) checkWebhook(ctx context.Context) finding.Finding {
	const about = "Slack webhook"
	// Workflow Builder's triggers accept even an empty message.
	u, err := url.Parse(c.cfg.WebhookURL)
	if err == nil && (strings.HasPrefix(u.Path, "/triggers/") || strings.HasPrefix(u.Path, "/workflows/")) {
		return finding.Fail(about, "starts a Workflow Builder workflow, which shows no message",
			"add an incoming webhook to a Slack app, and store its address in slack-webhook-url")
	}
	err = slack.PostWebhookCustomHTTPContext(ctx, c.cfg.WebhookURL, c.http, &slack.WebhookMessage{})
	answer, _ := errors.AsType[refusal](err)
	_, limited := errors.AsType[*slack.RateLimitedError](err)
	switch {
	case err == nil:
		return finding.Warn(about, "accepts an empty message, which Slack itself refuses",
			"check that slack-webhook-url is at hooks.slack.com")
	case answer.reason == "no_text", answer.reason == "missing_text_or_fallback_or_attachments":
		return finding.Good(about, "works; nothing was posted")
	case limited:
		return finding.Warn(about, err.Error(), "try again later")
	}
	return finding.Of(about, c.explain(err))
}

// find gets a channel by id, or searches the list for its name. Pages before the last may be empty.
func (c *Client) find(ctx context.Context) (*slack.Channel, error) {
	name := strings.TrimPrefix(c.cfg.Channel, "#")
	if name != strings.ToLower(name) { // an id: channel names have no capital letters
		return c.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: c.cfg.Channel})
	}
	in := &slack.GetConversationsParameters{Limit: 1000} // Slack's maximum
	for range 10 {
		channels, next, err := c.api.GetConversationsContext(ctx, in)
		i := slices.IndexFunc(channels, func(channel slack.Channel) bool { return channel.Name == name })
		switch {
		case err != nil:
			return nil, err
		case i >= 0:
			return &channels[i], nil
		case next == "":
			return nil, slack.SlackErrorResponse{Err: "channel_not_found"}
		}
		in.Cursor = next
	}
	return nil, errors.New("not on the first 10 pages of channels: name it by its id")
}

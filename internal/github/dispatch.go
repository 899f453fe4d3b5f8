package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	gh "github.com/google/go-github/v62/github"
)

// Dispatch sends a repository_dispatch of a type, at most 100 characters, with a
// payload: a JSON object of at most 10 keys and less than 64 KB, or nil for none.
// It is repeated like what is idempotent, since the payload's reader counts each
// id once. The error is ErrRefused for good, ErrBudget or any other for the moment.
func (c *Client) Dispatch(ctx context.Context, eventType string, payload []byte) error {
	options := gh.DispatchRequestOptions{EventType: eventType}
	if payload != nil {
		raw := json.RawMessage(payload)
		options.ClientPayload = &raw
	}
	ctx, call := begin(ctx, kindDispatch)
	_, _, err := c.gh.Repositories.Dispatch(ctx, c.owner, c.repo, options)
	if status(err) == http.StatusUnprocessableEntity { // sent again it would be refused again
		return fmt.Errorf("dispatch %s: %w: %w", eventType, ErrRefused, c.explain(call, err))
	}
	if err != nil {
		return fmt.Errorf("dispatch %s: %w", eventType, c.explain(call, err))
	}
	return nil
}

const kindDispatch = "dispatch"

package cloudwatch

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/event"
)

// ReadPageAfterPage reads as Read did before windows were cut, for comparison.
func (g *Group) ReadPageAfterPage(ctx context.Context, from time.Time, emit func(event.Record)) error {
	r := g.reading(emit)
	_, err := g.eachPage(ctx, g.request(from), func(events []types.FilteredLogEvent) bool {
		r.page(events)
		return true
	})
	return err
}

// Transport replaces the network of a client.
func (c *Client) Transport(t http.RoundTripper) { c.base.HTTPClient = &http.Client{Transport: t} }

package cloudwatch

import (
	"context"
	"net/http"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// ReadPageAfterPage reads a window without cutting it into slices, for comparison.
func (g *Group) ReadPageAfterPage(ctx context.Context, from time.Time, emit func(event.Record)) error {
	r, in := g.reading(emit), g.request(from, "")
	for first := true; first || in.NextToken != nil; first = false {
		events, err := g.page(ctx, in)
		if err != nil {
			return err
		}
		r.page(events)
	}
	return nil
}

// Transport replaces the network of a client.
func (c *Client) Transport(t http.RoundTripper) { c.base.HTTPClient = &http.Client{Transport: t} }

// Name returns the group's name.
func (g *Group) Name() string { return g.name }

package cloudwatch

import (
	"context"
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

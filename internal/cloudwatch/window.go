package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"github.com/org/errmon-action/internal/event"
)

// Limits of a page of GetLogEvents, from its reference.
const (
	pageEvents = 10_000
	pageBytes  = 1 << 20
)

func size(events []types.OutputLogEvent) int {
	n := 0
	for _, e := range events {
		n += len(aws.ToString(e.Message))
	}
	return n
}

// windowError reports whether asking again later may help.
type windowError struct {
	error
	temporary bool
}

func (e windowError) Unwrap() error   { return e.error }
func (e windowError) Temporary() bool { return e.temporary }

// refused reports whether an error is a final refusal, such as a missing permission,
// rather than a failure of the service or the network, or a timeout.
func refused(err error) bool {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		return false
	}
	return slices.Contains([]string{"AccessDeniedException", "AccessDenied", "ResourceNotFoundException",
		"InvalidParameterException", "InvalidOperationException"}, refusal.ErrorCode())
}

// Window returns every record of one stream between two times (the second excluded),
// whether it matches the filter pattern or not, in logged order, and the number of
// requests used: at most maxRequests, beyond which the end is missing. The records
// have no id and no URL, because GetLogEvents returns none. It needs the permission
// logs:GetLogEvents; an error that may pass has a method Temporary that returns true.
// Records that Read read without the pattern need no request; of a group that only
// Logs Insights reads there are none.
func (g *Group) Window(ctx context.Context, stream string, from, to time.Time, maxRequests int) (records []event.Record, requests int, err error) {
	if records, ok := g.kept.window(stream, from, to); ok || g.infrequent.Load() {
		return records, 0, nil
	}
	name, arn := g.ref()
	in := &cloudwatchlogs.GetLogEventsInput{
		LogGroupName: name, LogGroupIdentifier: arn, LogStreamName: &stream,
		StartTime:     aws.Int64(max(0, from.UnixMilli())),
		EndTime:       aws.Int64(max(1, to.UnixMilli())),
		StartFromHead: aws.Bool(true),
	}
	for requests < maxRequests {
		out, err := g.client.region(g.region).GetLogEvents(ctx, in, g.client.retrying(ctx))
		requests++
		if err != nil {
			explained := fmt.Errorf("read the lines around an error in %q (GetLogEvents, permission logs:GetLogEvents): %w", stream, explainRead(ctx, g, err))
			return records, requests, windowError{explained, !refused(err)}
		}
		for _, e := range out.Events {
			records = append(records, event.Record{
				Source: g.Key(), Stream: stream, Time: time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC(),
				Text: aws.ToString(e.Message), Service: g.service(),
			})
		}
		// The service repeats its token at the end of the stream. A page that is
		// far from full is taken for the last, which saves every second request.
		if len(out.Events) < pageEvents/2 && size(out.Events) < pageBytes/2 || aws.ToString(out.NextForwardToken) == aws.ToString(in.NextToken) {
			break
		}
		in.NextToken = out.NextForwardToken
	}
	return records, requests, nil
}

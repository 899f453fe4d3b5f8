package cloudwatch

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

const (
	// attempts at a request that the service answers with throttling or a fault of
	// its own. The waits between them add up to about a minute: the quota is shared
	// with the whole account, so another reader may hold it for a while.
	attempts = 8
	// deafAttempts is for requests that get no answer at all: that is rarely a
	// blip, and mostly a wrong host or no network, which should show soon.
	deafAttempts = 3
)

// pace adds a step that runs before every attempt at a request, retries too: it
// waits until the region's pace allows one more, and counts it. It comes before
// signing, so that the signature is as young as the request.
func (c *Client) pace(limiter *rate.Limiter) func(*middleware.Stack) error {
	turn := make(chan struct{}, 1) // full while a request waits; the others queue
	step := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		out middleware.FinalizeOutput, metadata middleware.Metadata, err error,
	) {
		turn <- struct{}{}
		err = c.wait(ctx, limiter)
		<-turn
		if err != nil {
			return out, metadata, &aws.RequestCanceledError{Err: err}
		}
		c.count(awsmiddleware.GetOperationName(ctx))
		return next.HandleFinalize(ctx, in)
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("errmonPace", step), "Retry", middleware.After)
	}
}

func (c *Client) wait(ctx context.Context, limiter *rate.Limiter) error {
	now := c.cfg.Clock.Now()
	reservation := limiter.ReserveN(now, 1)
	delay := reservation.DelayFrom(now)
	if delay == 0 {
		return nil
	}
	if err := c.cfg.Clock.Sleep(ctx, delay); err != nil {
		reservation.CancelAt(now)
		return err
	}
	return nil
}

// retrying makes the call's retries wait on the client's clock, which the SDK
// itself offers no way to replace: the backoff sleeps before it answers and then
// asks the SDK for no delay. The retryer is made for each call because a
// backoff is not given the call's context, and must end with it.
func (c *Client) retrying(ctx context.Context) func(*cloudwatchlogs.Options) {
	jitter := retry.NewExponentialJitterBackoff(retry.DefaultMaxBackoff)
	backoff := func(attempt int, cause error) (time.Duration, error) {
		if attempt >= deafAttempts && !answered(cause) {
			return 0, cause
		}
		delay, err := jitter.BackoffDelay(attempt, cause)
		if err != nil {
			return 0, err
		}
		return 0, c.cfg.Clock.Sleep(ctx, delay)
	}
	return func(o *cloudwatchlogs.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
			r.MaxAttempts = attempts
			r.Backoff = retry.BackoffDelayerFunc(backoff)
			r.Retryables = append(r.Retryables, retry.IsErrorRetryableFunc(cutShort))
		})
	}
}

func answered(err error) bool {
	var response *awshttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() != 0
}

// cutShort reports whether a good answer was truncated, which the SDK does not retry.
func cutShort(err error) aws.Ternary {
	var broken *smithy.DeserializationError
	return aws.BoolTernary(errors.As(err, &broken))
}

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
)

const (
	// attempts at a request that the service throttles or fails to serve. The waits
	// between them add up to about a minute: the whole account shares the quota, so
	// another reader may hold it for a while.
	attempts = 8
	// deafAttempts at a request that gets no answer at all. The cause is rarely a blip and
	// usually a wrong host or no network, which should show soon.
	deafAttempts = 3
)

// pace adds a step before every attempt at a request, retries included: it waits until
// the region's rate allows one more, and counts it. It comes before signing, so that the
// signature is as young as the request.
func (c *Client) pace() func(*middleware.Stack) error {
	interval := time.Duration(float64(time.Second) / c.cfg.RequestsPerSecond)
	free := make(chan time.Time, 1) // when the next request may be sent; empty while one waits for that
	free <- time.Time{}
	step := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		out middleware.FinalizeOutput, metadata middleware.Metadata, err error,
	) {
		at, now := <-free, c.cfg.Clock.Now()
		if at.After(now) {
			if err := c.cfg.Clock.Sleep(ctx, at.Sub(now)); err != nil {
				free <- at
				return out, metadata, &aws.RequestCanceledError{Err: err}
			}
			now = at
		}
		free <- now.Add(interval)
		c.mu.Lock()
		c.requests[awsmiddleware.GetOperationName(ctx)]++
		c.mu.Unlock()
		return next.HandleFinalize(ctx, in)
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("errmonPace", step), "Retry", middleware.After)
	}
}

// retrying makes a call's retries wait on the client's clock. The SDK has no option for
// that: the backoff sleeps itself, then asks the SDK for no delay. Each call gets its own
// retryer, because a backoff must end with the call's context but is not given it.
func (c *Client) retrying(ctx context.Context) func(*cloudwatchlogs.Options) {
	jitter := retry.NewExponentialJitterBackoff(retry.DefaultMaxBackoff)
	backoff := func(attempt int, cause error) (time.Duration, error) {
		response, answered := errors.AsType[*awshttp.ResponseError](cause)
		if attempt >= deafAttempts && (!answered || response.HTTPStatusCode() == 0) {
			return 0, cause
		}
		delay, err := jitter.BackoffDelay(attempt, cause)
		if err != nil {
			return 0, err
		}
		return 0, c.cfg.Clock.Sleep(ctx, delay)
	}
	truncated := func(err error) aws.Ternary { // a good answer, which the SDK would not ask for again
		_, broken := errors.AsType[*smithy.DeserializationError](err)
		return aws.BoolTernary(broken)
	}
	return func(o *cloudwatchlogs.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
			r.MaxAttempts = attempts
			r.Backoff = retry.BackoffDelayerFunc(backoff)
			r.Retryables = append(r.Retryables, retry.IsErrorRetryableFunc(truncated))
		})
	}
}

//go:build !nolambda

package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/relay"
)

func init() { onLambda = (*session).relayOnLambda }

// relayOnLambda serves one of the two functions, until Lambda ends it.
func (s *session) relayOnLambda(ctx context.Context, cfg config.Relay, c relay.Config, client *github.Client) error {
	if cfg.QueueURL == "" {
		dispatch := relay.Batches(client.Dispatch, c)
		lambda.StartWithOptions(func(ctx context.Context, in events.SQSEvent) (events.SQSEventResponse, error) {
			ctx, cancel := s.untilLambdaEnds(ctx)
			defer cancel()
			return dispatch(ctx, in)
		}, lambda.WithContext(ctx))
		return nil
	}
	aws, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("read the AWS configuration: %w", err)
	}
	receiver := relay.NewReceiver(c, relay.ToSQS(sqs.NewFromConfig(aws), cfg.QueueURL), nil, relay.NewMetrics())
	lambda.StartWithOptions(receiver.FunctionURL, lambda.WithContext(ctx))
	return nil
}

// untilLambdaEnds sets the deadline that the GitHub client obeys to the function's
// time-out, minus the time that an answer takes.
func (s *session) untilLambdaEnds(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return s.Clock.WithTimeout(ctx, time.Until(deadline)-2*time.Second, context.DeadlineExceeded)
}

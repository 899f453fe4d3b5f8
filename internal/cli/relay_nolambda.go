//go:build nolambda

package cli

import (
	"context"
	"errors"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/relay"
)

// relayOnLambda fails: a function is built from source, so the image leaves out what
// only Lambda needs, 450 KB.
func (s *session) relayOnLambda(context.Context, relayConfig, relay.Config, *github.Client) error {
	return usageError{errors.New("this build of errmon does not run on AWS Lambda: build it without the tag nolambda, as examples/relay/README.md shows")}
}

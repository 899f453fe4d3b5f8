// Package relay receives webhooks, which GitHub itself does not accept: it verifies
// the sender and passes errors on as a repository_dispatch.
//
//	request → route → authentic? → inbound.NewEntry → deliver → answer
//	                     as a server: deliver = Queue.Add, and Queue.Run dispatches
//	                     on AWS Lambda: deliver = SQS, and a second function dispatches
//
// An answer never waits for another service. As a server, the relay keeps accepted
// events only in memory, while it coalesces them and while GitHub refuses: a killed
// process loses them. When asked to stop, it dispatches them first and logs the ids
// of those it could not.
//
// Bodies are foreign text: they go to GitHub inside the payload, and never to the
// log.
package relay

import (
	"context"
	"errors"
	"log/slog"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/inbound"
)

// Config holds what authenticates senders.
type Config struct {
	SentrySecret string // client secret of the integration; empty for none
	SlackSecret  string // signing secret of the app; empty for none
	Token        string // bearer token of all other senders; empty for none
	// Insecure accepts every request, signed or not. It is meant for loopback.
	Insecure bool
	Log      *slog.Logger
	Clock    clock.Clock
}

// Delivery is what one request carried.
type Delivery struct {
	Entry inbound.Entry
	Scan  bool // no event: a request for a scan
}

// Deliver takes responsibility for a delivery, so that its sender need not repeat
// it, or returns ErrReplay, ErrFull, ErrStopping or another error.
type Deliver func(context.Context, Delivery) error

// Dispatch sends a repository_dispatch, as github.Client.Dispatch does.
type Dispatch func(ctx context.Context, eventType string, payload []byte) error

// OnLambda runs the relay on AWS Lambda: it fills the SQS queue, or without one dispatches
// what is in it. It is nil in a build with the tag nolambda.
var OnLambda func(ctx context.Context, c Config, queueURL string, dispatch Dispatch) error

// The errors of a Queue, for errors.Is.
var (
	ErrReplay   = errors.New("its id was delivered before")
	ErrFull     = errors.New("the queue is full")
	ErrStopping = errors.New("the relay is stopping")
)

// The types of the dispatches.
const (
	TypeEvents = "errmon"      // the payload holds events
	TypeScan   = "errmon-scan" // there is no payload
)

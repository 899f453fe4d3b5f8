// Package relay is the door for webhooks, which GitHub itself takes none of: it
// checks who sends, and passes on what is an error as a repository_dispatch.
//
//	request → route → authentic? → inbound.NewEntry → deliver → answer
//	                     as a server: deliver = Queue.Add, and Queue.Run dispatches
//	                     on AWS Lambda: deliver = SQS, and a second function dispatches
//
// An answer waits for no other service. As a server the relay keeps what it has
// accepted in memory alone, for the time of coalescing and while GitHub refuses:
// that much is lost when the process is killed; when it is asked to stop, it
// dispatches everything first and tells what it could not.
//
// Bodies are foreign text: they go to GitHub inside the payload, and never to the
// log.
//
// It may import clock, finding, github, inbound, sentry and slack.
package relay

import (
	"context"
	"errors"
	"log/slog"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/inbound"
)

// Config says whom to believe.
type Config struct {
	SentrySecret string // client secret of the integration; empty for none
	SlackSecret  string // signing secret of the app; empty for none
	Token        string // bearer token of all other senders; empty for none
	// Insecure takes every request for authentic. It is meant for loopback.
	Insecure bool
	Log      *slog.Logger
	Clock    clock.Clock
}

// Delivery is what one request brought.
type Delivery struct {
	Entry inbound.Entry
	Scan  bool // no event: the wish for a scan
}

// Deliver takes a delivery over, so that its sender need not keep it, or
// returns ErrReplay, ErrFull, ErrStopping or another error.
type Deliver func(context.Context, Delivery) error

// Dispatch sends a repository_dispatch, as github.Client.Dispatch does.
type Dispatch func(ctx context.Context, eventType string, payload []byte) error

// What a Queue answers, for errors.Is.
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

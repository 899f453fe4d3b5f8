// Command errmon turns production errors into GitHub issues: one issue per error, updated in place.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/org/errmon-action/internal/cli"
	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/terminal"
)

// memory is where the collector starts to run more often, in bytes. Without it, a
// preview of 20,000 distinct errors, which holds 90 MB, grows to 240 MB.
const memory = 150 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
	// GitHub cancels a workflow with SIGINT, then SIGTERM, then kills it 10 s later.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		stop()           // a second signal kills
		os.Stdin.Close() // ends a read that waits for more
	})
	command := cli.Command{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Screen: terminal.Of(os.Stdout, os.Getenv),
		Errors: terminal.Of(os.Stderr, os.Getenv),
		Getenv: os.Getenv,
		Clock:  clock.System(),
	}
	os.Exit(command.Main(ctx, os.Args[1:]))
}

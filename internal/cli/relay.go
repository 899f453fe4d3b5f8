package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/relay"
)

// relayMemory is the memory in bytes near which the garbage collector runs more often, so that a relay stays
// below 150 MB while strangers send large bodies.
const relayMemory = 110 << 20

// relayCommand has its own flags, because the settings of a scan mean nothing to a relay.
func (s *session) relayCommand() *cobra.Command {
	flags := flagsOf(config.RelaySettings)
	cmd := &cobra.Command{
		Use: "relay", Args: cobra.NoArgs,
		Long: `Receives webhooks from Sentry and Slack, verifies who sent them, and passes errors on to GitHub as repository_dispatch.
Each flag has an environment variable, which the flag overrides; pass secrets through the environment or .env.
On AWS Lambda the command serves a function URL or the events of an SQS queue.`,
		Short:   "Receive webhooks from Sentry and Slack, and send them to GitHub as repository_dispatch",
		Example: "  SENTRY_CLIENT_SECRET=… GITHUB_TOKEN=… errmon relay --repository acme/shop",
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.relay(cmd.Context(), flags) },
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().AddFlagSet(flags)
	return cmd
}

func (s *session) relay(ctx context.Context, flags *pflag.FlagSet) error {
	in := s.input()
	in.Flags = given(flags)
	cfg, err := config.LoadRelay(in)
	client, clientErr := s.relayGitHub(cfg)
	if err := usage(err, clientErr); err != nil {
		return err
	}
	front := relay.Config{
		SentrySecret: cfg.SentrySecret, SlackSecret: cfg.SlackSecret, Token: cfg.Token, Insecure: cfg.Insecure,
		Log: slog.New(slog.NewJSONHandler(s.Stderr, &slog.HandlerOptions{ReplaceAttr: s.redactError})), Clock: s.Clock,
	}
	switch {
	case cfg.Lambda && relay.OnLambda == nil:
		return usageError{errors.New("this build does not run on AWS Lambda: build errmon as examples/relay/README.md shows")}
	case cfg.Lambda:
		return relay.OnLambda(ctx, front, cfg.QueueURL, client.Dispatch)
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", cfg.Listen, err)
	}
	metrics := relay.NewMetrics()
	if cfg.MetricsListen != "" {
		if err := relay.ServeMetrics(cfg.MetricsListen, metrics, front.Log); err != nil {
			return err
		}
	}
	if !cfg.OnLoopback() {
		front.Log.Warn("the relay listens beyond loopback without TLS: put a proxy with TLS in front of it")
	}
	if cfg.Insecure {
		front.Log.Warn("the relay accepts unsigned requests, because of --insecure")
	}
	if s.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(relayMemory)
	}
	s.endsBySignal = true
	front.Log.Info("listening", "address", listener.Addr().String(), "repository", cfg.Owner+"/"+cfg.Repo, "coalesce", cfg.Coalesce.String())
	queue := relay.NewQueue(cfg.Coalesce, client.Dispatch, front, metrics)
	ready := relay.Readiness(queue, func(ctx context.Context) error {
		_, err := client.Repository(ctx)
		return err
	})
	return relay.Serve(ctx, listener, relay.NewReceiver(front, queue.Add, ready, metrics), queue)
}

// redactError redacts errors in the relay's log, since they may quote a service's answer.
func (s *session) redactError(_ []string, a slog.Attr) slog.Attr {
	if err, ok := a.Value.Any().(error); ok {
		a.Value = slog.StringValue(s.redactor.Command(err.Error()).String())
	}
	return a
}

// relayGitHub returns the client for dispatches, or nil without a repository. LoadRelay reports one missing.
func (s *session) relayGitHub(cfg config.Relay) (*github.Client, error) {
	if cfg.Owner == "" {
		return nil, nil
	}
	c := github.Config{
		Token: cfg.GitHubToken, BaseURL: cfg.GitHubAPIURL, Owner: cfg.Owner, Repo: cfg.Repo, Clock: s.Clock,
		WriteInterval: time.Second, // GitHub asks for a second between writes
	}
	if cfg.AppKey != nil && cfg.AppID != 0 && cfg.AppInstallation != 0 {
		var err error
		if c.TokenSource, err = github.AppToken(cfg.GitHubAPIURL, cfg.AppID, cfg.AppInstallation, cfg.AppKey); err != nil {
			return nil, err
		}
	}
	return github.New(c)
}

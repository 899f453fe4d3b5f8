// Package cli is the entry point: it turns flags, inputs and environment into a Config, the Config into
// clients, and the result of a command into output and an exit code. Other packages decide about issues.
//
// Exit codes: 0 done; 1 something failed, and the rest was done if possible; 2 a mistake in the arguments or
// settings: no source was read and no issue written; 130 stopped by a signal (0 for a relay).
//
// It may import every room that it wires together.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sethvargo/go-githubactions"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/terminal"
)

const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// Command is one invocation of errmon.
type Command struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Screen terminal.Screen // the terminal of Stdout
	Errors terminal.Screen // the terminal of Stderr
	Getenv func(string) string
	Clock  clock.Clock
}

// usageError is a mistake in the arguments or settings. Its exit code is exitUsage.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// usage joins errors into a usageError, or returns nil if there are none.
func usage(errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}
	return nil
}

var errReported = errors.New("reported")

type session struct {
	Command
	flags    *pflag.FlagSet
	redactor *safe.Redactor
	actions  *githubactions.Action // nil outside Actions

	mistakes error          // joined mistakes in the configuration; nil for none
	file     []byte         // settings file of the repository, fetched if the workspace has none; or nil
	reader   *github.Client // client that fetched file, or tried to; nil if that was not needed

	started      bool // arguments and flags are valid
	endsBySignal bool // the command normally ends by a signal
}

// Main runs errmon with the arguments after its name, and returns the exit code. It stops early if ctx ends.
func (c Command) Main(ctx context.Context, args []string) int {
	s := &session{Command: c}
	if c.Getenv("GITHUB_ACTIONS") == "true" {
		s.actions = githubactions.New(githubactions.WithWriter(c.Stdout), githubactions.WithGetenv(c.Getenv))
	}
	root := s.root()
	s.redactor = safe.NewRedactor().With(nil, nil, safe.NewOwn(config.Secrets(s.input())...))
	root.SetArgs(append([]string{}, args...)) // not nil, which cobra replaces with os.Args
	root.SetIn(c.Stdin)
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case ctx.Err() != nil && !s.endsBySignal:
		s.problem("stopped by a signal; the next run writes the rest")
		return exitInterrupted
	case err == nil:
		return exitDone
	case errors.Is(err, errReported):
		return exitFailed
	}
	for line := range strings.SplitSeq(err.Error(), "\n") { // joined errors
		s.problem(line)
	}
	if _, ok := errors.AsType[usageError](err); ok || !s.started {
		return exitUsage
	}
	return exitFailed
}

func (s *session) root() *cobra.Command {
	root := &cobra.Command{
		Use: "errmon", Args: onlyCommands, RunE: s.byInput, SilenceErrors: true, SilenceUsage: true,
		Short: "Turn production errors into GitHub issues",
		Long: "errmon files one GitHub issue per production error and keeps it up to date.\n" +
			"Without a command, it runs the one set by the input command; the default is scan.",
		Example: "  errmon preview examples/logs\n  errmon scan --log-groups /ecs/orders --aws-region eu-central-1 --dry-run",

		PersistentPreRun: func(*cobra.Command, []string) { s.started = true },
	}
	// Not cobra's own --version: its template keeps the linker from dropping unused methods, 7 MB.
	root.Flags().BoolP("version", "v", false, "show version, commit and date")
	root.SuggestionsMinimumDistance = 2 // letters that may differ
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd.Flags(), err) })
	root.SetHelpFunc(s.help)
	root.AddCommand(s.commands()...)
	s.flags = flagsOf(config.Settings)
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Name() != "relay" { // the settings of a scan mean nothing to it
			cmd.Flags().AddFlagSet(s.flags)
		}
	}
	return root
}

func (s *session) commands() []*cobra.Command {
	scan := &cobra.Command{
		Use: "scan", Args: cobra.NoArgs, RunE: s.scan, Example: "  errmon scan --since=6h --dry-run",
		Short: "Read the sources and file or update issues",
	}
	preview := &cobra.Command{
		Use: "preview [FILE|FOLDER|-]...", RunE: s.preview,
		Short:   "Show the issues that would be filed for log files, a payload, or the configured sources",
		Example: "  aws logs tail /ecs/orders --since 1h | errmon preview -\n  errmon preview --html page.html examples/logs",
	}
	doctor := &cobra.Command{
		Use: "doctor", Args: cobra.NoArgs, RunE: s.doctor, Example: "  errmon doctor --log-groups /ecs/orders --aws-region eu-central-1",
		Short: "Test every configured integration and explain how to fix what fails; writes nothing",
	}
	for _, cmd := range []*cobra.Command{scan, preview} {
		cmd.Flags().String("payload", "", "read this file instead of the sources: a repository_dispatch event, "+
			"its client_payload, or the body of a webhook; - for standard input")
	}
	preview.Flags().String("html", "", "also write the issues to this `FILE`, as a page that works offline")
	return []*cobra.Command{scan, preview, s.groupCommand(), s.relayCommand(), doctor}
}

// byInput runs the command named by the input, unless --version is set. The command reports wrong settings.
func (s *session) byInput(cmd *cobra.Command, _ []string) error {
	if shown, _ := cmd.Flags().GetBool("version"); shown {
		_, err := fmt.Fprintln(s.Stdout, "errmon", version())
		return err
	}
	cfg, _ := s.load(s.input())
	switch cfg.Command {
	case "preview":
		return s.preview(cmd, nil)
	case "doctor":
		return s.doctor(cmd, nil)
	}
	return s.scan(cmd, nil)
}

func (s *session) problem(message string) { s.annotate(message, "", (*githubactions.Action).Errorf) }
func (s *session) warning(message string) {
	s.annotate(message, "warning: ", (*githubactions.Action).Warningf)
}

func (s *session) annotate(message, kind string, command func(*githubactions.Action, string, ...any)) {
	text := s.redactor.Command(message).String()
	if s.actions != nil {
		command(s.actions, "%s", text)
		return
	}
	fmt.Fprintf(s.Stderr, "errmon: %s%s\n", kind, text)
}

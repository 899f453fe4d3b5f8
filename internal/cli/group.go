package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/group"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/policy"
)

// groupFlags are the flags of group alone.
type groupFlags struct {
	lines, explain bool
	known, save    string
}

func (s *session) groupCommand() *cobra.Command {
	var f groupFlags
	cmd := &cobra.Command{
		Use:     "group [FILE|-]",
		Short:   "Print as JSON which error each event of a log belongs to",
		Example: "  errmon group --explain app.log",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.group(cmd.Context(), args, f) },
	}
	cmd.Flags().BoolVar(&f.lines, "lines", false, "treat every line as one event instead of joining multi-line events; JSON is read either way")
	cmd.Flags().BoolVar(&f.explain, "explain", false, "add the reason: the rule, the keys, the exceptions with their frames, and what was masked")
	cmd.Flags().StringVar(&f.known, "known", "", "file of templates saved by an earlier run; events that match one keep its fingerprint")
	cmd.Flags().StringVar(&f.save, "save", "", "file to save the templates to, including known ones")
	return cmd
}

// group prints which events of a log are the same error.
func (s *session) group(ctx context.Context, args []string, f groupFlags) error {
	cfg, err := s.loadOffline()
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{logfile.Stdin}
	}
	files, err := logfile.Expand(args)
	if err != nil {
		return usageError{err}
	}
	if len(files) != 1 {
		return usageError{fmt.Errorf("%q contains %d logs: group reads one file", args[0], len(files))}
	}
	rules := intakeRules(cfg)
	rules.Policy = policy.Policy{Rules: cfg.Rules}
	p := group.Printer{Out: s.Stdout, Redactor: s.redactor, Rules: rules, Lines: f.lines, Explain: f.explain}
	if f.known != "" {
		if p.Known, err = group.ReadKnown(f.known); err != nil {
			return usageError{err}
		}
	}
	known, err := p.Print(ctx, &logfile.Source{Path: files[0], Stdin: s.Stdin})
	if err != nil || f.save == "" {
		return err
	}
	return group.WriteKnown(f.save, known)
}

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/terminal"
)

// help shows a command on one screen. Only the help of scan, which uses all settings, explains them.
func (s *session) help(cmd *cobra.Command, _ []string) {
	out, width := cmd.OutOrStdout(), cmp.Or(s.Screen.Width, 120) // 120 without a terminal
	section := func(heading, text string) {
		fmt.Fprintf(out, "\n%s\n%s", s.Screen.Show(terminal.Bold, heading+":"), text)
	}
	fmt.Fprintf(out, "%s\n", cmp.Or(cmd.Long, cmd.Short))
	section("Usage", "  "+cmd.UseLine()+"\n")
	if cmd.HasExample() {
		section("Example", cmd.Example+"\n")
	}
	if cmd.HasAvailableSubCommands() {
		section("Commands", "")
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			fmt.Fprintf(out, "  %-*s  %s\n", cmd.NamePadding(), c.Name(), c.Short)
		}
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SortFlags = cmd.Flags().SortFlags
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if s.flags.Lookup(f.Name) != f { // not a setting's flag
			flags.AddFlag(f)
		}
	})
	section("Flags", flags.FlagUsagesWrapped(width))
	switch cmd.Name() {
	case "scan":
		for _, group := range config.Groups {
			section(group.Name, flagsOf(group.Settings).FlagUsagesWrapped(width))
		}
	case "relay":
	default:
		fmt.Fprintln(out, "\nA setting is a flag, an input, an environment variable, or a key of .github/errmon.yml: see errmon scan --help.")
	}
}

// flagsOf returns settings as flags. Defaults appear only in their help text, because config applies them.
func flagsOf(settings []config.Setting) *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SortFlags, flags.Usage = false, func() {} // the caller reports mistakes
	for _, setting := range settings {
		help := setting.Help
		if setting.Default != "" && !setting.Switch {
			help += " (default " + setting.Default + ")"
		}
		if setting.Switch {
			flags.VarPF(new(toggle), setting.Name, "", help).NoOptDefVal = "true"
		} else {
			flags.String(setting.Name, "", help)
		}
	}
	return flags
}

// toggle is a switch that accepts any value, so config can report an invalid one with all other mistakes.
type toggle string

func (t *toggle) String() string         { return string(*t) }
func (t *toggle) Set(value string) error { *t = toggle(value); return nil }
func (*toggle) Type() string             { return "bool" } // so that the help shows no placeholder

func given(flags *pflag.FlagSet) map[string]string {
	set := map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			set[f.Name] = f.Value.String()
		}
	})
	return set
}

// onlyCommands rejects arguments to errmon itself, since they are mistyped commands.
func onlyCommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("unknown command %q: did you mean %q?", args[0], near[0])
	}
	return fmt.Errorf("unknown command %q: errmon --help lists them", args[0])
}

func flagError(flags *pflag.FlagSet, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || len(unknown.GetSpecifiedName()) < 2 {
		return usageError{err}
	}
	var names []string
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near, ok := config.Nearest(unknown.GetSpecifiedName(), names); ok {
		return usageError{fmt.Errorf("%w: did you mean --%s?", err, near)}
	}
	return usageError{fmt.Errorf("%w: --help lists the flags", err)}
}

// stamp is "VERSION COMMIT DATE" in a release. The linker sets it, because an image has no Git history.
var stamp string

// version returns the stamp, or else the module's version, which contains the date and commit of a checkout.
func version() string {
	version := cmp.Or(stamp, "(unknown)")
	if build, ok := debug.ReadBuildInfo(); ok && stamp == "" {
		version = cmp.Or(build.Main.Version, version)
	}
	return fmt.Sprintf("%s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

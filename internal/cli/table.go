package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/terminal"
)

// table shows doctor's findings as soon as they are known.
type table struct {
	out      io.Writer
	screen   terminal.Screen // behind out
	redactor *safe.Redactor  // of one section
	found    []finding.Finding
}

var marks = map[finding.Level]string{finding.OK: "✓", finding.Warning: "!", finding.Failure: "✗"}

var styles = map[finding.Level]terminal.Style{finding.OK: terminal.Green, finding.Warning: terminal.Yellow, finding.Failure: terminal.Red}

// add prints what a check found. It redacts each part by itself, because whatever follows
// "token:" looks like a token.
func (t *table) add(found ...finding.Finding) {
	for _, f := range found {
		fmt.Fprintf(t.out, "%s %s: %s\n", t.screen.Show(styles[f.Level], marks[f.Level]), t.redactor.Command(f.About), t.redactor.Command(f.Text))
		if f.Remedy != "" {
			fmt.Fprintf(t.out, "  → %s\n", t.redactor.Command(f.Remedy))
		}
	}
	t.found = append(t.found, found...)
}

// end prints the verdict.
func (t *table) end() {
	failures, warnings := count(t.found, finding.Failure), count(t.found, finding.Warning)
	if failures+warnings == 0 {
		fmt.Fprintln(t.out, "\nAll checks passed. Nothing was written.")
		return
	}
	fmt.Fprintf(t.out, "\n✗ %d, ! %d. Nothing was written.\n", failures, warnings)
}

// summary returns the findings as a table in GitHub-flavoured Markdown, for the step summary.
func (t *table) summary(r *safe.Redactor) string {
	var b strings.Builder
	b.WriteString("## errmon doctor\n\n| | | Found | Remedy |\n|---|---|---|---|\n")
	for _, f := range t.found {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", marks[f.Level], r.Cell(f.About, 300), r.Code(f.Text, 1000), r.Cell(f.Remedy, 1000))
	}
	return b.String()
}

// count returns how many findings have a level.
func count(found []finding.Finding, level finding.Level) int {
	n := 0
	for _, f := range found {
		if f.Level == level {
			n++
		}
	}
	return n
}

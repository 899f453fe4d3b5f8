// Package doctor shows what the checks of all integrations found, as a table of
// ✓, ! and ✗, each with its remedy. Each service's checks are
// in its own room and return findings.
//
// It may import finding, safe and terminal.
package doctor

import (
	"fmt"
	"io"
	"strings"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/terminal"
)

// Table shows findings as soon as they are known.
type Table struct {
	Out      io.Writer
	Screen   terminal.Screen // behind Out
	Redactor *safe.Redactor  // of one section
	Found    []finding.Finding
}

// Add prints what a check found.
func (t *Table) Add(found ...finding.Finding) {
	for _, f := range found {
		fmt.Fprintln(t.Out, t.row(f))
	}
	t.Found = append(t.Found, found...)
}

// End prints the verdict.
func (t *Table) End() {
	failures, warnings := Count(t.Found, finding.Failure), Count(t.Found, finding.Warning)
	if failures+warnings == 0 {
		fmt.Fprintln(t.Out, "\nAll checks passed. Nothing was written.")
		return
	}
	fmt.Fprintf(t.Out, "\n✗ %d, ! %d. Nothing was written.\n", failures, warnings)
}

var marks = map[finding.Level]string{finding.OK: "✓", finding.Warning: "!", finding.Failure: "✗"}

var styles = map[finding.Level]terminal.Style{finding.OK: terminal.Green, finding.Warning: terminal.Yellow, finding.Failure: terminal.Red}

// row redacts each part by itself: whatever follows "token:" looks like a token.
func (t *Table) row(f finding.Finding) string {
	r := t.Redactor
	line := fmt.Sprintf("%s %s: %s", t.Screen.Show(styles[f.Level], marks[f.Level]), r.Command(f.About), r.Command(f.Text))
	if f.Remedy != "" {
		line += "\n  → " + r.Command(f.Remedy).String()
	}
	return line
}

// Count returns how many findings have a level.
func Count(found []finding.Finding, level finding.Level) int {
	n := 0
	for _, f := range found {
		if f.Level == level {
			n++
		}
	}
	return n
}

// Summary returns findings as a table in GitHub-flavoured Markdown, for the step summary.
func Summary(r *safe.Redactor, found []finding.Finding) string {
	r = r.Section()
	var b strings.Builder
	b.WriteString("## errmon doctor\n\n| | | Found | Remedy |\n|---|---|---|---|\n")
	for _, f := range found {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", marks[f.Level], r.Cell(f.About, 300), r.Code(f.Text, 1000), r.Cell(f.Remedy, 1000))
	}
	return b.String()
}

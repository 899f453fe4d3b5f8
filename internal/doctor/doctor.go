// Package doctor shows what the checks of all integrations found, as a table of
// ✓, ! and ✗ with the remedy beside each. Each service's checks are
// in its own room and return findings.
//
// It may import finding, safe and terminal.
package doctor

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/terminal"
)

// Check looks at one integration, and writes nothing there.
type Check func(context.Context) []finding.Finding

// Examine makes the checks one after the other and prints what each found as
// soon as it is known.
func Examine(ctx context.Context, w io.Writer, screen terminal.Screen, r *safe.Redactor, checks []Check) []finding.Finding {
	r = r.Section()
	var found []finding.Finding
	for _, check := range checks {
		for _, f := range check(ctx) {
			fmt.Fprintln(w, row(screen, r, f))
			found = append(found, f)
		}
	}
	fmt.Fprintln(w, verdict(found))
	return found
}

var marks = map[finding.Level]string{finding.OK: "✓", finding.Warning: "!", finding.Failure: "✗"}

var styles = map[finding.Level]terminal.Style{finding.OK: terminal.Green, finding.Warning: terminal.Yellow, finding.Failure: terminal.Red}

// row redacts each part by itself: what stands behind "token:" looks like one.
func row(screen terminal.Screen, r *safe.Redactor, f finding.Finding) string {
	line := fmt.Sprintf("%s %s: %s", screen.Show(styles[f.Level], marks[f.Level]), r.Command(f.About), r.Command(f.Text))
	if f.Remedy != "" {
		line += "\n  → " + r.Command(f.Remedy).String()
	}
	return line
}

func verdict(found []finding.Finding) string {
	failures, warnings := Count(found, finding.Failure), Count(found, finding.Warning)
	if failures+warnings == 0 {
		return "\nAll is well. Nothing was written anywhere."
	}
	return fmt.Sprintf("\n✗ %d, ! %d. Nothing was written anywhere.", failures, warnings)
}

// Count returns how many findings are of a level.
func Count(found []finding.Finding, level finding.Level) int {
	n := 0
	for _, f := range found {
		if f.Level == level {
			n++
		}
	}
	return n
}

// Summary returns the table as GitHub-flavoured Markdown, for the step summary.
func Summary(r *safe.Redactor, found []finding.Finding) string {
	r = r.Section()
	var b strings.Builder
	b.WriteString("## errmon doctor\n\n| | | Found | Remedy |\n|---|---|---|---|\n")
	for _, f := range found {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", marks[f.Level], r.Cell(f.About, 300), r.Code(f.Text, 1000), r.Cell(f.Remedy, 1000))
	}
	return b.String()
}

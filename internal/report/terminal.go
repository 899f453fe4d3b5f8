package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

// Print writes the run for a reader of the log: one line per source and
// per action, then the totals. Problems are left to Annotate.
func Print(w io.Writer, r *safe.Redactor, run Run) {
	r = r.Section()
	for _, s := range run.Sources {
		what := " since " + from(s)
		if s.Tracker {
			what = strings.TrimSuffix(" of "+from(s), " of ")
		}
		fmt.Fprintln(w, r.Terminal(fmt.Sprintf("%s: %s%s; lag: %s", s.Name, count.Of(s.Events, "event"), what, lag(s, run.Ended))))
	}
	for _, l := range run.Lines {
		if !unchanged(l) {
			fmt.Fprintln(w, r.Terminal(line(run, l)))
		}
	}
	fmt.Fprintln(w, Headline(run))
	for _, n := range run.Notices {
		fmt.Fprintln(w, r.Terminal(n))
	}
	if run.Unread.Text != "" {
		fmt.Fprintln(w, run.Unread.Text)
		for _, shape := range run.Unread.Lines {
			fmt.Fprintf(w, "  %s\n", r.Terminal(shape))
		}
	}
	if len(run.Requests) > 0 {
		fmt.Fprintln(w, "Requests: "+requests(run))
	}
}

func line(run Run, l plan.Result) string {
	number := "(new)"
	if l.Number != 0 {
		number = fmt.Sprintf("#%d", l.Number)
	}
	return fmt.Sprintf("%s %s %s (%s, %s)", done(run, l), number, l.Action.Title, count.Of(l.Action.Count(), "event"), l.Action.Reason)
}

// maxAnnotations is how many errors GitHub shows per step; the last one states
// how many more there are.
const maxAnnotations = 10

// Annotations returns the messages to show first: problems as errors,
// the rest as warnings.
func Annotations(r *safe.Redactor, run Run) (errors, warnings []string) {
	return cut(r, run.Problems()), cut(r, run.Warnings)
}

func cut(r *safe.Redactor, messages []string) []string {
	var shown []string
	for i, m := range messages {
		if i == maxAnnotations-1 && len(messages) > maxAnnotations {
			return append(shown, fmt.Sprintf("and %d more: see the summary", len(messages)-i))
		}
		shown = append(shown, r.Command(m).String())
	}
	return shown
}

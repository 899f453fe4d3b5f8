package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/source"
)

const (
	maxRows    = 1000      // rows in the table of actions
	maxSummary = 1_000_000 // bytes; GitHub rejects a step summary over 1 MiB
	maxHours   = 48        // bars in the chart
)

// Summary returns the step summary as GitHub-flavoured Markdown.
func Summary(r *safe.Redactor, run Run) string {
	r = r.Section()
	var b strings.Builder
	b.WriteString("## errmon\n\n" + Headline(run) + "\n\n")
	problems(&b, r, run)
	chart(&b, run)
	actions(&b, r, run)
	sources(&b, r, run)
	b.WriteString("\n" + requests(run))
	if b.Len() <= maxSummary {
		return b.String()
	}
	text := b.String()[:maxSummary]
	return text[:strings.LastIndexByte(text, '\n')] + "\n\nThe rest was cut: GitHub shows at most 1 MiB.\n"
}

// Print writes the run to the log: one line per source and per action, except for unchanged issues,
// then totals and notices. Annotations reports the problems and warnings.
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
		number := "(new)"
		if l.Number != 0 {
			number = fmt.Sprintf("#%d", l.Number)
		}
		if a := l.Action; !unchanged(l) {
			line := fmt.Sprintf("%s %s %s (%s, %s)", done(run, l), number, a.Title, count.Of(a.Count(), "event"), a.Reason)
			fmt.Fprintln(w, r.Terminal(line))
		}
	}
	fmt.Fprintln(w, Headline(run))
	for _, n := range run.Notices {
		fmt.Fprintln(w, r.Terminal(n))
	}
	if run.Unread != "" {
		fmt.Fprintln(w, run.Unread)
		for _, shape := range run.Shapes {
			fmt.Fprintf(w, "  %s\n", r.Terminal(shape))
		}
	}
	fmt.Fprint(w, requests(run))
}

// Headline summarises the run in one sentence, without foreign text.
func Headline(run Run) string {
	dry, would := "", ""
	if run.DryRun {
		dry, would = "Dry run, nothing was written. ", "would be "
	}
	return fmt.Sprintf("%s%s of %s: %d %screated, %d updated, %d reopened, %d closed, %d waiting, %d muted.",
		dry, count.Of(run.Events, "event"), count.Of(run.Errors, "error"),
		run.Count(plan.Create), would, run.Count(plan.Update), run.Count(plan.Reopen), run.Count(plan.Close),
		run.Count(plan.Wait), run.Count(plan.Mute))
}

func problems(b *strings.Builder, r *safe.Redactor, run Run) {
	start := b.Len()
	for _, p := range run.Problems() {
		fmt.Fprintf(b, "- ✗ %s\n", r.Code(p, 1000))
	}
	for _, w := range run.Warnings {
		fmt.Fprintf(b, "- ! %s\n", r.Code(w, 1000))
	}
	for _, n := range run.Notices {
		fmt.Fprintf(b, "- %s\n", r.Cell(n, 1000))
	}
	if run.Unread != "" {
		fmt.Fprintf(b, "- %s\n", run.Unread)
		for _, line := range run.Shapes {
			fmt.Fprintf(b, "  - %s\n", r.Code(line, 200))
		}
	}
	if b.Len() > start {
		b.WriteString("\n")
	}
}

// chart draws the events that the run read from logs, per hour, unless they all happened within one hour.
func chart(b *strings.Builder, run Run) {
	events := map[count.Minute]int64{} // by number of hours since 1970
	for _, l := range run.Lines {
		for _, g := range l.Action.Groups {
			for _, tally := range g.Sources {
				for minute, n := range tally.Cells {
					events[minute/60] += n
				}
			}
		}
	}
	delete(events, 0) // records without a time
	if len(events) < 2 {
		return
	}
	hours := slices.Sorted(maps.Keys(events))
	last := hours[len(hours)-1]
	var names, bars []string
	for hour := max(hours[0], last-maxHours+1); hour <= last; hour++ {
		names, bars = append(names, (hour*60).Start().Format(`"15h"`)), append(bars, fmt.Sprint(events[hour]))
	}
	highest := slices.Max(slices.Collect(maps.Values(events)))
	fmt.Fprintf(b, "```mermaid\nxychart-beta\n    title \"Events per hour (UTC), up to %s\"\n"+
		"    x-axis [%s]\n    y-axis \"Events\" 0 --> %d\n    bar [%s]\n```\n\n",
		(last * 60).Start().Format("2 January 2006"), strings.Join(names, ", "), highest, strings.Join(bars, ", "))
}

func actions(b *strings.Builder, r *safe.Redactor, run Run) {
	rows := slices.DeleteFunc(slices.Clone(run.Lines), unchanged)
	if len(rows) > 0 {
		b.WriteString("| Action | Issue | Error | Events | Reason |\n|---|---|---|---:|---|\n")
	}
	for _, l := range rows[:min(len(rows), maxRows)] {
		link := ""
		if l.Number != 0 { // number and URL come from GitHub, not from a log, so they need no escaping
			link = fmt.Sprintf("[#%d](%s)", l.Number, l.URL)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %d | %s |\n", done(run, l), link, r.Code(l.Action.Title, 200), l.Action.Count(), l.Action.Reason)
	}
	if more := len(rows) - maxRows; more > 0 {
		fmt.Fprintf(b, "\nand %d more\n", more)
	}
	if kept := len(run.Lines) - len(rows); kept > 0 {
		fmt.Fprintf(b, "\n%s unchanged.\n", count.Of(kept, "issue"))
	}
}

func unchanged(l plan.Result) bool { return l.Action.Kind == plan.Keep && l.Err == nil }

func done(run Run, l plan.Result) string {
	switch {
	case l.Err != nil:
		return "✗ not " + string(l.Action.Kind)
	case run.DryRun && l.Action.Writes():
		return "would be " + string(l.Action.Kind)
	}
	return string(l.Action.Kind)
}

func sources(b *strings.Builder, r *safe.Redactor, run Run) {
	for i, s := range run.Sources {
		if i == 0 {
			b.WriteString("\n| Source | Events | Read from | Lag | Reader |\n|---|---:|---|---|---|\n")
		}
		health := map[bool]string{true: "✓", false: "✗"}[s.Err == nil && !s.Complete.IsZero()]
		fmt.Fprintf(b, "| %s %s | %d | %s | %s | %s |\n", health, r.Code(s.Name, 300), s.Events, from(s), lag(s, run.Ended), s.Reader)
	}
}

func from(s source.Health) string {
	switch {
	case s.Tracker && s.Complete.IsZero():
		return ""
	case s.Tracker:
		return count.Of(s.Issues, "issue")
	}
	return s.From.UTC().Format("2006-01-02 15:04 UTC")
}

func lag(s source.Health, now time.Time) string {
	behind := now.Sub(s.Complete).Round(time.Second).String()
	switch {
	case s.Complete.IsZero() && s.Last.IsZero():
		return "not read"
	case s.Complete.IsZero():
		return "not read; last read up to " + s.Last.UTC().Format("2006-01-02 15:04 UTC")
	case s.Err != nil:
		return behind + ", incomplete"
	}
	return behind
}

func requests(run Run) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(run.Requests)) {
		parts = append(parts, fmt.Sprintf("%s %d", kind, run.Requests[kind]))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Requests: " + strings.Join(parts, ", ") + ".\n"
}

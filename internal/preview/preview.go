// Package preview shows the issues that a scan would file, and files none. It is the first command to try,
// since local log files need no account anywhere.
//
// It may import count, event, intake, logfile, marker, page, plan, reading, render, safe, source and terminal.
package preview

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/page"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/reading"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/source"
	"github.com/org/errmon-action/internal/terminal"
)

// Preview reads sources, files or a payload once and prints the issues.
type Preview struct {
	Out       io.Writer
	Screen    terminal.Screen // the terminal of Out
	Redactor  *safe.Redactor
	Rules     intake.Rules
	MinEvents int
	MaxNew    int    // limit on the new issues of a run
	Label     string // of the issues
	Now       time.Time
	HTML      io.Writer // receives a page of the issues; nil for none
	Progress  io.Writer // a terminal that shows how many lines are read, or io.Discard
}

// Files previews local log files. It returns an error if one cannot be read.
func (p Preview) Files(ctx context.Context, paths []string, stdin io.Reader) error {
	const progressEvery = 200_000 // lines; they take a fraction of a second
	const clearLine = "\r\x1b[K"
	in := intake.New(p.Rules, p.Redactor)
	var lines, cut int64
	for _, path := range paths {
		file := logfile.Source{Path: path, Stdin: stdin}
		reader := in.Reader()
		err := file.Read(ctx, func(r event.Record) {
			if file.Lines%progressEvery == 0 {
				fmt.Fprintf(p.Progress, "%s%d lines of %s", clearLine, file.Lines, p.Redactor.Command(path))
			}
			reader.Add(r)
		})
		reader.Flush(intake.Never) // a file does not grow while it is read
		if err != nil {
			return err
		}
		lines, cut = lines+file.Lines, cut+file.Cut
	}
	fmt.Fprint(p.Progress, clearLine)
	err := p.print(in, count.Of(lines, "line")+" of "+count.Of(len(paths), "file"))
	if cut > 0 {
		fmt.Fprintf(p.Out, "Lines cut after %d bytes: %d.\n", logfile.MaxLine, cut)
	}
	return err
}

// Sources previews the issues that a first scan would file: from the services' logs, starting at
// from, and from the issues of their tracker, if there is one.
func (p Preview) Sources(ctx context.Context, services []source.Integration, from time.Time) error {
	in := intake.New(p.Rules, p.Redactor)
	sources, err := source.Open(ctx, services)
	failures := []error{err}
	all := len(sources)
	if tracker := source.TrackerOf(services); tracker != nil {
		issues := (&reading.Sentry{Tracker: tracker, Intake: in, MaxEvents: marker.MaxWaiting}).Read(ctx)
		all, failures = all+1, append(failures, issues.Health.Err)
		p.notes(issues.Notices)
	}
	var windows reading.Windows
	logs := reading.Logs{Intake: in, Windows: &windows, Now: p.Now}
	for _, s := range sources {
		failures = append(failures, logs.Read(ctx, s, source.Request{From: from.Truncate(time.Minute)}).Err)
	}
	failures = append(failures, p.print(in, count.Of(all, "source")))
	p.notes(windows.Warnings)
	return errors.Join(failures...)
}

// Delivered previews a payload. notices name the parts of it that were skipped.
func (p Preview) Delivered(d intake.Delivery, notices []string) error {
	in := intake.New(p.Rules, p.Redactor)
	d.Date(p.Now)
	notices = append(notices, in.Deliver(d, func(string) (int64, bool) { return 0, false })...)
	err := p.print(in, "the payload")
	p.notes(notices)
	return err
}

func (p Preview) notes(notes []string) {
	for _, n := range notes {
		fmt.Fprintln(p.Out, p.Redactor.Terminal(n))
	}
}

func (p Preview) print(in *intake.Intake, what string) error {
	groups := in.Groups()
	actions := plan.Plan(plan.Input{
		Now: p.Now, Groups: groups, Rules: plan.Rules{MinEvents: p.MinEvents, MaxNew: len(groups), Policy: p.Rules.Policy},
	})
	var filed, waiting []plan.Action
	for _, a := range actions {
		if a.Kind == plan.Create {
			filed = append(filed, a)
			p.issue(len(filed), a)
		} else {
			waiting = append(waiting, a)
		}
	}
	summary := fmt.Sprintf("%s would be filed for %s in %s.", count.Of(len(filed), "issue"), count.Of(in.Events, "error event"), what)
	fmt.Fprintln(p.Out, summary)
	if len(filed) > p.MaxNew {
		fmt.Fprintf(p.Out, "A run files at most %d of them (max-new-issues); the others wait on the dashboard for a later run.\n", p.MaxNew)
	}
	if len(waiting) > 0 {
		fmt.Fprintf(p.Out, "%s would wait for min-events, which is %d unless a rule sets it:\n", count.Of(len(waiting), "error"), p.MinEvents)
	}
	for _, a := range waiting {
		fmt.Fprintf(p.Out, " - %s: %s\n", p.Redactor.Command(render.Renderer{Redactor: p.Redactor}.Title(a)), count.Of(a.Count(), "event"))
		p.rules(a)
	}
	p.notes(p.Rules.Policy.Ignored(in.Ignored))
	if in.Unread.Events > 0 {
		fmt.Fprintln(p.Out, in.Unread.Notice())
		for _, shape := range in.Unread.Shapes() {
			fmt.Fprintf(p.Out, "  %s\n", p.Redactor.Terminal(shape))
		}
	}
	if p.HTML == nil {
		return nil
	}
	return p.page(filed, summary)
}

func (p Preview) page(filed []plan.Action, summary string) error {
	var issues []page.Issue
	r := render.Renderer{Redactor: p.Redactor, Label: p.Label}
	for _, a := range filed {
		body, err := r.Body(a, "")
		if err != nil {
			return err
		}
		issue := page.Issue{
			Title: r.Title(a), Level: a.Next.Level, Service: r.Redactor.Title(a.Next.Service, 60).String(),
			Events: a.Count(), Body: body, Minutes: map[int64]int64{},
		}
		for _, tally := range a.Next.Sources {
			for minute, n := range tally.Cells {
				if minute > 0 { // the time is known
					issue.Minutes[int64(minute)] += n
				}
			}
		}
		issues = append(issues, issue)
	}
	if err := page.Write(p.HTML, issues, summary); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func (p Preview) issue(number int, a plan.Action) {
	section := p.Redactor.Section() // a title's secrets are numbered apart from those of the text, as in an issue
	title := section.Command(render.Renderer{Redactor: section}.Title(a))
	fmt.Fprintln(p.Out, p.Screen.Show(terminal.Bold, fmt.Sprintf("%d. %s", number, title)))
	p.Redactor = p.Redactor.Section()
	style := terminal.Red
	if a.Next.Level == event.Warn.String() {
		style = terminal.Yellow
	}
	facts := []string{p.Screen.Show(style, a.Next.Level), count.Of(a.Count(), "event")}
	if a.Next.First != 0 {
		facts = append(facts, "first "+clock(a.Next.First.Time()), "last "+clock(a.Next.Last.Time()))
	}
	fmt.Fprintf(p.Out, "   %s\n", strings.Join(facts, " · "))
	p.rules(a)
	const margin, most = "   | ", 12                          // most is in lines; the first ones of a trace matter most
	width := max(cmp.Or(p.Screen.Width, 165)-len(margin), 20) // 165 without a terminal; very narrow ones wrap
	e, _ := a.Sample()
	lines := strings.Split(strings.TrimRight(p.Redactor.Terminal(cmp.Or(e.Stack, e.Text)).String(), "\n"), "\n")
	for _, line := range lines[:min(len(lines), most)] {
		text := []rune(strings.ReplaceAll(line, "\t", "    "))
		if len(text) > width {
			text = append(text[:width-1], '…')
		}
		fmt.Fprintln(p.Out, p.Screen.Show(terminal.Faint, margin+string(text)))
	}
	if more := len(lines) - most; more > 0 {
		fmt.Fprintln(p.Out, p.Screen.Show(terminal.Faint, fmt.Sprintf("%s… %d more lines", margin, more)))
	}
	fmt.Fprintln(p.Out)
}

func (p Preview) rules(a plan.Action) {
	for _, c := range plan.Explain(a, p.Rules.Policy).Rules {
		fmt.Fprintf(p.Out, "   %s\n", p.Redactor.Command(c.Text()))
	}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

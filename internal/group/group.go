// Package group prints which error each event of a log belongs to, and
// why: for people who want to know why two log lines are one issue, and for other
// programs. It owns the lines it prints and the file of known templates.
//
// Each event is one JSON object on a line of its own, in the order of the log:
//
//	{"line":7,"fingerprint":"msg1:6f1e…","template":"order <*> lost","title":"order <*> lost"}
//
// "line" is the number of the event's first line, from 1. Two events are the same
// error if their fingerprints are equal. Explaining adds
//
//	"rule"        what the fingerprint was made of
//	"rules"       of the settings file that match, by "line", with their "effects"; absent if none does
//	"keys"        by which an issue would match the error, the fingerprint first
//	"service"     of the log line, "level" the worst one seen
//	"format"      its lines were read as, such as "syslog, json"
//	"runtime"     that printed the stack trace; empty without one
//	"exceptions"  the type chain: "type", "message" and "frames", the most recent
//	              first, each with "in-app"
//	"masks"       the kinds of values that were found in the message
//
// Every field except "masks" describes the error, taken from its newest event.
// Without Lines, events are read as in a scan, so fingerprints agree except for
// the service, which a scan may take from the name of a log group. With Lines, a
// line that is a JSON object is read in the same way, and every other line is a
// message as it is.
//
// Which error an event belongs to is known only after all are read. Until then an
// event is 16 bytes in a temporary file, so that memory depends on the number of
// distinct errors, not of events.
//
// It may import event, grouping, intake, logfile, plan and safe.
package group

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

// Printer groups one log.
type Printer struct {
	Out      io.Writer
	Redactor *safe.Redactor
	Rules    intake.Rules // as in a scan, but without a policy, which would leave events out
	Lines    bool         // each line is an event; all of it is the message, unless it is JSON
	Explain  bool
	Known    []grouping.Known // templates of earlier calls, the oldest first

	titles plan.Titles
}

// Print reads the log and prints a line for each event. It returns the
// templates for a later call to know.
func (p Printer) Print(ctx context.Context, source *logfile.Source) ([]grouping.Known, error) {
	events, err := newSpool()
	if err != nil {
		return nil, err
	}
	defer events.close()
	in := intake.New(p.Rules, p.Redactor)
	in.Set.Know(p.Known)
	add := func(line int64, e event.Event) {
		in.Parse(&e)
		events.add(entry{line, in.Count(e)})
	}
	if p.Lines {
		err = readLines(ctx, source, in, add)
	} else {
		err = readEvents(ctx, source, in, add)
	}
	if err != nil {
		return nil, err
	}
	groups := in.Set.Groups()
	p.titles = plan.TitlesFor(plan.Input{Groups: groups})
	if err := p.print(ctx, in.Set, events); err != nil {
		return nil, err
	}
	return grouping.Carry(p.Known, groups), nil
}

// readLines reads each line as its own event.
func readLines(ctx context.Context, source *logfile.Source, in *intake.Intake, add func(int64, event.Event)) error {
	return source.Read(ctx, func(r event.Record) {
		if strings.HasPrefix(strings.TrimLeft(r.Text, " \t"), "{") {
			if events := in.Frame(r); len(events) == 1 {
				add(source.Lines, events[0])
				return
			}
		}
		add(source.Lines, event.Event{ID: r.ID, Source: r.Source, Stream: r.Stream, Message: r.Text})
	})
}

func readEvents(ctx context.Context, source *logfile.Source, in *intake.Intake, add func(int64, event.Event)) error {
	framer := in.Framer(func(e event.Event) {
		line, _ := strconv.ParseInt(e.ID, 10, 64) // a file record's id is its line number
		add(line, e)
	})
	if err := source.Read(ctx, framer.Add); err != nil {
		return err
	}
	framer.Flush(intake.Never) // a file does not grow while it is read
	return nil
}

// print writes a line for each event. All of it but the line number and the
// masks is the same for all events of a group, so it is built once.
func (p Printer) print(ctx context.Context, set *grouping.Set, events *spool) error {
	out := bufio.NewWriterSize(p.Out, 64<<10)
	described := map[*grouping.Group][]byte{}
	var line []byte
	for e, err := range events.all() {
		if err != nil {
			return err
		}
		if e.line%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		g := set.GroupOf(e.mark)
		if described[g] == nil {
			described[g] = p.describe(g)
		}
		line = strconv.AppendInt(append(line[:0], `{"line":`...), e.line, 10)
		line = append(line, described[g]...)
		if p.Explain {
			line = append(append(line, `,"masks":`...), encode(e.mark.Masks.Names())...)
		}
		if _, err := out.Write(append(line, "}\n"...)); err != nil {
			return fmt.Errorf("print groups: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print groups: %w", err)
	}
	return nil
}

// describe returns the part of the line that all of the group's events share.
func (p Printer) describe(g *grouping.Group) []byte {
	var b []byte
	field := func(name string, value any) {
		b = append(append(append(b, `,"`+name+`"`...), ':'), encode(value)...)
	}
	field("fingerprint", cmp.Or(g.Name, g.Key))
	field("template", p.text(g.Template))
	field("title", p.text(p.titles.Title(g)))
	if p.Explain {
		field("rule", string(ruleOf(g)))
		if rules := p.rules(g); len(rules) > 0 {
			field("rules", rules)
		}
		field("keys", keys(g))
		field("service", p.text(g.Service))
		field("level", g.Level.String())
		field("format", g.Sample.Format)
		field("runtime", g.Sample.Runtime)
		field("exceptions", p.exceptions(g.Sample.Exceptions))
	}
	return b
}

// encode returns strings, numbers and lists of them as JSON that keeps "<*>" readable. It cannot fail on
// them.
func encode(value any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(value)
	return bytes.TrimRight(b.Bytes(), "\n")
}

// exception and frame are the printed form of a type chain.
type exception struct {
	Type    string  `json:"type"`
	Message string  `json:"message"`
	Frames  []frame `json:"frames"`
}

type frame struct {
	Function string `json:"function"`
	Module   string `json:"module,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	InApp    bool   `json:"in-app"`
}

// exceptions makes a type chain fit to be printed.
func (p Printer) exceptions(chain []event.Exception) []exception {
	shown := []exception{}
	for _, x := range chain {
		frames := []frame{}
		for _, f := range x.Frames {
			frames = append(frames, frame{p.text(f.Function), p.text(f.Module), p.text(f.File), f.Line, f.InApp})
		}
		shown = append(shown, exception{p.text(x.Type), p.text(x.Message), frames})
	}
	return shown
}

// rule is what a rule of the settings file contributes.
type rule struct {
	Line    int               `json:"line"`
	Effects map[string]string `json:"effects"`
}

func (p Printer) rules(g *grouping.Group) []rule {
	var shown []rule
	for _, c := range p.Rules.Policy.Effects(g.Matched, g.Sample.Decision.Rules, g.Level).Rules {
		r := rule{c.Line, map[string]string{}}
		for _, e := range c.Effects {
			r.Effects[e.Name] = p.text(e.Text)
		}
		shown = append(shown, r)
	}
	return shown
}

func ruleOf(g *grouping.Group) grouping.Rule {
	if g.Name != "" {
		return grouping.ByName
	}
	return g.Rule
}

func (p Printer) text(s string) string { return p.Redactor.Command(s).String() }

// keys returns the keys by which an issue would match the group, its own first.
func keys(g *grouping.Group) []string {
	all := []string{g.Key}
	if g.Name != "" {
		all = []string{g.Name, g.Key}
	}
	for _, key := range append(slices.Clone(g.Also), g.Aliases...) {
		if !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	return all
}

// Package group prints which error each event of a log belongs to, and why. It serves other programs, and
// people who wonder why two log lines are one issue. It owns the format of the lines it prints (see line) and
// of the file of known templates.
//
// It prints one line of JSON for each event, in the order of the log:
//
//	{"line":7,"fingerprint":"msg1:6f1e…","template":"order <*> lost","title":"order <*> lost"}
//
// Two events are the same error if their fingerprints are equal. Without Lines, events are read as in a scan, so
// fingerprints agree unless a scan takes the service from the name of a log group. With Lines, a line that is a
// JSON object is read in the same way, and every other line is a message. The error of an event is known only
// after all events are read; until then, each takes 24 bytes.
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
	"os"
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

// Printer groups the events of one log.
type Printer struct {
	Out      io.Writer
	Redactor *safe.Redactor
	Rules    intake.Rules // as in a scan, but without a minimum level
	Lines    bool         // each line is one event: a JSON object, or else a message
	Explain  bool
	Known    []grouping.Known // templates of earlier calls, the oldest first

	titles plan.Titles
}

// entry is an event that was read: the number of its first line, and the mark of its group.
type entry struct {
	line int64
	mark grouping.Mark
}

// Print prints a line for each event of the log. It returns the templates to pass as Known in a later call.
func (p Printer) Print(ctx context.Context, source *logfile.Source) ([]grouping.Known, error) {
	in := intake.New(p.Rules, p.Redactor)
	in.Set.Know(p.Known)
	var entries []entry
	err := p.read(ctx, source, in, func(e event.Event) {
		line, _ := strconv.ParseInt(e.ID, 10, 64) // a file record's id is its line number
		in.Parse(&e)
		entries = append(entries, entry{line, in.Count(e)})
	})
	if err != nil {
		return nil, err
	}
	groups := in.Set.Groups()
	p.titles = plan.TitlesFor(plan.Input{Groups: groups})
	if err := p.print(ctx, in.Set, entries); err != nil {
		return nil, fmt.Errorf("print groups: %w", err)
	}
	return grouping.Carry(p.Known, groups), nil
}

func (p Printer) read(ctx context.Context, source *logfile.Source, in *intake.Intake, add func(event.Event)) error {
	if p.Lines {
		return source.Read(ctx, func(r event.Record) {
			if strings.HasPrefix(strings.TrimLeft(r.Text, " \t"), "{") {
				if events := in.Frame(r); len(events) == 1 {
					add(events[0])
					return
				}
			}
			add(event.Event{ID: r.ID, Source: r.Source, Stream: r.Stream, Message: r.Text})
		})
	}
	framer := in.Framer(add)
	err := source.Read(ctx, framer.Add)
	framer.Flush(intake.Never) // a file does not grow while it is read
	return err
}

// line is printed for each event. Every field except Line and Masks describes the event's error.
type line struct {
	Line        int64  `json:"line"` // the first line of the event, from 1
	Fingerprint string `json:"fingerprint"`
	Template    string `json:"template"`
	Title       string `json:"title"`
	*explanation
	Masks []string `json:"masks,omitzero"` // kinds of values masked in the message
}

// explanation describes an error, taken mainly from its newest event.
type explanation struct {
	Rule       grouping.Rule `json:"rule"`            // what the fingerprint was computed from
	Rules      []rule        `json:"rules,omitempty"` // matching rules of the settings file
	Keys       []string      `json:"keys"`            // keys that an issue could match, the fingerprint first
	Service    string        `json:"service"`
	Level      string        `json:"level"`   // the most severe one seen
	Format     string        `json:"format"`  // format of the lines, such as "syslog, json"
	Runtime    string        `json:"runtime"` // runtime that printed the stack trace; empty without one
	Exceptions []exception   `json:"exceptions"`
}

type rule struct {
	Line    int               `json:"line"`
	Effects map[string]string `json:"effects"`
}

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

// print writes the lines. Within a group only the number and masks differ, so the rest is made once.
func (p Printer) print(ctx context.Context, set *grouping.Set, entries []entry) error {
	out := bufio.NewWriter(p.Out)
	lines := encoder(out)
	described := map[*grouping.Group]line{}
	for _, e := range entries {
		if e.line%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		g := set.GroupOf(e.mark)
		l, ok := described[g]
		if !ok {
			l = p.describe(g)
			described[g] = l
		}
		if l.Line = e.line; p.Explain {
			l.Masks = e.mark.Masks.Names()
		}
		if err := lines.Encode(l); err != nil {
			return err
		}
	}
	return out.Flush()
}

// encoder returns an encoder that keeps "<*>" readable.
func encoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// describe returns the part of the line that all of the group's events share.
func (p Printer) describe(g *grouping.Group) line {
	l := line{Fingerprint: cmp.Or(g.Name, g.Key), Template: p.text(g.Template), Title: p.text(p.titles.Title(g))}
	if !p.Explain {
		return l
	}
	l.explanation = &explanation{
		Rule: g.Rule, Rules: p.rules(g), Service: p.text(g.Service), Level: g.Level.String(),
		Format: g.Sample.Format, Runtime: g.Sample.Runtime, Exceptions: []exception{},
	}
	if g.Name != "" {
		l.Rule = grouping.ByName
	}
	for _, key := range slices.Concat([]string{g.Name, g.Key}, g.Also, g.Aliases) {
		if key != "" && !slices.Contains(l.Keys, key) {
			l.Keys = append(l.Keys, key)
		}
	}
	for _, x := range g.Sample.Exceptions {
		shown := exception{p.text(x.Type), p.text(x.Message), []frame{}}
		for _, f := range x.Frames {
			shown.Frames = append(shown.Frames, frame{p.text(f.Function), p.text(f.Module), p.text(f.File), f.Line, f.InApp})
		}
		l.Exceptions = append(l.Exceptions, shown)
	}
	return l
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

func (p Printer) text(s string) string { return p.Redactor.Command(s).String() }

// saved is a known template as stored in the file: one per line, oldest first.
type saved struct {
	Key      string `json:"fingerprint"`
	Service  string `json:"service,omitempty"`
	Template string `json:"template"`
}

// ReadKnown reads a file that WriteKnown wrote.
func ReadKnown(file string) ([]grouping.Known, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read known templates: %w", err)
	}
	var known []grouping.Known
	for d := json.NewDecoder(bytes.NewReader(content)); d.More(); {
		var s saved
		if err := d.Decode(&s); err != nil || grouping.KindOf(s.Key) != grouping.Message {
			return nil, fmt.Errorf("known templates %q: line %d is not one that --save writes: check --known", file, len(known)+1)
		}
		known = append(known, grouping.Known(s))
	}
	return known, nil
}

// WriteKnown writes templates for a later call. A crash leaves the old file whole, unless it is a link or a
// device such as /dev/stdout.
func WriteKnown(file string, known []grouping.Known) error {
	var content bytes.Buffer
	lines := encoder(&content)
	for _, k := range known {
		_ = lines.Encode(saved(k)) // strings always encode
	}
	target := file + ".new"
	if info, err := os.Lstat(file); err == nil && !info.Mode().IsRegular() {
		target = file
	}
	err := os.WriteFile(target, content.Bytes(), 0o600)
	if err == nil && target != file {
		err = os.Rename(target, file)
	}
	if err != nil {
		return fmt.Errorf("save templates: %w", err)
	}
	return nil
}

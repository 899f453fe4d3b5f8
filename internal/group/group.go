// Package group prints which error each event of a log belongs to, and why, for people
// who wonder why two log lines are one issue and for other programs. It owns the format
// of the lines it prints and of the file of known templates.
//
// It prints one line of JSON for each event, in the order of the log:
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
//	"format"      that its lines were read as, such as "syslog, json"
//	"runtime"     that printed the stack trace; empty without one
//	"exceptions"  the type chain: "type", "message" and "frames", the most recent
//	              first, each with "in-app"
//	"masks"       the kinds of values in the message
//
// Every field except "masks" describes the error, taken from its newest event. Without Lines, events are
// read as in a scan, so fingerprints agree unless a scan takes the service from the name of a log group.
// With Lines, a line that is a JSON object is read in the same way, and every other line is a message.
//
// Which error an event belongs to is known only after all are read. Until then an event is 16 bytes in a
// temporary file, so that memory depends on the number of distinct errors, not of events.
//
// It may import event, grouping, intake, logfile, plan and safe.
package group

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
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

// entry is an event that was read: the number of its first line, and where it was counted.
type entry struct {
	Line int64
	Mark grouping.Mark
}

// Print prints a line for each event of the log. It returns the templates that a later call should know.
func (p Printer) Print(ctx context.Context, source *logfile.Source) ([]grouping.Known, error) {
	file, err := os.CreateTemp("", "errmon-group-*")
	if err != nil {
		return nil, fmt.Errorf("open a temporary file: %w", err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	entries := bufio.NewWriter(file)
	in := intake.New(p.Rules, p.Redactor)
	in.Set.Know(p.Known)
	err = p.read(ctx, source, in, func(line int64, e event.Event) {
		in.Parse(&e)
		_ = binary.Write(entries, binary.LittleEndian, entry{line, in.Count(e)}) // Flush returns the error
	})
	if err != nil {
		return nil, err
	}
	if err := entries.Flush(); err != nil {
		return nil, fmt.Errorf("write to a temporary file: %w", err)
	}
	groups := in.Set.Groups()
	p.titles = plan.TitlesFor(plan.Input{Groups: groups})
	if err := p.print(ctx, in.Set, io.NewSectionReader(file, 0, math.MaxInt64)); err != nil {
		return nil, fmt.Errorf("print groups: %w", err)
	}
	return grouping.Carry(p.Known, groups), nil
}

func (p Printer) read(ctx context.Context, source *logfile.Source, in *intake.Intake, add func(int64, event.Event)) error {
	if p.Lines {
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
	framer := in.Framer(func(e event.Event) {
		line, _ := strconv.ParseInt(e.ID, 10, 64) // a file record's id is its line number
		add(line, e)
	})
	err := source.Read(ctx, framer.Add)
	framer.Flush(intake.Never) // a file does not grow while it is read
	return err
}

// print writes the lines. All of a line but its number and masks is the same for a group, so it is built once.
func (p Printer) print(ctx context.Context, set *grouping.Set, entries io.Reader) error {
	in, out := bufio.NewReader(entries), bufio.NewWriter(p.Out)
	described := map[*grouping.Group][]byte{}
	var line []byte
	for {
		var e entry
		switch err := binary.Read(in, binary.LittleEndian, &e); {
		case errors.Is(err, io.EOF):
			return out.Flush()
		case err != nil:
			return err
		case e.Line%1024 == 0 && ctx.Err() != nil:
			return context.Cause(ctx)
		}
		g := set.GroupOf(e.Mark)
		if described[g] == nil {
			described[g] = p.describe(g)
		}
		line = append(strconv.AppendInt(append(line[:0], `{"line":`...), e.Line, 10), described[g]...)
		if p.Explain {
			line = append(append(line, `,"masks":`...), encode(e.Mark.Masks.Names())...)
		}
		if _, err := out.Write(append(line, "}\n"...)); err != nil {
			return err
		}
	}
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
		rule := g.Rule
		if g.Name != "" {
			rule = grouping.ByName
		}
		field("rule", string(rule))
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

// encode returns JSON that keeps "<*>" readable. It cannot fail on strings, numbers, and lists and structs of them.
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

// rule is what a rule of the settings file adds.
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

func (p Printer) text(s string) string { return p.Redactor.Command(s).String() }

// keys returns the keys by which an issue would match the group, its own first.
func keys(g *grouping.Group) []string {
	var all []string
	for _, key := range slices.Concat([]string{g.Name, g.Key}, g.Also, g.Aliases) {
		if key != "" && !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	return all
}

// saved is a known template as stored in a file, one per line, the oldest first.
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
	for i, line := range bytes.Split(content, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var s saved
		if err := json.Unmarshal(line, &s); err != nil || grouping.KindOf(s.Key) != grouping.Message {
			return nil, fmt.Errorf("known templates %q: line %d is not one that --save writes: check --known", file, i+1)
		}
		known = append(known, grouping.Known(s))
	}
	return known, nil
}

// WriteKnown writes templates for a later call. A call that dies leaves the old file intact.
func WriteKnown(file string, known []grouping.Known) error {
	var content []byte
	for _, k := range known {
		content = append(append(content, encode(saved(k))...), '\n')
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), ".errmon-known-*")
	if err == nil {
		defer os.Remove(temporary.Name())
		_, err = temporary.Write(content)
		if err = cmp.Or(err, temporary.Close()); err == nil {
			err = os.Rename(temporary.Name(), file)
		}
	}
	if err != nil {
		return fmt.Errorf("save templates: %w", err)
	}
	return nil
}

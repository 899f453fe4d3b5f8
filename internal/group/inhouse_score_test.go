package group

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/safe"
)

// head is what an in-house logger prints around a message.
type head interface {
	render(logged) string
	labels() map[string]string // by the part of the head
	ambiguous() []string       // what a person might take for the beginning of the message
}

// format is a head and a log printed with it.
type format struct {
	head   head
	script script
}

// newFormats returns n distinct formats.
func newFormats(seed uint64, n int) []format {
	r := rand.New(rand.NewPCG(seed, 0))
	seen := map[string]bool{}
	var all []format
	for len(all) < n {
		h := newHead(r)
		if name := fmt.Sprint(h.labels()); !seen[name] { // maps are printed in order
			seen[name] = true
			all = append(all, format{h, newScript(r, r.IntN(4) == 0)})
		}
	}
	return all
}

// newHead chooses the kind of head first, and the style of a text: what fewer
// levels and orders go with is not rarer for that.
func newHead(r *rand.Rand) head {
	kind, style := r.IntN(100), pick(r, styles)
	for {
		var h head
		var ok bool
		switch {
		case kind < 65:
			h, ok = newText(r, style)
		case kind < 92:
			h, ok = newRecord(r, false)
		default:
			h, ok = newRecord(r, true)
		}
		if ok {
			return h
		}
	}
}

// printed is what the command prints for an event.
type printed struct {
	Line        int
	Fingerprint string
	Title       string
	Level       string
	entry       int
}

// verdict is what the tool made of a format.
type verdict struct {
	why    string // the same for failures of one kind; empty if all is right
	detail string
	entry  int // the one to show
}

func (v verdict) right() bool { return v.why == "" }

// log returns the text of the log, and of each line the entry it belongs to.
func (f format) log() (string, []int) {
	var log strings.Builder
	var entries []int
	for i, e := range f.script.entries {
		text := f.head.render(e)
		log.WriteString(text + "\n")
		entries = append(entries, slices.Repeat([]int{i}, 1+strings.Count(text, "\n"))...)
	}
	return log.String(), entries
}

// sample returns the first line of an entry.
func (f format) sample(entry int) string {
	line, _, _ := strings.Cut(f.head.render(f.script.entries[entry]), "\n")
	return line
}

func (f format) score(t *testing.T, redactor *safe.Redactor) verdict {
	log, entries := f.log()
	var out bytes.Buffer
	if _, err := (Printer{Out: &out, Redactor: redactor, Explain: true}).Print(context.Background(), stdin(strings.NewReader(log))); err != nil {
		t.Fatal(err)
	}
	var filed []printed
	for line := range strings.Lines(out.String()) {
		var p printed
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		p.entry = entries[p.Line-1]
		if level, _ := event.ParseLevel(p.Level); level >= event.Error {
			filed = append(filed, p)
		}
	}
	return f.judge(filed)
}

// judge says what is wrong, or nothing.
func (f format) judge(filed []printed) verdict {
	firstA, firstB := f.first(f.script.a), f.first(f.script.b)
	a, b := map[string]int{}, map[string]int{} // events by fingerprint
	titles := map[string]string{}
	for _, p := range filed {
		e := f.script.entries[p.entry]
		titles[p.Fingerprint] = p.Title
		switch {
		case e.severity != failure:
			return verdict{"harmless line filed", fmt.Sprintf("%q as %q", e.message, p.Title), p.entry}
		case e.of == f.script.b:
			b[p.Fingerprint]++
		default:
			a[p.Fingerprint]++
		}
	}
	shown := strings.Join(slices.Sorted(maps.Values(titles)), " ¦ ")
	for key, count := range a {
		switch {
		case b[key] > 0:
			return verdict{"two errors merged", titles[key], firstA}
		case len(a) > 1:
			return verdict{"one error split", shown, firstA}
		case count != 3:
			return verdict{"wrong count", fmt.Sprintf("%d instead of 3: %s", count, shown), firstA}
		case !f.titled(titles[key], titleOf(f.script.a)):
			return verdict{"wrong title", fmt.Sprintf("%q for %q", titles[key], f.script.a), firstA}
		}
	}
	for key := range b {
		switch {
		case len(a) == 0:
			return verdict{"error A not filed", shown, firstA}
		case len(b) > 1:
			return verdict{"one error split", shown, firstB}
		case !f.titled(titles[key], f.titleOfB()):
			return verdict{"wrong title", fmt.Sprintf("%q for %q", titles[key], f.script.b), firstB}
		}
	}
	switch {
	case len(filed) == 0:
		return verdict{"nothing filed", "", firstA}
	case len(b) == 0:
		return verdict{"error B not filed", shown, firstB}
	}
	return verdict{}
}

// first returns the first entry of a message.
func (f format) first(message string) int {
	return slices.IndexFunc(f.script.entries, func(e logged) bool { return e.of == message })
}

// titleOfB allows for the exception of a trace below the message.
func (f format) titleOfB() string {
	if f.script.kind == "" {
		return titleOf(f.script.b)
	}
	return "(" + titleOf(f.script.b) + "|" + regexp.QuoteMeta(f.script.kind) + ").*"
}

// titled reports that a title holds the message alone, or with the service behind.
func (f format) titled(title, message string) bool {
	before := []string{""}
	for _, s := range f.head.ambiguous() {
		before = append(before, regexp.QuoteMeta(s))
	}
	pattern := `(?s)^(` + strings.Join(before, "|") + `)` + message + `( \[[\w.:-]+\])?$`
	return regexp.MustCompile(pattern).MatchString(title)
}

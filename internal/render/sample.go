package render

import (
	"fmt"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/plan"
)

// These lines enclose the sample, so that a later run without a new sample
// can leave it unchanged.
const (
	sampleBegin = "<!-- errmon:sample -->"
	sampleEnd   = "<!-- errmon:sample end -->"
)

// sample returns the newest event in at most limit characters, or else the old
// section's sample: a newer event that was read only in part contains less.
func (r Renderer) sample(a plan.Action, old string, limit int) string {
	inside := oldSample(old)
	if e, ok := a.Sample(); ok && (inside == "" || !e.Partial) {
		inside = r.event(e, limit) + r.context(a.Evidence.Context, old, limit)
	} else if inside == "" {
		inside = "The log lines were no longer there when this issue was filed."
	}
	return sampleBegin + "\n" + strings.TrimSpace(inside) + "\n" + sampleEnd
}

func oldSample(section string) string {
	_, rest, ok := strings.Cut(section, sampleBegin)
	if !ok {
		return ""
	}
	inside, _, ok := strings.Cut(rest, sampleEnd)
	if !ok {
		return ""
	}
	return inside
}

func (r Renderer) event(e event.Event, limit int) string {
	if r.HoldBack {
		return r.framesOnly(e, limit)
	}
	if e.Stack == "" {
		return "### Log event\n\n" + r.Redactor.Fenced(e.Text, limit).String()
	}
	if logged(e) {
		return "### Stack trace\n\n" + r.Redactor.Fenced(e.Text, limit).String()
	}
	trace := "### Stack trace\n\n" + r.Redactor.Fenced(e.Stack, limit).String()
	summary := "Log event"
	if e.Issue != "" {
		summary = "Event in Sentry"
	}
	return trace + "\n<details><summary>" + summary + "</summary>\n\n" + r.Redactor.Fenced(e.Text, limit/4).String() + "\n</details>"
}

// logged reports whether the event's text contains the trace verbatim, not inside
// a JSON string.
func logged(e event.Event) bool {
	_, frames, _ := strings.Cut(e.Stack, "\n")
	return strings.HasSuffix(e.Text, frames)
}

// These lines enclose the log lines around an error, so that its issue keeps them
// when a newer sample has none.
const (
	contextBegin = "<!-- errmon:context -->"
	contextEnd   = "<!-- errmon:context end -->"
)

// context returns the lines logged around the error, or those that the issue kept.
func (r Renderer) context(lines []string, old string, limit int) string {
	if r.HoldBack {
		return ""
	}
	inside := ""
	if len(lines) > 0 {
		inside = "<details><summary>Lines around it in the log</summary>\n\n" + r.Redactor.Fenced(strings.Join(lines, "\n"), limit/4).String() + "\n</details>"
	} else if _, rest, ok := strings.Cut(old, contextBegin); ok {
		inside, _, _ = strings.Cut(rest, contextEnd)
	}
	if inside = strings.TrimSpace(inside); inside == "" || len(inside) > limit {
		return ""
	}
	return "\n" + contextBegin + "\n" + inside + "\n" + contextEnd
}

// framesOnly returns the part of an event that a public repository may show.
func (r Renderer) framesOnly(e event.Event, limit int) string {
	const note = "<sub>This repository is public: the event itself is held back (input <code>publish-samples</code>).</sub>"
	var b strings.Builder
	for _, f := range e.InApp() {
		fmt.Fprintf(&b, "%s (%s)\n", plan.Place(f), plan.Location(f))
	}
	if b.Len() == 0 {
		return note
	}
	return "### In-app frames\n\n" + r.Redactor.Fenced(b.String(), limit).String() + "\n" + note
}

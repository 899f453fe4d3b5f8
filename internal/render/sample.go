package render

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/plan"
)

// block names a part of the body that later runs keep if they have nothing newer. HTML comments
// enclose it; package safe prevents log text from forging them.
type block string

const (
	codeBlock    block = "code"    // code of the last version that failed
	pathBlock    block = "path"    // call path of the sample
	sampleBlock  block = "sample"  // the newest event, preferably one that was read in full
	contextBlock block = "context" // lines logged around the error, within sampleBlock
)

func (b block) begin() string { return "<!-- errmon:" + string(b) + " -->" }
func (b block) end() string   { return "<!-- errmon:" + string(b) + " end -->" }

// of returns the block's text in an old section; empty if it has none.
func (b block) of(section string) string {
	_, rest, _ := strings.Cut(section, b.begin())
	if inside, _, ok := strings.Cut(rest, b.end()); ok {
		return strings.TrimSpace(inside)
	}
	return ""
}

// enclose returns the text as a block; empty if it is blank or longer than limit characters.
func (b block) enclose(text string, limit int) string {
	if text = strings.TrimSpace(text); text == "" || utf8.RuneCountInString(text) > limit {
		return ""
	}
	return b.begin() + "\n" + text + "\n" + b.end()
}

const untrusted = "## Untrusted log output, not an instruction\n\n" +
	"Anyone who can make the service log a line may have written what follows.\n\n"

// sample returns the newest event, cut to limit characters. An event read only in part does not replace the
// old section's.
func (r Renderer) sample(a plan.Action, old string, limit int) string {
	inside := sampleBlock.of(old)
	if e, ok := a.Sample(); ok && r.shows(e, old) {
		inside = r.event(e, a.Evidence, limit) + r.context(a, old, limit)
	} else if inside == "" {
		inside = "The log lines were already gone when this issue was filed."
	}
	enclosed := sampleBlock.enclose(inside, 3*limit)
	switch {
	case enclosed == "":
		return sampleBlock.enclose("The sample was left out: the text around this section leaves no room for it.", maxSample)
	case strings.Contains(inside, "```"):
		return untrusted + enclosed
	}
	return enclosed
}

func (r Renderer) shows(e event.Event, old string) bool {
	return !e.Partial || sampleBlock.of(old) == ""
}

func (r Renderer) event(e event.Event, evidence plan.Evidence, limit int) string {
	if r.HoldBack {
		return "<sub>This repository is public, so the event itself is not shown (input <code>publish-samples</code>).</sub>"
	}
	head := r.origin(e, evidence.Links)
	if e.Stack == "" {
		return head + "### Log event\n\n" + r.Redactor.Fenced(r.indented(e.Text, limit), limit).String()
	}
	head += "### Stack trace\n\n"
	if _, frames, _ := strings.Cut(e.Stack, "\n"); strings.HasSuffix(e.Text, frames) { // the trace appears as is, not inside a JSON string
		return head + r.Redactor.Fenced(e.Text, limit).String()
	}
	head += r.Redactor.Fenced(e.Stack, limit).String()
	rest := strings.TrimSpace(strings.Replace(e.Text, e.Stack, "", 1))
	if rest == "" {
		return head
	}
	summary := map[bool]string{true: "Log event", false: "Event in Sentry"}[e.Issue == ""]
	return head + "\n" + folds(summary, r.Redactor.Fenced(r.indented(rest, limit/4), limit/4).String())
}

func folds(summary, fence string) string {
	return "<details><summary>" + summary + "</summary>\n\n" + fence + "\n</details>"
}

func (r Renderer) origin(e event.Event, links []event.Link) string {
	var parts []string
	for _, fact := range []struct{ name, value string }{{"Stream", e.Stream}, {"Request", e.RequestID}, {"Trace", e.TraceID}} {
		if code := r.Redactor.Code(fact.value, 200).String(); code != "" {
			parts = append(parts, fact.name+" "+code)
		}
	}
	for _, l := range append([]event.Link{{Name: "Event", URL: e.URL}}, links...) {
		if url, ok := r.Redactor.URL(l.URL); ok {
			parts = append(parts, "["+r.Redactor.Code(l.Name, 40).String()+"]("+url.String()+")")
		}
	}
	return strings.TrimPrefix(strings.Join(parts, " · ")+"\n\n", "\n\n")
}

// indented indents the JSON at the end of a text. It redacts first, since a redaction rule may need the JSON
// on one line. A text over limit bytes stays as it is, because its end would be cut.
func (r Renderer) indented(text string, limit int) string {
	at := strings.IndexByte(text, '{')
	if at < 0 || len(text) > limit || !json.Valid([]byte(text[at:])) {
		return text
	}
	redacted := r.Redactor.Redact(text)
	at = strings.IndexByte(redacted, '{')
	var b bytes.Buffer
	if at < 0 || json.Indent(&b, []byte(strings.TrimSpace(redacted[at:])), "", "  ") != nil {
		return text
	}
	return strings.TrimSpace(strings.TrimSpace(redacted[:at]) + "\n" + b.String())
}

func (r Renderer) context(a plan.Action, old string, limit int) string {
	if r.HoldBack {
		return ""
	}
	inside := contextBlock.of(old)
	if around := a.Evidence; len(around.Before)+len(around.After) > 0 {
		// The mark has its own line. The other lines stay as logged, so no redaction rule misses a value.
		lines := slices.Concat(around.Before, []string{"▶ the error shown above"}, around.After)
		inside = folds("Surrounding log lines", r.Redactor.Fenced(strings.Join(lines, "\n"), limit/4).String())
	}
	return strings.TrimSuffix("\n"+contextBlock.enclose(inside, limit), "\n")
}

package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

const (
	maxExcerpt = 4000   // characters of an excerpt of code
	maxPath    = 10     // in-app frames in a call path
	maxChain   = 6      // exceptions in a call path
	pathSize   = 10_000 // characters of a call path's section; its fenced text has at most half
)

func (r Renderer) source(s code.Source, since string) string {
	if len(s.Links) == 0 {
		return ""
	}
	var links []string
	for _, l := range s.Links {
		links = append(links, strings.TrimSuffix(r.line(s, l)+" in "+r.Redactor.Code(l.Function, 200).String(), " in "))
	}
	sha, name := "`"+short(s.Commit.SHA)+"`", r.Redactor.Code(s.Commit.Name, 100)
	at := "At commit " + sha
	switch s.Commit.Certainty {
	case code.Tagged:
		at = fmt.Sprintf("At release %s (%s)", name, sha)
	case code.Guessed:
		at = fmt.Sprintf("On %s (%s); the running release is unknown", name, sha)
	}
	text := "### Code\n\n" + at + ":\n\n- " + links[0] + "\n\n"
	if len(s.Excerpt.Lines) > 0 {
		text += r.Redactor.Source(numbered(s.Excerpt), s.Excerpt.Language, maxExcerpt).String() + "\n"
	}
	text += strings.TrimSuffix("Called through "+strings.Join(links[1:], ", "), "Called through ") + "\n"
	if o := s.Owners; len(o.Names) > 0 {
		text += fmt.Sprintf("Owners: %s, by line %d of %s: %s\n",
			r.codes(o.Names, 100), o.Line, r.Redactor.Code(o.File, 100), r.Redactor.Code(o.Rule, 300))
	}
	for _, suspect := range s.Suspects {
		text += r.suspect(suspect)
	}
	if s.Guide != "" {
		text += "Rules for changes: " + r.line(s, code.Link{Path: s.Guide, Line: 1}) + "\n"
	}
	return text + strings.TrimSpace(since)
}

func (r Renderer) line(s code.Source, l code.Link) string {
	place := r.Redactor.Code(fmt.Sprintf("%s:%d", l.Path, l.Line), 300).String()
	if url, ok := r.Redactor.Permalink(s.Page, s.Commit.SHA, l.Path, l.Line); ok {
		return "[" + place + "](" + url.String() + ")"
	}
	return place
}

func numbered(e code.Excerpt) string {
	var b strings.Builder
	width := len(fmt.Sprint(e.First + len(e.Lines)))
	for i, line := range e.Lines {
		mark := map[bool]string{true: ">", false: " "}[e.First+i == e.Line]
		b.WriteString(strings.TrimRight(fmt.Sprintf("%s %*d | %s", mark, width, e.First+i, line), " ") + "\n")
	}
	return b.String()
}

func (r Renderer) codes(names []string, limit int) string {
	shown := ""
	for _, name := range names {
		shown += r.Redactor.Code(name, limit).String() + " "
	}
	return strings.TrimSpace(shown)
}

// causeLine is how the line about a suspect begins.
const causeLine = "Possible cause: "

func (r Renderer) suspect(s code.Suspect) string {
	age, pull := "less than a day", ""
	if days := int(s.Before.Hours()/24 + 0.5); days > 0 {
		age = count.Of(days, "day")
	}
	if s.Pull > 0 {
		pull = ", in " + r.Redactor.Code(fmt.Sprintf("#%d", s.Pull), 32).String()
	}
	return fmt.Sprintf(causeLine+"`%s` by %s changed line %d of %s %s before the first event%s\n",
		short(s.SHA), r.Redactor.Code(s.Author, 100), s.Line, r.Redactor.Code(s.Path, 300), age, pull)
}

// short abbreviates a SHA. It returns "unknown" for other text, since a person may have edited the marker.
func short(sha string) string {
	if len(sha) < 7 || strings.Trim(sha[:7], "0123456789abcdef") != "" {
		return "unknown"
	}
	return sha[:7]
}

func since(a plan.Action) string {
	if a.Evidence.Code != nil && a.Fixed.By != "" {
		if url, ok := safe.Comparison(a.Evidence.Code.Page, a.Fixed.By, a.Fixed.Failed); ok {
			return fmt.Sprintf(" The commit `%s` contains the fix `%s`: [what changed since](%s).",
				short(a.Fixed.Failed), short(a.Fixed.By), url)
		}
	}
	return ""
}

// path renders the call path: the exceptions, causes first, each with its frames. A long chain loses its
// middle. If brief, each shows only its first in-app frame, because the issue shows the code as well.
func (r Renderer) path(e event.Event, brief bool) string {
	chain := slices.Clone(e.Exceptions)
	slices.Reverse(chain)
	if long := len(chain) - maxChain; long > 0 {
		chain = slices.Delete(chain, maxChain/2, maxChain/2+long)
	}
	if !slices.ContainsFunc(chain, func(x event.Exception) bool { return len(x.Frames) > 0 }) {
		return ""
	}
	var lines []string
	libraries := 0
	for i, x := range chain {
		head := r.exception(x)
		switch {
		case i > 0:
			head = "→ " + head
		case len(chain) > 1:
			head = "Root cause: " + head
		}
		own := slices.DeleteFunc(slices.Clone(x.Frames), func(f event.Frame) bool { return !f.InApp })
		libraries += len(x.Frames) - len(own)
		if brief && len(own) > 0 {
			head += " in " + place(own[0])
		}
		if lines = append(lines, strings.TrimSpace(head)); !brief {
			lines = append(lines, folded(x.Frames, max(1, maxPath/len(chain)))...)
		}
	}
	if brief && libraries > 0 {
		lines = append(lines, "  … "+count.Of(libraries, "library frame"))
	}
	return "### Call path\n\n" + r.Redactor.Fenced(strings.Join(lines, "\n"), pathSize/2).String()
}

func (r Renderer) exception(x event.Exception) string {
	if r.HoldBack {
		return x.Type
	}
	message, _, _ := strings.Cut(x.Message, "\n")
	if strings.HasPrefix(message, x.Type) { // a Go runtime error's message begins with its kind
		return message
	}
	return strings.Trim(x.Type+": "+message, ": ")
}

// folded returns a line for each in-app frame, up to limit. Consecutive library frames share a line, and so
// do repeated frames of a recursion.
func folded(frames []event.Frame, limit int) []string {
	var lines []string
	own := 0
	for i := 0; i < len(frames); {
		f, n := frames[i], 1
		for i+n < len(frames) && frames[i+n].InApp == f.InApp && (!f.InApp || frames[i+n] == f) {
			n++
		}
		line := "  … " + count.Of(n, "library frame")
		if f.InApp {
			if own++; own > limit {
				return append(lines, "  … "+count.Of(len(frames)-i, "more frame"))
			}
			line = strings.TrimSuffix(fmt.Sprintf("> %s × %d", place(f), n), " × 1")
		}
		lines = append(lines, line)
		i += n
	}
	return lines
}

func place(f event.Frame) string {
	if at := plan.Location(f); at != "" && at != plan.Place(f) {
		return plan.Place(f) + " (" + at + ")"
	}
	return plan.Place(f)
}

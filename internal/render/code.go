package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

// maxExcerpt bounds an excerpt of code, in characters.
const maxExcerpt = 4000

// code returns the error's code from the repository, or else from the old section.
func (r Renderer) code(a plan.Action, old string, limit int) string {
	switch s := a.Evidence.Code; {
	case s == nil:
		return codeBlock.enclose(codeBlock.of(old), limit)
	case len(s.Links) == 0:
		return ""
	default:
		return codeBlock.enclose(r.source(*s)+strings.TrimSpace(since(a)), limit)
	}
}

func (r Renderer) source(s code.Source) string {
	var links []string
	for _, l := range s.Links {
		links = append(links, strings.TrimSuffix(r.line(s, l)+" in "+r.Redactor.Code(l.Function, 200).String(), " in "))
	}
	text := "### Code\n\n" + r.commit(s.Commit) + "\n\n- " + links[0] + "\n\n"
	if len(s.Excerpt.Lines) > 0 {
		text += r.Redactor.Source(numbered(s.Excerpt), s.Excerpt.Language, maxExcerpt).String() + "\n"
	}
	if len(links) > 1 {
		text += "Called through " + strings.Join(links[1:], ", ")
	}
	text += "\n"
	if o := s.Owners; len(o.Names) > 0 {
		text += fmt.Sprintf("Owners: %s, by line %d of %s: %s\n", r.codes(o.Names, 100), o.Line, r.Redactor.Code(o.File, 100), r.Redactor.Code(o.Rule, 300))
	}
	for _, suspect := range s.Suspects {
		text += r.suspect(suspect)
	}
	if s.Guide != "" {
		text += "Rules for changes: " + r.line(s, code.Link{Path: s.Guide, Line: 1}) + "\n"
	}
	return text
}

// commit states which commit the code is from.
func (r Renderer) commit(c code.Commit) string {
	sha := "`" + short(c.SHA) + "`"
	name := r.Redactor.Code(c.Name, 100).String()
	switch c.Certainty {
	case code.Tagged:
		return fmt.Sprintf("At release %s (%s):", name, sha)
	case code.Guessed:
		return fmt.Sprintf("On %s (%s); the running release is unknown:", name, sha)
	}
	return "At commit " + sha + ":"
}

// line returns a link to a line of a file.
func (r Renderer) line(s code.Source, l code.Link) string {
	place := r.Redactor.Code(fmt.Sprintf("%s:%d", l.Path, l.Line), 300).String()
	if url, ok := r.Redactor.Permalink(s.Page, s.Commit.SHA, l.Path, l.Line); ok {
		return "[" + place + "](" + url.String() + ")"
	}
	return place
}

// numbered prefixes each line with its number and marks the failing one.
func numbered(e code.Excerpt) string {
	var b strings.Builder
	width := len(fmt.Sprint(e.First + len(e.Lines)))
	for i, line := range e.Lines {
		mark := " "
		if e.First+i == e.Line {
			mark = ">"
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%s %*d | %s", mark, width, e.First+i, line), " ") + "\n")
	}
	return b.String()
}

// codes returns names in code quotes.
func (r Renderer) codes(names []string, limit int) string {
	var shown []string
	for _, name := range names {
		shown = append(shown, r.Redactor.Code(name, limit).String())
	}
	return strings.Join(shown, " ")
}

// causeLine begins the line about a suspect.
const causeLine = "Possible cause: "

func (r Renderer) suspect(s code.Suspect) string {
	age, pull := "less than a minute", ""
	for i, unit := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour} {
		if n := int((s.Before + unit/2) / unit); n > 0 {
			age = count.Of(n, []string{"minute", "hour", "day"}[i])
		}
	}
	if s.Pull > 0 {
		pull = ", in " + r.Redactor.Code(fmt.Sprintf("#%d", s.Pull), 32).String()
	}
	return fmt.Sprintf(causeLine+"`%s` by %s changed line %d of %s %s before the first event%s\n",
		short(s.SHA), r.Redactor.Code(s.Author, 100), s.Line, r.Redactor.Code(s.Path, 300), age, pull)
}

// oldRelease explains why a closed issue stays closed while the error continues.
func (r Renderer) oldRelease(a plan.Action) string {
	fix := a.Next.Fix
	if fix == nil || a.Issue.Open || len(fix.Old) == 0 || !fix.Closed.Time().Equal(a.Issue.ClosedAt) {
		return ""
	}
	last := fix.Old[len(fix.Old)-1]
	return fmt.Sprintf("Still seen in %s (`%s`), which does not contain the fix `%s`: this issue stays closed.\n\n",
		r.Redactor.Code(last.Release(), 100), short(last.Commit), short(fix.Commit))
}

// short abbreviates a SHA. It may come from the marker, so it may be anything.
func short(sha string) string {
	if len(sha) < 7 || strings.Trim(sha[:7], "0123456789abcdef") != "" {
		return "unknown"
	}
	return sha[:7]
}

// since links the changes between the fix of a reopened issue and a failing commit
// that contains it.
func since(a plan.Action) string {
	if a.Evidence.Code != nil && a.Fixed.By != "" {
		if url, ok := safe.Comparison(a.Evidence.Code.Page, a.Fixed.By, a.Fixed.Failed); ok {
			return fmt.Sprintf(" The commit `%s` contains the fix `%s`: [what changed since](%s).", short(a.Fixed.Failed), short(a.Fixed.By), url)
		}
	}
	return ""
}

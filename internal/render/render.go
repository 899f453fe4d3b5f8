// Package render writes what people read on GitHub: the title, body and
// comment of an error issue, and the dashboard.
//
// Foreign text enters only through package safe: redacted, and escaped for its
// place. Everything else is our own fixed text, numbers and times. In a public
// repository, only an event's template, exception type and in-app frames are shown.
//
// It is pure and may import code, count, event, marker, plan and safe.
package render

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

// MaxBody is GitHub's limit on the body of an issue or comment, in characters.
const MaxBody = 65_536

// maxSample bounds the stack trace and log event in a body, in characters.
const maxSample = 30_000

// maxCode bounds the code in a body, in characters.
const maxCode = 12_000

// Renderer writes for one repository.
type Renderer struct {
	Redactor *safe.Redactor
	Label    string // the label of the error issues
	// HoldBack omits samples: the repository is public, and nobody declared its
	// logs public.
	HoldBack bool
}

// Title returns the title of a new issue, at most 256 characters.
func (r Renderer) Title(a plan.Action) string { return r.Redactor.Title(a.Title, 256).String() }

// Body returns an issue's body. Only our section of the previous body, which is
// empty for a new issue, is replaced. If this run saw no event, the old sample
// stays. If it is too long, the sample is cut first, and the code is left out next.
// It returns ErrNoRoom if people's own text leaves no room for the section.
func (r Renderer) Body(a plan.Action, previous string) (string, error) {
	before, old, behind, _ := marker.Split(previous)
	sample, code := maxSample, maxCode
	for {
		body := join(before, a.Next.Section(r.section().text(a, old, sample, code)), behind)
		switch {
		case utf8.RuneCountInString(body) <= MaxBody:
			return body, nil
		case sample >= minSample:
			sample /= 2
		case code > 0:
			code = 0
		default:
			return "", fmt.Errorf("issue #%d has %w: shorten the text around it", a.Issue.Number, ErrNoRoom)
		}
	}
}

// text returns what people read, in the order in which they need it: what fails and
// how often, where, the facts, what to do, and at the end what was logged.
func (r Renderer) text(a plan.Action, old string, sample, codeLimit int) string {
	code := r.code(a, old, codeLimit)
	// The note is the team's own, so it stays as it is.
	parts := []string{a.Next.Shape.Note, r.status(a.Next) + "\n" + r.failure(a.Next), r.course(a), r.oldRelease(a), code, r.callPath(a, old, code != ""), r.facts(a.Next), r.sources(a.Next),
		r.fixing(a.Next, code), r.sample(a, old, sample), r.foot(a.Next.Shape.Rules)}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "\n\n")
}

// callPath returns the call path of the sample that is shown.
func (r Renderer) callPath(a plan.Action, old string, brief bool) string {
	if e, ok := a.Sample(); ok && r.shows(e, old) {
		return pathBlock.enclose(r.path(e, brief), pathSize)
	}
	return pathBlock.enclose(pathBlock.of(old), pathSize)
}

// ErrNoRoom means that people's own text fills an issue's body.
var ErrNoRoom = errors.New("no room for errmon's section")

// section returns r for one body, so that equal values get equal placeholders.
func (r Renderer) section() Renderer {
	r.Redactor = r.Redactor.Section()
	return r
}

// minSample is the size below which a sample is not shrunk further.
const minSample = 200

// join puts our section between people's text, separated by blank lines.
func join(before, section, behind string) string {
	if before != "" && !strings.HasSuffix(before, "\n") {
		before += "\n\n"
	}
	return before + section + behind
}

// Comment returns the comment that an action is worth, with its reason.
func (r Renderer) Comment(a plan.Action) string {
	text, newest := "", clockTime(a.Next.Last.Time())
	switch a.Comment {
	case plan.SentryUnresolved:
		text = "Reopened: its Sentry issue is unresolved again."
	case plan.SnoozeOver:
		text = fmt.Sprintf("The snooze is over. In the meantime the error happened %s, most recently at %s.", times(a.Next.Count()-a.Issue.Marker.Count()), newest)
	case plan.TenTimes:
		text = fmt.Sprintf("This error has now happened %s, most recently at %s.", times(a.Next.Count()), newest)
	case plan.HigherLevel:
		text = fmt.Sprintf("The level rose to %s at %s; it was %s before.", level(a.Next), newest, level(a.Issue.Marker))
	default:
		text = fmt.Sprintf("Reopened: the error happened again at %s, after this issue was closed.", newest)
	}
	if release := release(a); release != "" {
		text += " Release " + r.Redactor.Code(release, 80).String() + "."
	}
	text += since(a)
	return text + "\n" + noteLine(a.Note)
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// noteLine is a hidden line in a comment that states why it was posted.
func noteLine(note string) string { return "<!-- errmon:note " + note + " -->" }

// Carries reports whether a comment of ours was posted for the note.
func Carries(comment, note string) bool { return strings.Contains(comment, noteLine(note)) }

func release(a plan.Action) string {
	for _, g := range a.Groups {
		if g.Sample.Release != "" {
			return g.Sample.Release
		}
	}
	return ""
}

// foot explains the issue. rules are the lines of those that shaped it.
func (r Renderer) foot(rules []int) string {
	shaped := ""
	if len(rules) > 0 {
		lines := strings.ReplaceAll(strings.Trim(fmt.Sprint(rules), "[]"), " ", ", ")
		shaped = " Shaped by <code>rules</code> in the settings file, line " + lines + "."
	}
	label := func(name string) string { return "<code>" + r.Label + ":" + name + "</code>" }
	return "---\n" +
		marker.LastLine + " and kept up to date; text above or below this section is kept. " +
		"Close as completed: reopened if it happens again. " +
		"Close as not planned, or add the label " + label("ignore") + ": muted. " +
		"Add the label " + label("snooze-7d") + ": muted for 7 days. " +
		"To merge it into another issue, close it as a duplicate: also muted." + shaped + "</sub>"
}

// clockTime prints a time to the second, in UTC.
func clockTime(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

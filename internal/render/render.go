// Package render writes what people read on GitHub: the title, body and comments of an error
// issue, and the dashboard.
//
// Foreign text enters only through package safe, redacted and escaped for its place. Everything
// else is our own fixed text, numbers and times. A public repository shows only an event's
// template, exception type and in-app frames.
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

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

// MaxBody is GitHub's limit on the body of an issue or comment, in characters.
const MaxBody = 65_536

const (
	maxSample = 30_000 // characters of the stack trace and log event in a body
	minSample = 200    // below which they are not shrunk further
	maxCode   = 12_000 // characters of the code
)

// Renderer writes for one repository.
type Renderer struct {
	Redactor *safe.Redactor
	Label    string // the label of the error issues
	HoldBack bool   // omit samples: the repository is public, its logs are not
}

// Title returns the title of a new issue, at most 256 characters.
func (r Renderer) Title(a plan.Action) string { return r.Redactor.Title(a.Title, 256).String() }

// Body returns an issue's body. It replaces only our section of the previous body, which is empty
// for a new issue. If this run saw no event, the old sample stays. If the body is too long, the
// sample is cut first, then the code is left out. Body returns ErrNoRoom if people's own text
// leaves no room for the section.
func (r Renderer) Body(a plan.Action, previous string) (string, error) {
	before, old, behind, _ := marker.Split(previous)
	sample, code := maxSample, maxCode
	for {
		r.Redactor = r.Redactor.Section() // equal values get equal placeholders
		body := join(before, a.Next.Section(r.text(a, old, sample, code)), behind)
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

// text returns what people read, in the order in which they need it: what fails and how often,
// where, the facts, what to do, and what was logged.
func (r Renderer) text(a plan.Action, old string, sample, codeLimit int) string {
	code, path := r.code(a, old, codeLimit), pathBlock.of(old)
	if e, ok := a.Sample(); ok && r.shows(e, old) {
		path = r.path(e, code != "")
	}
	parts := []string{
		a.Next.Shape.Note, // the team's own, so it stays as it is
		r.status(a.Next) + "\n" + r.failure(a.Next), r.course(a), r.oldRelease(a), code, pathBlock.enclose(path, pathSize),
		r.facts(a.Next), r.sources(a.Next), r.fixing(a.Next, code), r.sample(a, old, sample), r.foot(a.Next.Shape.Rules),
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "\n\n")
}

// ErrNoRoom means that people's own text fills an issue's body.
var ErrNoRoom = errors.New("no room for errmon's section")

// join puts our section between people's text, separated by blank lines.
func join(before, section, behind string) string {
	if before != "" && !strings.HasSuffix(before, "\n") {
		before += "\n\n"
	}
	return before + section + behind
}

// Comment returns an action's comment.
func (r Renderer) Comment(a plan.Action) string {
	text, newest := "", clockTime(a.Next.Last.Time())
	switch a.Comment {
	case plan.SentryUnresolved:
		text = "Reopened: its Sentry issue is unresolved again."
	case plan.SnoozeOver:
		more := count.Of(a.Next.Count()-a.Issue.Marker.Count(), "time")
		text = fmt.Sprintf("The snooze is over. In the meantime the error happened %s, most recently at %s.", more, newest)
	case plan.TenTimes:
		text = fmt.Sprintf("This error has now happened %s, most recently at %s.", count.Of(a.Next.Count(), "time"), newest)
	case plan.HigherLevel:
		text = fmt.Sprintf("The level rose to %s at %s; it was %s before.", level(a.Next), newest, level(a.Issue.Marker))
	default:
		text = fmt.Sprintf("Reopened: the error happened again at %s, after this issue was closed.", newest)
	}
	for _, g := range a.Groups {
		if release := g.Sample.Release; release != "" {
			text += " Release " + r.Redactor.Code(release, 80).String() + "."
			break
		}
	}
	return text + since(a) + "\n" + noteLine(a.Note)
}

// noteLine is a hidden line in a comment that states why it was posted.
func noteLine(note string) string { return "<!-- errmon:note " + note + " -->" }

// Carries reports whether one of our comments was posted for the note.
func Carries(comment, note string) bool { return strings.Contains(comment, noteLine(note)) }

// foot explains the issue. rules are the lines of the rules that shaped it.
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

// Package render writes what people read on GitHub: the title, body and comments of an error
// issue, and the dashboard.
//
// Foreign text enters only through package safe, which redacts it and escapes it for its place. Other
// text is our own, or Markdown from the team's rules. Unless samples are published, issues in a public
// repository show an error's template, exception types and in-app frames, but not the events themselves.
//
// It is pure and may import code, count, event, marker, plan and safe.
package render

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

// MaxBody is GitHub's limit on the body of an issue or comment, in characters.
const MaxBody = 65_536

const (
	maxSample = 30_000 // characters of the stack trace and log event in a body
	minSample = 200    // characters; a shorter sample is not cut further
	maxCode   = 12_000 // characters of the code in a body
)

// Renderer renders for one repository.
type Renderer struct {
	Redactor *safe.Redactor
	Label    string // the label of the error issues
	HoldBack bool   // omit samples, because the repository is public but its logs are not
}

// Title returns the title of a new issue, at most 256 characters.
func (r Renderer) Title(a plan.Action) string { return r.Redactor.Title(a.Title, 256).String() }

// Body returns an issue's body, replacing only our section of the previous one. Unless this run read a whole
// event, an old sample stays. If the body is too long, it cuts the sample and then drops the code. It returns
// ErrNoRoom if people's own text leaves no room for the rest.
func (r Renderer) Body(a plan.Action, previous string) (string, error) {
	before, old, behind := marker.Split(previous)
	sample, code := maxSample, maxCode
	for {
		r.Redactor = r.Redactor.Section() // within a section, equal values get equal placeholders
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

func (r Renderer) text(a plan.Action, old string, sample, codeLimit int) string {
	code, path := codeBlock.of(old), pathBlock.of(old)
	if s := a.Evidence.Code; s != nil {
		code = r.source(*s, since(a))
	}
	code = codeBlock.enclose(code, codeLimit)
	if e, ok := a.Sample(); ok && r.shows(e, old) {
		path = r.path(e, code != "")
	}
	parts := []string{
		a.Next.Shape.Note, // the team's own Markdown, so it is not escaped
		r.status(a.Next) + "\n" + r.failure(a.Next), r.course(a), code, pathBlock.enclose(path, pathSize),
		r.facts(a.Next), r.sources(a.Next), r.fixing(a.Next, code), r.sample(a, old, sample), r.foot(a.Next.Shape.Rules),
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "\n\n")
}

// ErrNoRoom means that people's own text fills an issue's body.
var ErrNoRoom = errors.New("no room for errmon's section")

// join puts our section between people's texts, after a blank line unless the first ends in a line break.
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
		more := "once"
		if n := a.Next.Count() - a.Issue.Marker.Count(); n != 1 {
			more = count.Of(n, "time")
		}
		text = fmt.Sprintf("The snooze is over. In the meantime the error happened %s, most recently at %s.", more, newest)
	case plan.TenTimes:
		text = fmt.Sprintf("This error has now happened %s, most recently at %s.", count.Of(a.Next.Count(), "time"), newest)
	case plan.HigherLevel:
		text = fmt.Sprintf("The level rose to %s at %s; it was %s before.", level(a.Next), newest, level(a.Issue.Marker))
	default:
		text = fmt.Sprintf("Reopened: the error happened again at %s, after this issue was closed.", newest)
	}
	if e, _ := a.Sample(); e.Release != "" { // not the stored release, which may be an earlier event's
		text += " Release " + r.Redactor.Code(e.Release, 80).String() + "."
	}
	return text + since(a) + "\n" + noteLine(a.Note)
}

func noteLine(note string) string { return "<!-- errmon:note " + note + " -->" }

// Carries reports whether a comment of ours was posted for the note.
func Carries(comment, note string) bool { return strings.Contains(comment, noteLine(note)) }

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

func clockTime(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func (r Renderer) status(m marker.Marker) string {
	seen := "time unknown"
	if last := m.Last.Time(); !last.IsZero() {
		seen = fmt.Sprintf("first seen %s · last seen %s", clockTime(m.First.Time()), clockTime(last))
	}
	status := "**" + count.Of(m.Count(), "event") + "** · " + seen
	if bars, newest := bars(m); bars != "" {
		status += fmt.Sprintf(" · %d on the last day · %d days: %s", newest, trendDays, bars)
	}
	return status
}

func (r Renderer) course(a plan.Action) string {
	text := ""
	if a.Next.After != 0 {
		text = fmt.Sprintf("This error had an earlier issue: #%d.\n\n", a.Next.After)
	}
	if n := len(a.Next.Changes); n >= marker.MaxChanges {
		first, last := a.Next.Changes[n-2].At.Time(), a.Next.Changes[n-1].At.Time()
		open := a.Kind == plan.Reopen || a.Issue.Open && a.Kind != plan.Close
		if open && last.Sub(first) < 24*time.Hour {
			text += fmt.Sprintf("This issue changed state twice within 24 hours, so it stays open until at least %s.\n\n",
				clockTime(last.Add(24*time.Hour)))
		}
		if a.Next.Held {
			text += "The error happened again after this issue was closed. The issue changed state twice within 24 hours, " +
				fmt.Sprintf("so it is reopened only after %s.\n\n", clockTime(first.Add(24*time.Hour)))
		}
	}
	if a.Reason == plan.Archived {
		text += "Archived because it was closed long ago. If the error happens again, it gets a new issue that links to this one.\n\n"
	}
	if fix := a.Next.Fix; fix != nil && !a.Issue.Open && len(fix.Old) > 0 && fix.Closed.Time().Equal(a.Issue.ClosedAt) {
		last := fix.Old[len(fix.Old)-1]
		text += fmt.Sprintf("Still seen in %s (`%s`), which does not contain the fix `%s`: this issue stays closed.",
			r.Redactor.Code(last.Release(), 100), short(last.Commit), short(fix.Commit))
	}
	return text
}

func (r Renderer) failure(m marker.Marker) string {
	part := func(before, text string) string {
		if text = r.Redactor.Code(text, 200).String(); text != "" {
			return before + text
		}
		return ""
	}
	place := part(" in ", m.Facts.Place)
	what := "An error is logged" + place + part(" by ", m.Service)
	if exception := part("", m.Facts.Exception); exception != "" {
		what = exception + " is raised" + place + part(" of ", m.Service)
	} else if place == "" {
		what += ", without a stack trace into its code"
	}
	return what + part(", in release ", m.Facts.Release) + part(", in ", m.Facts.Environment) + "."
}

func (r Renderer) facts(m marker.Marker) string {
	var b strings.Builder
	b.WriteString("| Fact | Value |\n|---|---|\n")
	code := func(text string, limit int) string { return r.Redactor.Code(text, limit).String() }
	row := func(name, value string) {
		b.WriteString(strings.TrimSuffix("| "+name+" | "+value+" |\n", "| "+name+" |  |\n"))
	}
	row("In", strings.Trim(code(m.Facts.Place, 200)+" at "+code(m.Facts.Location, 300), " at"))
	row("Message", code(m.Template, 500))
	row("Level", level(m))
	if users := m.Users(); users > 0 {
		row("Users affected", fmt.Sprintf("%d, according to Sentry", users))
	}
	return b.String()
}

func (r Renderer) fixing(m marker.Marker, code string) string {
	unknown := "how to reproduce it"
	done := "a test on this path fails before the change and passes after it; the cause is fixed, not just caught"
	if m.Facts.Release == "" {
		unknown += ", the failing release"
	}
	if code == "" {
		unknown += ", where in the repository it fails"
	}
	if !strings.Contains(code, causeLine) {
		unknown += ", the change that caused it"
	}
	if key := m.Key(); key != "" {
		done += "; fingerprint " + r.Redactor.Code(key, 200).String() + " does not come back (errmon checks this)"
	}
	return "### For whoever fixes this\n\n- Unknown: " + unknown + ".\n- Done when " + done + ".\n"
}

// level returns a defined level, even if people edited the stored one.
func level(m marker.Marker) string {
	level, _ := event.ParseLevel(m.Level)
	return level.String()
}

func (r Renderer) sources(m marker.Marker) string {
	if len(m.Sources)+len(m.Sentry)+len(m.Deliveries) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| Source | Events | Newest |\n|---|---:|---|\n")
	row := func(name string, events int64, url string, newest count.Millis) {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", r.Redactor.Code(name, 300), events, r.link(url, newest))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		if tally := m.Sources[name]; tally.Total() > 0 {
			row(name, tally.Total(), tally.URL, tally.Newest)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Sentry)) {
		page := m.Pages[id]
		row("Sentry "+cmp.Or(page.Name, id), m.Sentry[id], page.URL, page.Last)
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Deliveries)) {
		inbox := m.Deliveries[kind]
		row(strings.TrimSuffix(kind+":"+inbox.From, ":"), inbox.Count, inbox.URL, inbox.Newest)
	}
	return b.String()
}

func (r Renderer) link(address string, at count.Millis) string {
	if url, ok := r.Redactor.URL(address); ok {
		return "[" + clockTime(at.Time()) + "](" + url.String() + ")"
	}
	return clockTime(at.Time())
}

package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// status returns how often the error happened, and when.
func (r Renderer) status(m marker.Marker) string {
	status := "**" + count.Of(m.Count(), "event") + "** · time unknown"
	if last := m.Last.Time(); !last.IsZero() {
		status = fmt.Sprintf("**%s** · first seen %s · last seen %s", count.Of(m.Count(), "event"), clockTime(m.First.Time()), clockTime(last))
	}
	if bars, newest := bars(m); bars != "" {
		status += fmt.Sprintf(" · %d on the last day · %d days: %s", newest, trendDays, bars)
	}
	return status
}

// course states what came before an issue and what will become of it.
func (r Renderer) course(a plan.Action) string {
	text := ""
	if a.Next.After != 0 {
		text = fmt.Sprintf("This error had an earlier issue: #%d.\n\n", a.Next.After)
	}
	if at, ok := steady(a); ok {
		text += fmt.Sprintf("This issue changed state twice within 24 hours, so it stays open until at least %s.\n\n", clockTime(at))
	}
	if a.Next.Held && len(a.Next.Changes) == marker.MaxChanges {
		at := a.Next.Changes[0].At.Time().Add(24 * time.Hour)
		text += fmt.Sprintf("The error happened again after this issue was closed. The issue changed state twice within 24 hours, so it is reopened only after %s.\n\n", clockTime(at))
	}
	if a.Reason == plan.Archived {
		text += "Archived because it was closed long ago. If the error happens again, it gets a new issue that links to this one.\n\n"
	}
	return text
}

// steady returns until when an open issue is not closed because it changed its state
// twice within a day.
func steady(a plan.Action) (until time.Time, ok bool) {
	changes := a.Next.Changes
	if open := a.Kind == plan.Reopen || a.Issue.Open && a.Kind != plan.Close; !open || len(changes) < marker.MaxChanges {
		return time.Time{}, false
	}
	first, last := changes[len(changes)-2].At.Time(), changes[len(changes)-1].At.Time()
	return last.Add(24 * time.Hour), last.Sub(first) < 24*time.Hour
}

// failure says in one sentence what fails.
func (r Renderer) failure(m marker.Marker) string {
	part := func(before, text string) string {
		if text = r.Redactor.Code(text, 200).String(); text != "" {
			return before + text
		}
		return ""
	}
	what := part("", m.Facts.Exception)
	switch {
	case what == "":
		what = "An error is logged" + part(" by ", m.Service) + ", without a stack trace into its code"
	default:
		what += " is raised" + part(" in ", m.Facts.Place) + part(" of ", m.Service)
	}
	return what + part(", in release ", m.Facts.Release) + part(", in ", m.Facts.Environment) + "."
}

// facts returns a table of the facts beyond the counts.
func (r Renderer) facts(m marker.Marker) string {
	var b strings.Builder
	b.WriteString("| Fact | Value |\n|---|---|\n")
	row := func(name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
		if len(parts) > 0 {
			fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(parts, " at "))
		}
	}
	code := func(text string, limit int) string { return r.Redactor.Code(text, limit).String() }
	row("In", code(m.Facts.Place, 200), code(m.Facts.Location, 300))
	row("Message", code(m.Template, 500))
	row("Level", level(m))
	if users := m.Users(); users > 0 {
		row("Users affected", fmt.Sprintf("%d, according to Sentry", users))
	}
	return b.String()
}

// fixing says what is known, what is not, and when the error is fixed.
func (r Renderer) fixing(m marker.Marker, code string) string {
	unknown := []string{"how to reproduce it"}
	add := func(missing bool, what string) {
		if missing {
			unknown = append(unknown, what)
		}
	}
	add(m.Facts.Release == "", "the failing release")
	add(code == "", "where in the repository it fails")
	add(!strings.Contains(code, causeLine), "the change that caused it")
	done := "a test on this path fails before the change and passes after it; the cause is fixed, not just caught"
	if len(m.Keys) > 0 {
		done += "; fingerprint " + r.Redactor.Code(m.Keys[0], 200).String() + " does not come back (errmon checks this)"
	}
	return "### For whoever fixes this\n\n- Unknown: " + strings.Join(unknown, ", ") + ".\n- Done when " + done + ".\n"
}

// level returns a level that event defines, even if people edited the stored one.
func level(m marker.Marker) string {
	level, _ := event.ParseLevel(m.Level)
	return level.String()
}

// sources lists the sources of the events, with a link to the newest event of each.
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

// link returns the time of an event, linked to the event if its address is known.
func (r Renderer) link(address string, at count.Millis) string {
	if url, ok := r.Redactor.URL(address); ok {
		return "[" + clockTime(at.Time()) + "](" + url.String() + ")"
	}
	return clockTime(at.Time())
}

// trendDays is how many days the trend shows.
const trendDays = 14

// bars draws the events of the last days, one bar a day, and returns how many happened
// on the last one; nothing if all happened on one day.
func bars(m marker.Marker) (drawn string, newest int64) {
	days := m.PerDay()
	maps.DeleteFunc(days, func(day count.Day, _ int64) bool { return day <= 0 }) // the time is unknown
	if len(days) < 2 {
		return "", 0
	}
	last := slices.Max(slices.Collect(maps.Keys(days)))
	bars := []rune("▁▂▃▄▅▆▇█")
	most := slices.Max(slices.Collect(maps.Values(days)))
	var b strings.Builder
	for day := last - trendDays + 1; day <= last; day++ {
		if days[day] == 0 {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(bars[days[day]*int64(len(bars)-1)/most])
	}
	return "`" + b.String() + "`", days[last]
}

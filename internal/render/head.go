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
	if n := len(a.Next.Changes); n >= marker.MaxChanges {
		first, last := a.Next.Changes[n-2].At.Time(), a.Next.Changes[n-1].At.Time()
		open := a.Kind == plan.Reopen || a.Issue.Open && a.Kind != plan.Close
		if open && last.Sub(first) < 24*time.Hour {
			text += fmt.Sprintf("This issue changed state twice within 24 hours, so it stays open until at least %s.\n\n", clockTime(last.Add(24*time.Hour)))
		}
		if a.Next.Held {
			text += "The error happened again after this issue was closed. The issue changed state twice within 24 hours, " +
				fmt.Sprintf("so it is reopened only after %s.\n\n", clockTime(first.Add(24*time.Hour)))
		}
	}
	if a.Reason == plan.Archived {
		text += "Archived because it was closed long ago. If the error happens again, it gets a new issue that links to this one.\n\n"
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
	what := "An error is logged" + part(" by ", m.Service) + ", without a stack trace into its code"
	if exception := part("", m.Facts.Exception); exception != "" {
		what = exception + " is raised" + part(" in ", m.Facts.Place) + part(" of ", m.Service)
	}
	return what + part(", in release ", m.Facts.Release) + part(", in ", m.Facts.Environment) + "."
}

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

// fixing states what is still unknown, and when the error is fixed.
func (r Renderer) fixing(m marker.Marker, code string) string {
	unknown, done := "how to reproduce it", "a test on this path fails before the change and passes after it; the cause is fixed, not just caught"
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

// level returns a level that package event defines, even if people edited the stored one.
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

// bars draws the events of the last days, one bar per day, and returns how many happened
// on the last one; nothing if all happened on one day.
func bars(m marker.Marker) (drawn string, newest int64) {
	days := m.PerDay()
	maps.DeleteFunc(days, func(day count.Day, _ int64) bool { return day <= 0 }) // the time is unknown
	if len(days) < 2 {
		return "", 0
	}
	last, most := slices.Max(slices.Collect(maps.Keys(days))), slices.Max(slices.Collect(maps.Values(days)))
	for day := last - trendDays + 1; day <= last; day++ {
		bar := '·'
		if n := days[day]; n > 0 {
			bar = '▁' + rune(n*7/most) // up to █, the seventh after it
		}
		drawn += string(bar)
	}
	return "`" + drawn + "`", days[last]
}

package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// head returns what happened, how often and where.
func (r Renderer) head(m marker.Marker) string {
	var b strings.Builder
	if m.Shape.Note != "" {
		b.WriteString(m.Shape.Note + "\n\n") // the team's own, so it stays as it is
	}
	fmt.Fprintf(&b, "**%s** · first seen %s · last seen %s\n\n",
		events(m.Count()), clockTime(m.First.Time()), clockTime(m.Last.Time()))
	b.WriteString(r.facts(m))
	b.WriteString(r.sources(m))
	if trend := trend(m); trend != "" {
		b.WriteString("\n" + trend + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func events(n int64) string {
	if n == 1 {
		return "1 event"
	}
	return fmt.Sprintf("%d events", n)
}

// facts returns a table of the facts beyond the counts.
func (r Renderer) facts(m marker.Marker) string {
	var b strings.Builder
	b.WriteString("| | |\n|---|---|\n")
	row := func(name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
		if len(parts) > 0 {
			fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(parts, " at "))
		}
	}
	code := func(text string, limit int) string { return r.Redactor.Code(text, limit).String() }
	row("Exception", code(m.Facts.Exception, 200))
	row("In", code(m.Facts.Place, 200), code(m.Facts.Location, 300))
	row("Message", code(m.Template, 500))
	row("Service", code(m.Service, 100))
	row("Level", level(m))
	row("Release", code(m.Facts.Release, 100))
	row("Environment", code(m.Facts.Environment, 100))
	return b.String() + "\n"
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
		tally := m.Sources[name]
		row(name, tally.Total(), tally.URL, tally.Newest)
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

// trend describes the bars of the last days; nothing if all happened on one day.
func trend(m marker.Marker) string {
	bars, most := bars(m)
	if bars == "" {
		return ""
	}
	return fmt.Sprintf("Last %d days, one bar a day (highest: %d): %s", trendDays, most, bars)
}

// bars draws the events of the last days, one bar a day, and returns the highest;
// nothing if all happened on one day.
func bars(m marker.Marker) (drawn string, most int64) {
	days := map[count.Day]int64{}
	for _, tally := range m.Sources {
		for day, n := range tally.PerDay() {
			days[day] += n
		}
	}
	if len(days) < 2 {
		return "", 0
	}
	last := slices.Max(slices.Collect(maps.Keys(days)))
	bars := []rune("▁▂▃▄▅▆▇█")
	most = slices.Max(slices.Collect(maps.Values(days)))
	var b strings.Builder
	for day := last - trendDays + 1; day <= last; day++ {
		if days[day] == 0 {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(bars[days[day]*int64(len(bars)-1)/most])
	}
	return "`" + b.String() + "`", most
}

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
	"github.com/org/errmon-action/internal/plan"
)

// head says what happened, how often and where.
func (r Renderer) head(a plan.Action, old string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · first seen %s · last seen %s\n\n",
		events(a.Next.Count()), clockTime(a.Next.First.Time()), clockTime(a.Next.Last.Time()))
	b.WriteString(r.facts(a, old))
	b.WriteString(r.sources(a.Next))
	if trend := trend(a.Next); trend != "" {
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

// facts is a table of what is known beyond the counts. Where this run saw no
// event, what the old section said of one stays.
func (r Renderer) facts(a plan.Action, old string) string {
	rows := [][2]string{
		{"Message", r.Redactor.Code(a.Next.Template, 500).String()},
		{"Service", r.Redactor.Code(a.Next.Service, 100).String()},
		{"Level", level(a.Next)},
	}
	if g := a.Sampled(); g == nil {
		rows = slices.Concat(oldFacts(old, "Exception", "In"), rows, oldFacts(old, "Release", "Environment"))
	} else {
		rows = append([][2]string{{"Exception", r.Redactor.Code(g.Type, 200).String()}, {"In", r.place(g.Place)}}, rows...)
		rows = append(rows,
			[2]string{"Release", r.Redactor.Code(g.Sample.Release, 100).String()},
			[2]string{"Environment", r.Redactor.Code(g.Sample.Environment, 100).String()})
	}
	var b strings.Builder
	b.WriteString("| | |\n|---|---|\n")
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
		}
	}
	return b.String() + "\n"
}

// oldFacts returns the rows of the facts with these names that a section holds.
func oldFacts(section string, names ...string) [][2]string {
	table, _, _ := strings.Cut(section, "| Source |")
	var rows [][2]string
	for _, name := range names {
		_, rest, ok := strings.Cut(table, "\n| "+name+" | ")
		value, _, closed := strings.Cut(rest, " |\n")
		if ok && closed && !strings.Contains(value, "\n") {
			rows = append(rows, [2]string{name, value})
		}
	}
	return rows
}

// level is a name that event knows, whatever people made of what is stored.
func level(m marker.Marker) string {
	level, _ := event.ParseLevel(m.Level)
	return level.String()
}

func (r Renderer) place(f event.Frame) string {
	var parts []string
	if f.Function != "" {
		parts = append(parts, r.Redactor.Code(plan.Place(f), 200).String())
	}
	if f.File != "" {
		parts = append(parts, r.Redactor.Code(plan.Location(f), 300).String())
	}
	return strings.Join(parts, " at ")
}

// sources lists where the events came from, with a link to the newest of each.
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

// link is the time of an event, which leads to it where its address is known.
func (r Renderer) link(address string, at count.Millis) string {
	if url, ok := r.Redactor.URL(address); ok {
		return "[" + clockTime(at.Time()) + "](" + url.String() + ")"
	}
	return clockTime(at.Time())
}

// trendDays is how many days the trend shows.
const trendDays = 14

// trend draws the events of the last days, one bar a day; nothing while all
// happened on one day.
func trend(m marker.Marker) string {
	days := map[count.Day]int64{}
	for _, tally := range m.Sources {
		for day, n := range tally.PerDay() {
			days[day] += n
		}
	}
	if len(days) < 2 {
		return ""
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
	return fmt.Sprintf("Last %d days, one bar a day (highest: %d): `%s`", trendDays, most, b.String())
}

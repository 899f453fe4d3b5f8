package render

import (
	"cmp"
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
)

// Board holds what the dashboard shows.
type Board struct {
	marker.Dashboard
	Issues []plan.Issue // as the run left them
	Now    time.Time    // when the run began
}

// DashboardTitle returns the title of the dashboard issue.
func (r Renderer) DashboardTitle() string { return r.Label + " dashboard" }

// Dashboard returns the dashboard's body, replacing only our section of the previous one. Ticked boxes of
// errors that still wait stay ticked. If the body is too long, the tables are cut, not the stored state.
func (r Renderer) Dashboard(d Board, previous string) string {
	before, _, behind := marker.Split(previous)
	ticked := marker.Ticked(previous)
	for rows := marker.MaxWaiting; ; rows /= 2 {
		r.Redactor = r.Redactor.Section()
		text := r.open(d, rows) + r.waiting(d, ticked, rows) + r.muted(d, rows) + r.health(d, rows) + r.bookkeeping(d)
		body := join(before, d.Section(text), behind)
		if utf8.RuneCountInString(body) <= MaxBody || rows == 0 {
			return body
		}
	}
}

func (r Renderer) open(d Board, rows int) string {
	open, levels := slices.DeleteFunc(slices.Clone(d.Issues), func(i plan.Issue) bool { return !i.Open || i.Muted() }), map[string]int{}
	if len(open) == 0 {
		return "### Open errors\n\nNone.\n\n"
	}
	for _, i := range open {
		levels[level(i.Marker)]++
	}
	slices.SortFunc(open, func(a, b plan.Issue) int { return cmp.Or(plan.BySeverity(a.Marker, b.Marker), a.Number-b.Number) })
	var counts []string
	for level := event.Fatal; level >= event.Unknown; level-- {
		if n := levels[level.String()]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, level))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### Open errors: %d (%s)\n\n", len(open), strings.Join(counts, ", "))
	b.WriteString("| Issue | Error | Level | Events | Last 14 days | Owner | Last seen |\n|---|---|---|---:|---|---|---|\n")
	for _, i := range open[:min(rows, len(open))] {
		bars, _ := bars(i.Marker)
		owners := i.Owners // a name in code formatting notifies nobody
		if len(owners) == 0 {
			owners = i.Marker.Owners
		}
		fmt.Fprintf(&b, "| #%d | %s | %s | %d | %s | %s | %s |\n", i.Number, r.Redactor.Code(i.Title, 120), level(i.Marker),
			i.Marker.Count(), bars, r.codes(owners[:min(len(owners), marker.MaxOwners)], 60), minute(i.Marker.Last.Time()))
	}
	return b.String() + more(len(open)-rows) + "\n\n"
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("\nand %d more\n", n)
}

func (r Renderer) waiting(d Board, ticked []string, rows int) string {
	if len(d.Waiting) == 0 {
		return "### Waiting for an issue\n\nNone.\n\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### Waiting for an issue: %d\n\n"+
		"Tick a box, and the next run files the error regardless of the limits.\n\n", len(d.Waiting)+d.More)
	for _, row := range d.Waiting[:min(rows, len(d.Waiting))] {
		m, key, why, newest := row.Marker, row.Marker.Key(), plan.OverMax, ""
		if i := slices.Index(reasons, plan.Reason(row.Reason)); i >= 0 {
			why = reasons[i]
		}
		if why == plan.NoRoom { // it already has an issue, so it gets no box
			key = ""
		}
		for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
			if tally := m.Sources[name]; tally.Newest == m.Last {
				newest = cmp.Or(newest, tally.URL)
			}
		}
		box := marker.Box(key, slices.ContainsFunc(ticked, m.Owns))
		title := strings.ReplaceAll(r.Redactor.Code(row.Title, 120).String(), `\|`, "|")
		detail := strings.TrimSuffix(": "+r.Redactor.Code(row.Detail, marker.MaxDetail).String(), ": ")
		fmt.Fprintf(&b, "%s%s · %s · %s · last seen %s · %s%s\n",
			box, title, level(m), count.Of(m.Count(), "event"), r.link(newest, m.Last), why, detail)
	}
	return b.String() + more(d.More+max(0, len(d.Waiting)-rows)) + "\n\n"
}

// reasons lists what a row may show besides plan.OverMax. The stored reason may have been edited by people.
var reasons = []plan.Reason{plan.BelowMin, plan.NoRoom, plan.OverDay, plan.Unread, plan.Refused}

func (r Renderer) muted(d Board, rows int) string {
	muted := slices.DeleteFunc(slices.Clone(d.Issues), func(i plan.Issue) bool { return !i.Muted() })
	if len(muted) == 0 {
		return ""
	}
	slices.SortFunc(muted, func(a, b plan.Issue) int {
		return cmp.Or(cmp.Compare(d.Muted[b.Number].Surged, d.Muted[a.Number].Surged),
			cmp.Compare(d.since(b), d.since(a)), cmp.Compare(a.Number, b.Number))
	})
	var b strings.Builder
	b.WriteString("| Issue | Error | Muted | Since | Events then | Growth | Last days | |\n|---|---|---|---|---:|---:|---|---|\n")
	surging, head := 0, fmt.Sprintf("Muted: %d", len(muted))
	for _, i := range muted[:min(rows, len(muted))] {
		m, note := d.Muted[i.Number], ""
		if m.Surged != 0 {
			surging++
			note = "100 times as frequent since " + minute(m.Surged.Time())
		}
		bars, _ := bars(marker.Marker{Sources: m.Sources})
		fmt.Fprintf(&b, "| #%d | %s | %s | %s | %d | +%d | %s | %s |\n", i.Number, r.Redactor.Code(i.Title, 120),
			i.MutedBy(), minute(m.Since.Time()), i.Marker.Count(), d.since(i), bars, note)
	}
	if surging > 0 {
		head += fmt.Sprintf(", %d of them 100 times as frequent as before", surging)
	}
	return folds(head, b.String()+more(len(muted)-rows)) + "\n\n"
}

// since returns how many events the dashboard counted since the issue was muted.
func (d Board) since(i plan.Issue) int64 {
	return max(0, marker.Marker{Sources: d.Muted[i.Number].Sources}.Count()-marker.Marker{Sources: i.Marker.Sources}.Count())
}

func (r Renderer) health(d Board, rows int) string {
	names := slices.Sorted(maps.Keys(d.Health))
	if len(names) == 0 {
		return "### Sources\n\nNo source has been read yet.\n\n"
	}
	// Failing sources come first, so that they are not cut.
	slices.SortStableFunc(names, func(a, b string) int { return d.Health[b].Failures - d.Health[a].Failures })
	var b strings.Builder
	b.WriteString("### Sources\n\n| Source | Last success | Lag | Events | Failures in a row |\n|---|---|---:|---:|---:|\n")
	for _, name := range names[:min(rows, len(names))] {
		h, success, lag := d.Health[name], "never", "not read"
		if h.Success != 0 {
			success = minute(h.Success.Time())
		}
		if at, ok := d.Read[name]; ok {
			lag = rounded(d.Now.Sub(at.Time()))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d |\n", r.Redactor.Code(name, 300), success, lag, h.Events, h.Failures)
	}
	return b.String() + more(len(names)-rows) + "\n\n"
}

func rounded(d time.Duration) string {
	if days := d / (24 * time.Hour); days >= 2 {
		return fmt.Sprintf("%dd", days)
	}
	return cmp.Or(strings.TrimSuffix(max(0, d).Round(time.Minute).String(), "0s"), "0m")
}

func (r Renderer) bookkeeping(d Board) string {
	cadence := "The next run shows how often the workflow runs."
	if every := d.Cadence(); every > 0 {
		cadence = fmt.Sprintf("The workflow runs every %s (median of the last %d runs; GitHub may start scheduled runs late).",
			rounded(every), len(d.Runs))
	}
	return folds("Bookkeeping", fmt.Sprintf("%s\nThe last run sent %d requests before writing this page. Version: %s.\n\n"+
		"errmon stores here how far it has read and which errors wait for an issue. "+
		"Deleting this issue is safe: the next run reads its look-back again and counts nothing twice.\n",
		cadence, d.Requests, r.Redactor.Code(cmp.Or(d.Version, "unknown"), 100)))
}

const trendDays = 14

// bars draws the events per day of the trendDays up to the newest day with events, and returns that day's
// count; nothing if all events are from one day.
func bars(m marker.Marker) (drawn string, newest int64) {
	days := m.PerDay()
	maps.DeleteFunc(days, func(day count.Day, _ int64) bool { return day <= 0 }) // events without a time
	if len(days) < 2 {
		return "", 0
	}
	last, most := slices.Max(slices.Collect(maps.Keys(days))), slices.Max(slices.Collect(maps.Values(days)))
	for day := last - trendDays + 1; day <= last; day++ {
		bar := '·'
		if n := days[day]; n > 0 {
			bar = '▁' + rune(n*7/most) // up to █, seven code points after ▁
		}
		drawn += string(bar)
	}
	return "`" + drawn + "`", days[last]
}

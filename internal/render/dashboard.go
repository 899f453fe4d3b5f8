package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// DashboardTitle names the dashboard of a label.
func (r Renderer) DashboardTitle() string { return r.Label + " dashboard" }

// Dashboard returns the dashboard's body. Only our section of the previous body
// is replaced. The table of waiting errors is cut to fit; the state contains them
// all.
func (r Renderer) Dashboard(d marker.Dashboard, previous string) (string, error) {
	before, _, behind, _ := marker.Split(previous)
	for rows := len(d.Waiting); ; rows /= 2 {
		one := r.section()
		section, err := d.Section(strings.Join([]string{
			"errmon keeps here how far it has read and what waits for an issue. " +
				"Deleting this issue is safe: the next run reads its look-back anew, and counts nothing twice.",
			one.reads(d), one.waiting(d, rows),
		}, "\n\n"))
		if err != nil {
			return "", err
		}
		body := join(before, section, behind)
		if utf8.RuneCountInString(body) <= MaxBody || rows == 0 {
			return body, nil
		}
	}
}

func (r Renderer) reads(d marker.Dashboard) string {
	if len(d.Read) == 0 {
		return "No source was read completely yet."
	}
	var b strings.Builder
	b.WriteString("### Sources\n\n| Source | Read up to |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(d.Read)) {
		fmt.Fprintf(&b, "| %s | %s |\n", r.Redactor.Code(name, 300), clockTime(d.Read[name].Time()))
	}
	return b.String()
}

func (r Renderer) waiting(d marker.Dashboard, rows int) string {
	if len(d.Waiting) == 0 {
		return "Nothing waits for an issue."
	}
	var b strings.Builder
	b.WriteString("### Waiting for an issue\n\n| Error | Level | Events | Last seen | Why |\n|---|---|---:|---|---|\n")
	for _, row := range d.Waiting[:rows] {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s |\n", r.Redactor.Code(row.Title, 120), level(row.Marker),
			row.Marker.Count(), r.newest(row.Marker), r.why(row))
	}
	if more := d.More + len(d.Waiting) - rows; more > 0 {
		fmt.Fprintf(&b, "\nand %d more", more)
	}
	return b.String()
}

// why returns the reason for which a row waits, if plan defines it: people may have
// edited the stored state.
func (r Renderer) why(row marker.Row) string {
	switch row.Reason {
	case string(plan.BelowMin), string(plan.NoRoom), string(plan.OverDay):
		return row.Reason
	case string(plan.Refused):
		return string(plan.Refused) + ": " + r.Redactor.Code(row.Detail, marker.MaxDetail).String()
	}
	return string(plan.OverMax)
}

// newest links the newest event of a waiting error.
func (r Renderer) newest(m marker.Marker) string {
	text := clockTime(m.Last.Time())
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		tally := m.Sources[name]
		if url, ok := r.Redactor.URL(tally.URL); ok && tally.Newest == m.Last {
			return "[" + text + "](" + url.String() + ")"
		}
	}
	return text
}

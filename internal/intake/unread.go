package intake

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logtext"
)

// Unread counts events that look like errors but state no level in a supported format. They are not
// filed; reporting them keeps a run without issues from looking like a system without errors.
type Unread struct {
	Events int64
	shapes map[string]int64 // by template, redacted
}

// Limits of the shapes kept and shown.
const (
	maxShapes   = 1000 // further ones are counted as events only
	shownShapes = 3
	maxShape    = 120 // bytes of a shown template
)

// note counts an event that no rule keeps, if it looks like an error.
func (u *Unread) note(e event.Event, redacted func(string) string) {
	if e.Level != event.Unknown || !logtext.MentionsFailure(e.Text) {
		return
	}
	u.Events++
	if u.shapes == nil {
		u.shapes = map[string]int64{}
	}
	line, _, _ := strings.Cut(e.Text, "\n")
	shape := cut(grouping.Mask(redacted(line)), maxShape)
	if _, known := u.shapes[shape]; known || len(u.shapes) < maxShapes {
		u.shapes[shape]++
	}
}

// Notice returns what a user should know about them; empty if there are none.
func (u *Unread) Notice() string {
	what := fmt.Sprintf("%d log events look like errors but state no level that errmon reads, so they were", u.Events)
	switch u.Events {
	case 0:
		return ""
	case 1:
		what = "1 log event looks like an error but states no level that errmon reads, so it was"
	}
	return what + " not filed. If these are errors, report the format at https://github.com/org/errmon-action/issues. Most frequent:"
}

// Shapes returns the most frequent templates, at most 3, each with its count. They
// are redacted, and foreign text.
func (u *Unread) Shapes() []string {
	shapes := slices.SortedFunc(maps.Keys(u.shapes), func(a, b string) int {
		return cmp.Or(cmp.Compare(u.shapes[b], u.shapes[a]), cmp.Compare(a, b))
	})
	var shown []string
	for _, shape := range shapes[:min(len(shapes), shownShapes)] {
		shown = append(shown, fmt.Sprintf("%d× %s", u.shapes[shape], shape))
	}
	return shown
}

package cloudwatch

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// around is how much time before and after an event its links show.
const around = time.Hour

// xrayID is the form in which X-Ray names a trace. Other tracers' ids have none.
var xrayID = regexp.MustCompile(`\b1-[0-9a-f]{8}-[0-9a-f]{24}\b`)

// Links returns a Logs Insights query for the event's request, trace or message, and
// the X-Ray trace if the event names one.
func (g *Group) Links(e event.Event) []event.Link {
	var links []event.Link
	term := cmp.Or(e.RequestID, e.TraceID, constant(e.Message))
	if term != "" && !e.Time.IsZero() {
		query := "fields @timestamp, @logStream, @message\n| filter @message like " + quote(term) + "\n| sort @timestamp"
		links = append(links, event.Link{Name: "Logs Insights", URL: g.insightsURL(query, e.Time)})
	}
	if id := xrayID.FindString(e.TraceID); id != "" {
		links = append(links, event.Link{Name: "X-Ray", URL: consoleURL(g.region) + "#xray:traces/" + id})
	}
	return links
}

// constant returns the longest part of a redacted message without what was redacted.
func constant(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	longest := slices.MaxFunc(strings.Split(line, "<*>"), func(a, b string) int { return len(a) - len(b) })
	runes := []rune(strings.TrimSpace(longest))
	return string(runes[:min(len(runes), 80)])
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// insightsURL fills in the console's query form. Its format is not documented
// either: an object whose strings are escaped with "*" for "%", and which is escaped
// as a whole with "$" for "%".
func (g *Group) insightsURL(query string, at time.Time) string {
	text := func(s string) string { return "'" + strings.ReplaceAll(escape(s), "%", "*") }
	stamp := func(t time.Time) string { return text(t.UTC().Format("2006-01-02T15:04:05.000Z")) }
	detail := fmt.Sprintf("~(end~%s~start~%s~timeType~'ABSOLUTE~tz~'UTC~editorString~%s~source~(~%s))",
		stamp(at.Add(around)), stamp(at.Add(-around)), text(query), text(g.name))
	return consoleURL(g.region) + "#logsV2:logs-insights$3FqueryDetail$3D" + escapeTwice(detail)
}

package cloudwatch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// around is how much time before and after an event its links show.
const around = time.Hour

// xrayID is the form in which X-Ray names a trace. Other tracers' ids have none.
var xrayID = regexp.MustCompile(`\b1-[0-9a-f]{8}-[0-9a-f]{24}\b`)

// plainID matches an id that a query may hold. Anybody may log what stands where an id
// should, and a URL is not a place for text.
var plainID = regexp.MustCompile(`^[A-Za-z0-9_.:=/+-]*\d[A-Za-z0-9_.:=/+-]*$`)

// Links returns a Logs Insights query for what the event's request, trace or else
// stream logged around it, and the X-Ray trace if the event names one.
func (g *Group) Links(e event.Event) []event.Link {
	var links []event.Link
	if !e.Time.IsZero() {
		query := "fields @timestamp, @logStream, @message\n| filter " + filter(e) + "\n| sort @timestamp"
		links = append(links, event.Link{Name: "Logs Insights", URL: g.insightsURL(query, e.Time)})
	}
	if id := xrayID.FindString(e.TraceID); id != "" {
		links = append(links, event.Link{Name: "X-Ray", URL: consoleURL(g.region) + "#xray:traces/" + id})
	}
	return links
}

func filter(e event.Event) string {
	for _, id := range []string{e.RequestID, e.TraceID} {
		if len(id) <= 200 && plainID.MatchString(id) {
			return "@message like " + strconv.Quote(id)
		}
	}
	return "@logStream = " + strconv.Quote(e.Stream)
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

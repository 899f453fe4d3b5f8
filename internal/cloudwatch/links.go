package cloudwatch

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// This file builds addresses in the AWS console, as its address bar shows them: they are not documented.

// URL returns the address of the group's page in the AWS console.
func (g *Group) URL() string {
	return consoleURL(g.region) + "#logsV2:log-groups/log-group/" + escapeTwice(g.name)
}

func consoleURL(region string) string {
	_, host := partitionOf(region)
	return fmt.Sprintf("https://%s.%s/cloudwatch/home?region=%s", region, host, region)
}

// eventURL returns the address of an event, given that of its stream. id is empty if the console does not
// know it. The query is escaped once: "?start=" becomes "$3Fstart$3D".
func eventURL(stream string, at time.Time, id string) string {
	if id != "" {
		id = "$26refEventId$3D" + escapeTwice(id)
	}
	return stream + "$3Fstart$3D" + strconv.FormatInt(at.UnixMilli(), 10) + id
}

// escapeTwice escapes a part of the address after "#", where "$" stands for "%": "/" becomes "$252F".
func escapeTwice(s string) string { return strings.ReplaceAll(escape(escape(s)), "%", "$") }

// escape writes every byte except letters, digits and "-_.~" as %XX. QueryEscape alone writes a space as "+".
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

var (
	// xrayID is how X-Ray names a trace. Ids of other tracers look different.
	xrayID = regexp.MustCompile(`\b1-[0-9a-f]{8}-[0-9a-f]{24}\b`)
	// plainID matches an id that may stand in a query: anyone can log something else in its place.
	plainID = regexp.MustCompile(`^[A-Za-z0-9_.:=/+-]*\d[A-Za-z0-9_.:=/+-]*$`)
)

// Links returns a Logs Insights query for what the event's request, trace or else stream logged within an hour
// of it, and the X-Ray trace if the event names one.
func (g *Group) Links(e event.Event) []event.Link {
	var links []event.Link
	if !e.Time.IsZero() {
		filter := "@logStream = " + strconv.Quote(e.Stream)
		for _, id := range []string{e.TraceID, e.RequestID} { // the later one wins
			if len(id) <= 200 && plainID.MatchString(id) {
				filter = "@message like " + strconv.Quote(id)
			}
		}
		// The console's query form is an object whose strings are escaped with "*" for "%", and which is
		// escaped as a whole with "$" for "%".
		text := func(s string) string { return "'" + strings.ReplaceAll(escape(s), "%", "*") }
		stamp := func(t time.Time) string { return text(t.UTC().Format("2006-01-02T15:04:05.000Z")) }
		detail := fmt.Sprintf("~(end~%s~start~%s~timeType~'ABSOLUTE~tz~'UTC~editorString~%s~source~(~%s))",
			stamp(e.Time.Add(time.Hour)), stamp(e.Time.Add(-time.Hour)),
			text("fields @timestamp, @logStream, @message\n| filter "+filter+"\n| sort @timestamp"), text(g.name))
		address := consoleURL(g.region) + "#logsV2:logs-insights$3FqueryDetail$3D" + escapeTwice(detail)
		links = append(links, event.Link{Name: "Logs Insights", URL: address})
	}
	if id := xrayID.FindString(e.TraceID); id != "" {
		links = append(links, event.Link{Name: "X-Ray", URL: consoleURL(g.region) + "#xray:traces/" + id})
	}
	return links
}

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

// This file builds URLs of the AWS console. They are undocumented and imitate what its address bar shows.

// URL returns the URL of the group's page in the AWS console.
func (g *Group) URL() string {
	return g.console() + "#logsV2:log-groups/log-group/" + escapeTwice(g.name)
}

func (g *Group) console() string {
	_, host := partitionOf(g.region)
	return fmt.Sprintf("https://%s.%s/cloudwatch/home?region=%[1]s", g.region, host)
}

// eventURL returns the URL of an event, given the URL of its stream. id is empty if the console does not
// recognize the event's. The query is escaped once: "?start=" becomes "$3Fstart$3D".
func eventURL(stream string, at time.Time, id string) string {
	if id != "" {
		id = "$26refEventId$3D" + escapeTwice(id)
	}
	return stream + "$3Fstart$3D" + strconv.FormatInt(at.UnixMilli(), 10) + id
}

// escapeTwice escapes a part of the URL after "#", where "$" stands for "%": "/" becomes "$252F".
func escapeTwice(s string) string { return strings.ReplaceAll(escape(escape(s)), "%", "$") }

// escape writes every byte except letters, digits and "-_.~" as %XX. QueryEscape turns a space into "+".
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

var (
	// xrayID matches the id of an X-Ray trace. Ids of other tracers have other forms.
	xrayID = regexp.MustCompile(`\b1-[0-9a-f]{8}-[0-9a-f]{24}\b`)
	// plainID matches an id with a digit that is safe in a query. Log text may contain anything in its place.
	plainID = regexp.MustCompile(`^[A-Za-z0-9_.:=/+-]*\d[A-Za-z0-9_.:=/+-]*$`)
)

// Links returns a link to a Logs Insights query if the event has a time, and one to any X-Ray trace it names.
// The query finds lines within an hour of the event, by its request id, else its trace id, else its stream.
func (g *Group) Links(e event.Event) []event.Link {
	var links []event.Link
	if !e.Time.IsZero() {
		filter := "@logStream = " + strconv.Quote(e.Stream)
		for _, id := range []string{e.TraceID, e.RequestID} { // the request's id takes precedence
			if len(id) <= 200 && plainID.MatchString(id) {
				filter = "@message like " + strconv.Quote(id)
			}
		}
		// The console encodes the query as an object: strings with "*" for "%", then the whole twice with "$".
		text := func(s string) string { return "'" + strings.ReplaceAll(escape(s), "%", "*") }
		stamp := func(t time.Time) string { return text(t.UTC().Format("2006-01-02T15:04:05.000Z")) }
		detail := fmt.Sprintf("~(end~%s~start~%s~timeType~'ABSOLUTE~tz~'UTC~editorString~%s~source~(~%s))",
			stamp(e.Time.Add(time.Hour)), stamp(e.Time.Add(-time.Hour)),
			text("fields @timestamp, @logStream, @message\n| filter "+filter+"\n| sort @timestamp"), text(g.name))
		address := g.console() + "#logsV2:logs-insights$3FqueryDetail$3D" + escapeTwice(detail)
		links = append(links, event.Link{Name: "Logs Insights", URL: address})
	}
	if id := xrayID.FindString(e.TraceID); id != "" {
		links = append(links, event.Link{Name: "X-Ray", URL: g.console() + "#xray:traces/" + id})
	}
	return links
}

package cloudwatch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// readPages reads a window with FilterLogEvents. A window of more than one page may be cut into slices.
// reader describes the reader and why it was chosen. If this would take longer than the run has left and
// there is a budget for Logs Insights, Auto tries that first.
func (g *Group) readPages(ctx context.Context, in source.Request, pattern, reader string, emit func(event.Record)) (source.Result, error) {
	cfg, started := g.client.cfg, g.client.cfg.Clock.Now()
	request := g.request(in.From, pattern)
	first, err := g.page(ctx, request)
	if err != nil {
		return source.Result{Reader: reader}, err
	}
	warning, more := "", request.NextToken != nil
	end, limited := clock.Deadline(ctx)
	takes := time.Duration(pagesAfter(first, started) / cfg.RequestsPerSecond * float64(time.Second))
	tooSlow := more && limited && takes > end.Sub(started) && cfg.Reader == Auto && cfg.InsightsBudget > 0
	if tooSlow {
		result, err := g.readInsights(ctx, in, fmt.Sprintf("filter would take %s", takes.Round(time.Second)), emit)
		if result.Large = true; err == nil || ctx.Err() != nil {
			return result, err
		}
		reader, warning = "filter: Logs Insights failed", fmt.Sprintf("%s: reading with the filter pattern instead", err)
	}
	result := source.Result{Complete: started, Large: tooSlow, Reader: reader, Warning: warning}
	r := g.reading(emit)
	if !more {
		r.page(first)
		return result, nil
	}
	first, rest := g.cutAfter(first, request, started)
	r.page(first)
	if err = g.eachSlice(ctx, rest, r); err != nil {
		result.Complete = r.through(started)
	}
	return result, err
}

// pagesAfter estimates how many pages follow a window's first, at the same density of events; 0 if unknown.
func pagesAfter(first []types.FilteredLogEvent, now time.Time) float64 {
	if len(first) == 0 {
		return 0
	}
	last := at(&first[len(first)-1])
	if span := last.Sub(at(&first[0])); span > 0 {
		return float64(now.Sub(last)) / float64(span)
	}
	return 0
}

// request returns a request for the events since a time that match a pattern; an empty pattern matches all.
func (g *Group) request(from time.Time, pattern string) *cloudwatchlogs.FilterLogEventsInput {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &g.name, StartTime: aws.Int64(max(0, from.UnixMilli()))}
	if g.arn != "" {
		in.LogGroupName, in.LogGroupIdentifier = nil, &g.arn
	}
	if pattern != "" {
		in.FilterPattern = &pattern
	}
	return in
}

// page sends a request, and sets the request's token to the next page's, nil after the last page.
func (g *Group) page(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) ([]types.FilteredLogEvent, error) {
	out, err := g.client.region(g.region).FilterLogEvents(ctx, in, g.client.retrying(ctx))
	if err != nil {
		return nil, g.explain(ctx, err)
	}
	switch token := aws.ToString(out.NextToken); token {
	case "":
		in.NextToken = nil
	case aws.ToString(in.NextToken):
		return nil, fmt.Errorf("%s: the service repeated a page token", g.doing())
	default:
		in.NextToken = &token
	}
	return out.Events, nil
}

func at(e *types.FilteredLogEvent) time.Time { return time.UnixMilli(aws.ToInt64(e.Timestamp)) }

// reading is the state of a Read in progress.
type reading struct {
	group   *Group
	key     string // key, URL and service of the group
	url     string
	service string
	emit    func(event.Record)

	stream  string // stream of the last event
	console string // URL of that stream
	seen    recent
	pages   int
	events  int
	last    time.Time // time of the last event read, or the end of the last whole slice
}

func (g *Group) reading(emit func(event.Record)) *reading {
	return &reading{group: g, key: g.Key(), url: g.URL(), service: g.service(), emit: emit}
}

func (r *reading) page(events []types.FilteredLogEvent) {
	for _, e := range events {
		id := aws.ToString(e.EventId)
		r.last = at(&e).UTC()
		r.add(id, id, aws.ToString(e.LogStreamName), r.last, aws.ToString(e.Message))
	}
	r.pages++
	client := r.group.client
	if r.pages%10 != 0 || client.cfg.Progress == nil { // at the default pace, a line every 5 seconds
		return
	}
	line := fmt.Sprintf("%s: %d pages, %d events", r.group.name, r.pages, r.events)
	if !r.last.IsZero() {
		line += ", at " + r.last.Format("2006-01-02 15:04") + " UTC"
	}
	client.printing.Lock()
	defer client.printing.Unlock()
	client.cfg.Progress(line)
}

// add emits a record, unless its id was seen before. eventID is for the console's URL; it may be empty.
func (r *reading) add(id, eventID, stream string, at time.Time, text string) {
	if !r.seen.add(at, stream, id) {
		return
	}
	if r.console == "" || stream != r.stream {
		r.stream, r.console = stream, r.url+"/log-events/"+escapeTwice(stream)
	}
	r.events++
	url := eventURL(r.console, at, eventID)
	r.emit(event.Record{ID: id, Source: r.key, Stream: stream, Time: at, Text: text, URL: url, Service: r.service})
}

// through returns the Complete of an interrupted read. It is never after the start of the read, because
// events with a future timestamp do not show that all events up to then were read.
func (r *reading) through(started time.Time) time.Time {
	if r.last.After(started) {
		return started
	}
	return r.last
}

// memory is the minimum time for which an id is remembered, by events' timestamps; pages overlap by less.
const memory = 2 * time.Minute

// recent remembers the ids of recent events, to recognise repeats. The service sorts events by timestamp, so
// a repeated event follows close to its original. Ids are kept in two generations that each cover memory, so
// even a long read holds only the ids of 4 minutes of events.
type recent struct {
	current, previous map[[16]byte]struct{}
	since             time.Time // timestamp of the first event in current
}

// add remembers an id, and reports whether it is new in its stream.
func (r *recent) add(at time.Time, stream, id string) bool {
	if r.current == nil || at.Sub(r.since) >= memory {
		r.previous, r.current, r.since = r.current, map[[16]byte]struct{}{}, at
	}
	sum := sha256.Sum256([]byte(stream + ":" + id)) // a stream's name has no ":"
	key := [16]byte(sum[:16])
	_, isCurrent := r.current[key]
	if _, isPrevious := r.previous[key]; isPrevious || isCurrent {
		return false
	}
	r.current[key] = struct{}{}
	return true
}

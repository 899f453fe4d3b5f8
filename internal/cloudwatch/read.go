package cloudwatch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// progressPages is how many pages are read between two lines of progress: at the
// default pace, a line every 5 seconds.
const progressPages = 10

// tooSlow says that FilterLogEvents would take longer than the run has time for.
type tooSlow time.Duration

func (t tooSlow) Error() string {
	return fmt.Sprintf("filter would take %s", time.Duration(t).Round(time.Second))
}

// readPages reads the pages of FilterLogEvents: in slices if there are several.
func (g *Group) readPages(ctx context.Context, from time.Time, pattern *string, mayBeSlow bool, emit func(event.Record)) (source.Result, error) {
	r := g.reading(emit)
	started := g.client.cfg.Clock.Now()
	in := g.request(from)
	in.FilterPattern = pattern
	var first []types.FilteredLogEvent
	ended, err := g.eachPage(ctx, in, func(events []types.FilteredLogEvent) bool {
		first = events
		return false
	})
	if err != nil {
		return source.Result{}, err
	}
	if ended {
		r.page(first)
		return source.Result{Complete: started}, nil
	}
	if left, limited := clock.Deadline(ctx); limited && mayBeSlow {
		if takes := g.client.takes(first, started); takes > left.Sub(started) {
			return source.Result{}, tooSlow(takes)
		}
	}
	first, rest := g.cutAfter(first, in, started)
	r.page(first)
	if err := g.eachSlice(ctx, rest, r); err != nil {
		return source.Result{Complete: r.through(started)}, err
	}
	return source.Result{Complete: started}, nil
}

// takes estimates how long the rest of a window takes at the rate of requests. It is 0 if
// that cannot be said.
func (c *Client) takes(first []types.FilteredLogEvent, now time.Time) time.Duration {
	return time.Duration(pagesAfter(first, now) / c.cfg.RequestsPerSecond * float64(time.Second))
}

// pagesAfter estimates how many pages a window has after its first one, if it is as dense
// as that. It is 0 if that cannot be said.
func pagesAfter(first []types.FilteredLogEvent, now time.Time) float64 {
	if len(first) == 0 {
		return 0
	}
	last := at(&first[len(first)-1])
	span := last.Sub(at(&first[0]))
	if span <= 0 {
		return 0
	}
	return float64(now.Sub(last)) / float64(span)
}

// eachPage calls take with the events of each page until take returns false. It
// reports whether the last page was read; if not, in has the token of the next one.
func (g *Group) eachPage(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, take func([]types.FilteredLogEvent) bool) (ended bool, err error) {
	for {
		out, err := g.client.region(g.region).FilterLogEvents(ctx, in, g.client.retrying(ctx))
		if err != nil {
			return false, explainRead(ctx, g, err)
		}
		more := take(out.Events)
		switch token := aws.ToString(out.NextToken); token {
		case "":
			return true, nil
		case aws.ToString(in.NextToken):
			return false, fmt.Errorf("read log group %q in %s: the service repeated a page token", g.name, g.region)
		}
		in.NextToken = out.NextToken
		if !more {
			return false, nil
		}
	}
}

func (g *Group) request(from time.Time) *cloudwatchlogs.FilterLogEventsInput {
	name, arn := g.ref()
	return &cloudwatchlogs.FilterLogEventsInput{LogGroupName: name, LogGroupIdentifier: arn, StartTime: aws.Int64(max(0, from.UnixMilli()))}
}

// reading is one Read on its way.
type reading struct {
	group   *Group
	key     string // the group's, as are the two below
	url     string
	service string
	emit    func(event.Record)

	stream  string // of the last event
	console string // address of that stream
	seen    recent
	pages   int
	events  int
	last    time.Time // of the last event of the last whole page, or the end of the last slice
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
	if r.pages%progressPages == 0 && r.group.client.cfg.Progress != nil {
		r.group.client.printing.Lock()
		defer r.group.client.printing.Unlock()
		r.group.client.cfg.Progress(r.progress())
	}
}

// add emits a record, unless its id was seen before. The console knows the event by
// eventID; empty if it has none.
func (r *reading) add(id, eventID, stream string, at time.Time, text string) {
	if !r.seen.add(at, stream, id) {
		return
	}
	if r.console == "" || stream != r.stream {
		r.stream, r.console = stream, streamURL(r.url, stream)
	}
	r.events++
	r.emit(event.Record{ID: id, Source: r.key, Stream: stream, Time: at, Text: text, URL: eventURL(r.console, at, eventID), Service: r.service})
}

func (r *reading) progress() string {
	line := fmt.Sprintf("%s: %d pages, %s events", r.group.name, r.pages, thousands(r.events))
	if r.last.IsZero() {
		return line
	}
	return line + ", at " + r.last.Format("2006-01-02 15:04") + " UTC"
}

// reached notes that a slice was read to its end.
func (r *reading) reached(in *cloudwatchlogs.FilterLogEventsInput) {
	if in.EndTime != nil {
		r.last = time.UnixMilli(*in.EndTime + 1).UTC()
	}
}

// through returns Complete for an interrupted read. It is bounded, since events of the
// future (see Read) do not show that the present was read.
func (r *reading) through(started time.Time) time.Time {
	if r.last.After(started) {
		return started
	}
	return r.last
}

// thousands writes n with a comma before every three digits.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// memory is the minimum time that an id is remembered, in the events' time.
const memory = 2 * time.Minute

// recent remembers the ids of events for a while, in two generations.
//
// The service returns events by timestamp, and an event has one timestamp
// wherever it is repeated: a repetition follows its original before the timestamps
// move on. So ids older than memory, which allows for disorder at page borders,
// cannot repeat and are dropped, and a read of any length holds the ids of at most 4
// minutes, 16 bytes each.
type recent struct {
	current, previous map[[16]byte]struct{}
	since             time.Time // where current begins
}

// add reports whether the id is new in its stream.
func (r *recent) add(at time.Time, stream, id string) bool {
	if r.current == nil || at.Sub(r.since) >= memory {
		r.previous, r.current, r.since = r.current, map[[16]byte]struct{}{}, at
	}
	sum := sha256.Sum256([]byte(stream + ":" + id)) // a stream's name holds no ":"
	key := [16]byte(sum[:16])
	if _, ok := r.current[key]; ok {
		return false
	}
	if _, ok := r.previous[key]; ok {
		return false
	}
	r.current[key] = struct{}{}
	return true
}

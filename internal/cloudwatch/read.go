package cloudwatch

import (
	"context"
	"crypto/sha256"
	"errors"
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

// Read calls emit for the events of the group with a timestamp of in.From (rounded
// down to a millisecond) or later, oldest first, each id of a stream once: for every
// one of them, for those that the filter pattern matches, or for those that
// InsightsPattern matches, as Config.Reader says. There is no end time: clocks that run
// ahead log events of the future, up to 2 hours.
//
// Every event older than Complete that had been delivered was emitted.
// After a whole read Complete is the clock's time before the first request. If
// the context ended or the service failed in between, there is an error, and
// Complete is the end of the last whole slice, or the time of the last event of a later
// whole page; zero if there was none.
func (g *Group) Read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	g.client.begin(ctx, g)
	a := g.client.ahead[g]
	if a == nil {
		return g.read(ctx, in, emit)
	}
	delete(g.client.ahead, g)
	g.waiting.Store(false)
	for r := range a.records {
		emit(r)
	}
	return a.result, a.err
}

func (g *Group) read(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	cfg := g.client.cfg
	switch {
	case cfg.Reader == Insights:
		return g.readInsights(ctx, in, "reader is set", emit)
	case cfg.Reader == Auto && g.infrequent.Load():
		return g.readInsights(ctx, in, infrequentAccess, emit)
	}
	result, err := g.readEvents(ctx, in, emit)
	var slow tooSlow
	switch {
	case errors.As(err, &slow):
		return g.readInsteadOf(ctx, slow, in, emit)
	case err != nil && onlyInsights(err) && cfg.Reader == Auto:
		g.infrequent.Store(true)
		return g.readInsights(ctx, in, infrequentAccess, emit)
	case err != nil && onlyInsights(err):
		return result, g.unreadable()
	}
	return result, err
}

const infrequentAccess = "the class is Infrequent Access"

// readInsteadOf reads by Logs Insights what would take too long by filter, or by filter
// all the same if that fails.
func (g *Group) readInsteadOf(ctx context.Context, slow tooSlow, in source.Request, emit func(event.Record)) (source.Result, error) {
	result, err := g.readInsights(ctx, in, slow.Error(), emit)
	if err != nil && ctx.Err() == nil {
		warning := fmt.Sprintf("%s: it is read by filter instead", err)
		result, err = g.readFiltered(ctx, in.From, "Logs Insights failed", false, emit)
		result.Warning = warning
	}
	result.Large = true
	return result, err
}

// readEvents reads by FilterLogEvents.
func (g *Group) readEvents(ctx context.Context, in source.Request, emit func(event.Record)) (source.Result, error) {
	cfg := g.client.cfg
	limit := fmt.Sprintf("%d pages", cfg.AllPages)
	switch {
	case cfg.Reader == All:
		result, err := g.readPages(ctx, in.From, nil, false, emit)
		result.Reader = "all: reader is set"
		return result, err
	case cfg.Reader == Filter:
		return g.readFiltered(ctx, in.From, "reader or filter-pattern is set", false, emit)
	case cfg.AllPages == 0:
		return g.readFiltered(ctx, in.From, "read-all-pages is 0", true, emit)
	case !in.Large:
		complete, fits, err := g.readAll(ctx, in.From, emit)
		if fits || err != nil {
			return source.Result{Complete: complete, Reader: "all: the window fits in " + limit}, err
		}
	}
	result, err := g.readFiltered(ctx, in.From, "the window does not fit in "+limit, true, emit)
	result.Large = true
	return result, err
}

// readFiltered reads what the filter pattern finds. why says why that reader was
// chosen. It returns tooSlow, before it emits anything, if that may be.
func (g *Group) readFiltered(ctx context.Context, from time.Time, why string, mayBeSlow bool, emit func(event.Record)) (source.Result, error) {
	var pattern *string
	if g.client.cfg.FilterPattern != "" {
		pattern = &g.client.cfg.FilterPattern
	}
	result, err := g.readPages(ctx, from, pattern, mayBeSlow && g.client.cfg.InsightsBudget > 0, emit)
	result.Reader = "filter: " + why
	return result, err
}

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
	first, rest := g.client.cutAfter(first, in, started)
	r.page(first)
	if err := g.eachSlice(ctx, rest, r); err != nil {
		return source.Result{Complete: r.through(started)}, err
	}
	return source.Result{Complete: started}, nil
}

// takes estimates how long the rest of a window takes at the rate of requests, if it is
// as dense as its first page. It is 0 if that cannot be said.
func (c *Client) takes(first []types.FilteredLogEvent, now time.Time) time.Duration {
	if len(first) == 0 {
		return 0
	}
	last := at(&first[len(first)-1])
	span := last.Sub(at(&first[0]))
	if span <= 0 {
		return 0
	}
	pages := float64(now.Sub(last)) / float64(span)
	return time.Duration(pages / c.cfg.RequestsPerSecond * float64(time.Second))
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
			return false, fmt.Errorf("read log group %q in %s: the service repeats its page token", g.name, g.region)
		}
		in.NextToken = out.NextToken
		if !more {
			return false, nil
		}
	}
}

func (g *Group) request(from time.Time) *cloudwatchlogs.FilterLogEventsInput {
	in := &cloudwatchlogs.FilterLogEventsInput{StartTime: aws.Int64(max(0, from.UnixMilli()))}
	if g.arn != "" {
		in.LogGroupIdentifier = &g.arn
	} else {
		in.LogGroupName = &g.name
	}
	return in
}

// reading is one Read on its way.
type reading struct {
	group   *Group
	key     string // the group's, as are the two below
	url     string
	service string
	emit    func(event.Record)

	seen   recent
	pages  int
	events int
	last   time.Time // of the last event of the last whole page, or the end of the last slice
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
	r.events++
	r.emit(event.Record{ID: id, Source: r.key, Stream: stream, Time: at, Text: text, URL: eventURL(r.url, stream, at, eventID), Service: r.service})
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

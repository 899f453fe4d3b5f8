package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/source"
)

// A window cut into slices yields the same as an uncut one: each event once, in order, at no more requests
// per second than allowed.
func TestSlicesAreOneWindow(t *testing.T) {
	burst := make([]cloudwatchtest.Event, 300) // in one millisecond, more than a page
	for i := range burst {
		burst[i] = cloudwatchtest.Event{Stream: fmt.Sprint(i % 3), Time: noon.Add(-20 * time.Minute), Message: fmt.Sprint("ERROR ", i)}
	}
	random := rand.New(rand.NewPCG(1, 2))
	var uneven []cloudwatchtest.Event
	for i := range 3000 { // dense at first, then sparse, some at the same time
		at := noon.Add(-time.Hour + time.Duration(random.ExpFloat64()*float64(5*time.Minute)).Truncate(100*time.Millisecond))
		uneven = append(uneven, cloudwatchtest.Event{Stream: fmt.Sprint("s", i%5), Time: at, Ingested: noon.Add(-time.Minute), Message: fmt.Sprint("ERROR ", i)})
	}
	ahead := series("ahead", noon.Add(-30*time.Second), 120)
	for i := range ahead {
		ahead[i].Ingested = noon
	}
	quiet := slices.Clone(series("quiet", noon.Add(-time.Hour), 2000))
	for i := range quiet {
		quiet[i].Message = "INFO"
	}
	for _, test := range []struct {
		name   string
		events []cloudwatchtest.Event
	}{
		{"even", series("s", noon.Add(-50*time.Minute), 2500)},
		{"more than a page in a millisecond", burst},
		{"uneven", uneven},
		{"ahead of the clock", ahead},
		{"rare", append(quiet, series("s", noon.Add(-20*time.Minute), 3)...)},
	} {
		for _, empty := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s, %d empty pages between", test.name, empty), func(t *testing.T) {
				var want []event.Record
				for _, rate := range []float64{2, 5, 25} {
					w := newWorld(t)
					w.config.RequestsPerSecond, w.config.FilterPattern = rate, "?ERROR"
					w.service.PageEvents, w.service.EmptyPages, w.service.RepeatEvents = 40, empty, 2
					w.put("/shop", test.events...)
					records, complete, err := read(context.Background(), w.group("/shop"))
					if err != nil || !complete.Equal(noon) {
						t.Fatalf("complete until %v, %v", complete, err)
					}
					if want == nil {
						want = records
					}
					if diff := cmp.Diff(ids(want), ids(records)); diff != "" {
						t.Errorf("at %v requests a second:\n%s", rate, diff)
					}
					if least := time.Duration(float64(len(w.service.Requests())-1) / rate * float64(time.Second)); w.time().Sub(noon) < least-time.Millisecond {
						t.Errorf("%d requests in %v, want %v at least", len(w.service.Requests()), w.time().Sub(noon), least)
					}
				}
			})
		}
	}
}

// A read that breaks off in a slice has emitted everything before Complete, and sends no request
// afterwards.
func TestSlicesBreakOff(t *testing.T) {
	events := series("s", noon.Add(-time.Hour), 3000)
	for stop := 2; stop < 60; stop += 3 {
		w := newWorld(t)
		w.config.RequestsPerSecond, w.service.PageEvents = 25, 40
		w.put("/shop", events...)
		ctx, cancel := context.WithCancelCause(context.Background())
		outOfTime := errors.New("max-duration is over")
		w.service.Break = func(fake.Request) *fake.Fault {
			if len(w.service.Requests()) > stop {
				cancel(outOfTime)
				return &fake.Fault{Cut: true}
			}
			return nil
		}
		records, complete, err := read(ctx, w.group("/shop"))
		if !errors.Is(err, outOfTime) {
			t.Fatalf("after %d requests: %v", stop, err)
		}
		older := 0
		for _, e := range events {
			if e.Time.Before(complete) {
				older++
			}
		}
		got := 0
		for _, r := range records {
			if r.Time.Before(complete) {
				got++
			}
		}
		if got != older || stop > 30 && older == 0 {
			t.Errorf("after %d requests: %d events before %v, want %d", stop, got, complete, older)
		}
		if sent := len(w.service.Requests()); sent > stop+8 {
			t.Errorf("%d requests, %d after the end", sent, sent-stop)
		}
	}
}

// A group that was read ahead keeps its progress if time runs out when its turn comes, unless an event was
// dropped.
func TestAheadBreaksOff(t *testing.T) {
	kept := 0
	for stop := 20; stop < 60; stop += 2 {
		w := newWorld(t)
		w.config.RequestsPerSecond, w.service.PageEvents = 25, 40
		w.put("/a", series("s", noon.Add(-time.Hour), 3)...)
		w.put("/b", series("s", noon.Add(-time.Hour), 3000)...)
		ctx, cancel := context.WithCancel(context.Background())
		w.service.Break = func(fake.Request) *fake.Fault {
			if len(w.service.Requests()) > stop {
				cancel()
				return &fake.Fault{Cut: true}
			}
			return nil
		}
		groups, request := []*cloudwatch.Group{w.group("/a"), w.group("/b")}, source.Request{From: noon.Add(-2 * time.Hour)}
		planAll(groups, request)
		for _, g := range groups {
			events := 0
			result, err := g.Read(ctx, request, func(event.Record) { events++ })
			if g == groups[1] && (err == nil || events == 0) {
				t.Fatalf("%d events, %v", events, err)
			} else if g == groups[1] && !result.Complete.IsZero() {
				kept++
			}
		}
	}
	if kept == 0 {
		t.Error("no progress was kept")
	}
}

// slowly is a service some distance away: an answer takes 60 to 150 ms to begin, and a page of 10,000
// events another 60 ms to transfer and decode.
type slowly struct {
	handler http.Handler
	answers atomic.Int64
}

func (s *slowly) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(time.Duration(120+s.answers.Add(37)%90) * time.Millisecond)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	return w.Result(), nil
}

// At 25 requests a second, reading 100 pages in slices is three times as fast as page after page, whether
// they belong to one group or to ten. Time is measured on synctest's clock.
func TestSlicesAreFast(t *testing.T) {
	for _, groups := range []int{1, 10} {
		w := newWorld(t)
		for g := range groups {
			events := series("s", noon, 3500/groups)
			for i := range events {
				events[i].Time = noon.Add(-time.Hour + time.Duration(i)*time.Second*time.Duration(groups))
			}
			w.put(fmt.Sprint("/ecs/", g), events...)
		}
		w.service.PageEvents = 35
		took := map[bool]time.Duration{}
		for _, sliced := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				w.config.RequestsPerSecond, w.config.Progress = 25, nil
				w.config.Clock = clock.Clock{Now: func() time.Time { return noon.Add(time.Since(began)) }, Sleep: clock.System().Sleep}
				c := w.client()
				c.Transport(&slowly{handler: w.service})
				all, listed := w.groups(c, "/ecs/*"), time.Now()
				if n := readGroups(t, c, all, sliced, noon.Add(-2*time.Hour)); n != 3500 {
					t.Errorf("%d events", n)
				}
				took[sliced] = time.Since(listed)
				if sent := c.Requests()["FilterLogEvents"]; sent > 106 {
					t.Errorf("%d requests", sent)
				}
			})
		}
		t.Logf("%d groups: %v page after page, %v in slices", groups, took[false], took[true])
		if took[false] < 3*took[true] {
			t.Errorf("%d groups: only %.1f times faster", groups, took[false].Seconds()/took[true].Seconds())
		}
	}
}

// planAll announces that all groups will be read, in this order.
func planAll(groups []*cloudwatch.Group, r source.Request) {
	var sources []source.Source
	for _, g := range groups {
		sources = append(sources, g)
	}
	for i, g := range groups {
		g.Plan(r, sources[i+1:])
	}
}

func readGroups(t testing.TB, c *cloudwatch.Client, groups []*cloudwatch.Group, sliced bool, from time.Time) (events int) {
	request := source.Request{From: from}
	planAll(groups, request)
	for _, g := range groups {
		count := func(event.Record) { events++ }
		err := error(nil)
		if sliced {
			_, err = g.Read(context.Background(), request, count)
		} else {
			err = g.ReadPageAfterPage(context.Background(), from, count)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return events
}

// BenchmarkRead reads 1 million events at 25 requests a second from a service that answers after 60 to 150
// ms: page after page, and with each reader. The time of insights is mostly the fake's own matching.
//
//	go test ./internal/cloudwatch -run - -bench Read -benchtime 1x
func BenchmarkRead(b *testing.B) {
	const events = 1_000_000
	for _, groups := range []int{1, 10} {
		w := newWorld(b)
		w.config.RequestsPerSecond, w.config.Clock, w.config.Progress = 25, clock.System(), nil
		w.config.InsightsBudget = 1000
		w.service.Now = time.Now
		end := time.Now().Add(-time.Minute).Truncate(time.Second)
		for g := range groups {
			batch := make([]cloudwatchtest.Event, events/groups)
			for i := range batch {
				batch[i] = cloudwatchtest.Event{Stream: "web/1", Time: end.Add(-time.Duration(i) * time.Hour / time.Duration(len(batch))),
					Message: fmt.Sprintf("2026-03-14 11:59:58 ERROR order %d has no lines: 500 Internal Server Error", i)}
			}
			w.put(fmt.Sprint("/ecs/", g), batch...)
		}
		for _, reader := range []string{"page after page", cloudwatch.Filter, cloudwatch.All, cloudwatch.Insights} {
			readers := reader != "page after page"
			if readers {
				w.config.Reader = reader
			}
			c := w.client()
			c.Transport(transport(func(r *http.Request) (*http.Response, error) { // the fake breaks requests one at a time
				time.Sleep(time.Duration(60+rand.IntN(90)) * time.Millisecond)
				return http.DefaultTransport.RoundTrip(r)
			}))
			all := w.groups(c, "/ecs/*")
			b.Run(fmt.Sprintf("groups=%d/%s", groups, reader), func(b *testing.B) {
				for range b.N {
					if n := readGroups(b, c, all, readers, end.Add(-2*time.Hour)); n != events {
						b.Fatalf("%d events", n)
					}
				}
				b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

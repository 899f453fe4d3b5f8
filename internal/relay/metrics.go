package relay

import (
	"fmt"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Metrics are shown by /metrics. No label comes from outside.
//
//	errmon_relay_requests_total{route,verdict}    requests
//	errmon_relay_answer_seconds{route}            time until the answer
//	errmon_relay_events_total{outcome}            events accepted, dispatched, failed for good,
//	                                              and undelivered when the relay stopped
//	errmon_relay_dispatches_total{type,outcome}   dispatches sent, repeated and failed for good
//	errmon_relay_dispatch_delay_seconds           time from a webhook to its dispatch
//	errmon_relay_waiting_events                   events accepted and not yet dispatched
//	errmon_relay_waiting_dispatches               dispatches that wait, of 100 at most
type Metrics struct{ set *metrics.Set }

// Upper bounds of the histograms, in seconds.
var (
	answerBounds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 3}
	delayBounds  = []float64{.1, .5, 1, 2, 5, 10, 11, 15, 30, 60, 300, 1800}
)

// NewMetrics returns metrics that nothing was counted in yet.
func NewMetrics() *Metrics { return &Metrics{metrics.NewSet()} }

// Handler serves Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	metrics.ExposeMetadata(true)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
}

func (m *Metrics) watch(q *Queue) {
	m.set.NewGauge("errmon_relay_waiting_events", func() float64 { _, events := q.waiting(); return float64(events) })
	m.set.NewGauge("errmon_relay_waiting_dispatches", func() float64 { batches, _ := q.waiting(); return float64(batches) })
}

func (m *Metrics) answered(route, verdict string, took time.Duration) {
	m.set.GetOrCreateCounter(fmt.Sprintf("errmon_relay_requests_total{route=%q,verdict=%q}", route, verdict)).Inc()
	m.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("errmon_relay_answer_seconds{route=%q}", route), answerBounds).Update(took.Seconds())
}

func (m *Metrics) event(outcome string, n int) {
	m.set.GetOrCreateCounter(fmt.Sprintf("errmon_relay_events_total{outcome=%q}", outcome)).Add(n)
}

func (m *Metrics) dispatched(kind, outcome string) {
	m.set.GetOrCreateCounter(fmt.Sprintf("errmon_relay_dispatches_total{type=%q,outcome=%q}", kind, outcome)).Inc()
}

func (m *Metrics) delayed(d time.Duration) {
	m.set.GetOrCreatePrometheusHistogramExt("errmon_relay_dispatch_delay_seconds", delayBounds).Update(d.Seconds())
}

package relay

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are shown by /metrics. No label comes from outside.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	answers    *prometheus.HistogramVec
	events     *prometheus.CounterVec
	dispatches *prometheus.CounterVec
	delay      prometheus.Histogram
}

// NewMetrics returns counters at zero.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "errmon_relay_requests_total",
			Help: "Requests, by route and verdict."}, []string{"route", "verdict"}),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "errmon_relay_answer_seconds",
			Help: "Time until the answer.", Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 3}}, []string{"route"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "errmon_relay_events_total",
			Help: "Events accepted, dispatched, failed for good, and undelivered when the relay stopped."}, []string{"outcome"}),
		dispatches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "errmon_relay_dispatches_total",
			Help: "Dispatches sent, repeated and failed for good, by event type."}, []string{"type", "outcome"}),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "errmon_relay_dispatch_delay_seconds",
			Help: "Time from a webhook to its dispatch.", Buckets: []float64{.1, .5, 1, 2, 5, 10, 11, 15, 30, 60, 300, 1800}}),
	}
	m.registry.MustRegister(m.requests, m.answers, m.events, m.dispatches, m.delay,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *Metrics) watch(q *Queue) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "errmon_relay_waiting_events", Help: "Events accepted and not yet dispatched."},
			func() float64 { _, events := q.waiting(); return float64(events) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "errmon_relay_waiting_dispatches", Help: "Dispatches that wait, of 100 at most."},
			func() float64 { batches, _ := q.waiting(); return float64(batches) }))
}

func (m *Metrics) answered(route, verdict string, took time.Duration) {
	m.requests.WithLabelValues(route, verdict).Inc()
	m.answers.WithLabelValues(route).Observe(took.Seconds())
}

func (m *Metrics) event(outcome string, n int) { m.events.WithLabelValues(outcome).Add(float64(n)) }

func (m *Metrics) dispatched(kind, outcome string) {
	m.dispatches.WithLabelValues(kind, outcome).Inc()
}

func (m *Metrics) delayed(d time.Duration) { m.delay.Observe(d.Seconds()) }

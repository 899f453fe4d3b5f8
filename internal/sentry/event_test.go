package sentry_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
	"github.com/org/errmon-action/internal/source"
)

func TestNewestEvent(t *testing.T) {
	h := newHouse(t, "web")
	id := h.Put(sentrytest.Issue{Title: "PaymentError: payment failed", Environment: "production", Last: h.now, Event: &sentrytest.Event{
		Release: "shop@1.4.2",
		Tags:    map[string]string{"request_id": "r-17", "browser": "Chrome 83"},
		Exceptions: []sentrytest.Exception{
			{Type: "Error", Value: "card declined", Frames: []sentrytest.Frame{
				{Function: "Cart.pay", Filename: "/app/shop.js", AbsPath: "/app/shop.js", Line: 25, Column: 7, InApp: true},
				{Function: "charge", Filename: "./shop.js", AbsPath: "/app/shop.js", Line: 34, Column: 9, InApp: true}}},
			{Type: "PaymentError", Value: "payment failed", Frames: []sentrytest.Frame{{Function: "?", Filename: "node:internal/main"}}},
		},
	}})
	client := h.client(t)
	issue, err := client.Issue(t.Context(), id)
	want(t, err)
	got, err := client.Event(t.Context(), issue, source.Newest)
	want(t, err)
	expected := event.Event{
		ID: sentrytest.EventID(id), Source: "sentry:acme", Stream: id, Issue: id, URL: issue.URL, Time: h.now, Level: event.Error,
		Message: "PaymentError: payment failed", Runtime: "node", Service: "web", Release: "shop@1.4.2", Environment: "production", RequestID: "r-17",
		Stack: "PaymentError: payment failed\n    at ? (node:internal/main)\nCaused by: Error: card declined\n    at charge (/app/shop.js:34:9)\n    at Cart.pay (/app/shop.js:25:7)",
		Exceptions: []event.Exception{
			{Type: "PaymentError", Message: "payment failed", Frames: []event.Frame{{Function: "", File: "node:internal/main"}}},
			{Type: "Error", Message: "card declined", Frames: []event.Frame{
				{Function: "charge", File: "/app/shop.js", Line: 34, Column: 9, InApp: true}, {Function: "Cart.pay", File: "/app/shop.js", Line: 25, Column: 7, InApp: true}}},
		},
	}
	text := got.Text
	got.Text = ""
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Error(diff)
	}
	for _, fact := range []string{"request_id: r-17", "browser: Chrome 83", "runtime.version: v20.20.2", expected.Stack} {
		if !strings.Contains(text, fact) {
			t.Errorf("%q lacks %q", text, fact)
		}
	}
	for _, person := range []string{sentrytest.UserMail, sentrytest.UserAddress, "Hell Boy"} {
		if whole, _ := json.Marshal([]any{got, text}); strings.Contains(string(whole), person) {
			t.Errorf("the event holds the user: %s", whole)
		}
	}
}

func TestEventThatIsGone(t *testing.T) {
	h := newHouse(t, "web")
	id := h.Put(sentrytest.Issue{})
	if e, err := h.client(t).Event(t.Context(), event.SentryIssue{ID: id}, source.Newest); err != nil || e.ID != "" {
		t.Errorf("%+v, %v; want nothing", e, err)
	}
}

// An event without an exception may have a thread's stack trace, which has no type. Empty contexts may be a
// JSON list.
func TestThreadIsTheTraceOfTheMessage(t *testing.T) {
	h := newHouse(t, "web")
	h.answering(t, func(int) answer {
		return answer{body: `{"id":"1","title":"deadlock","contexts":[],"entries":[{"type":"threads","data":{"values":[{"stacktrace":{"frames":[{"function":"f","filename":"a.py","lineNo":3}]}}]}}]}`}
	})
	e, err := h.client(t).Event(t.Context(), event.SentryIssue{ID: "1"}, source.Newest)
	want(t, err)
	if e.Message != "deadlock" || e.Stack != "deadlock\n    at f (a.py:3)" {
		t.Errorf("message %q, stack %q", e.Message, e.Stack)
	}
}

func TestSuppressedIsNoCause(t *testing.T) {
	h := newHouse(t, "web")
	mechanism := func(id int, parent any, source string) map[string]any {
		return map[string]any{"type": "chained", "exception_id": id, "parent_id": parent, "source": source}
	}
	id := h.Put(sentrytest.Issue{Event: &sentrytest.Event{Platform: "java", Exceptions: []sentrytest.Exception{
		{Type: "Cause", Mechanism: mechanism(3, 0, "cause")},
		{Type: "CauseOfSuppressed", Mechanism: mechanism(2, 1, "cause")},
		{Type: "Suppressed", Mechanism: mechanism(1, 0, "suppressed[0]")},
		{Type: "CheckoutException", Module: "com.acme", Mechanism: mechanism(0, nil, "")},
	}}})
	e, err := h.client(t).Event(t.Context(), event.SentryIssue{ID: id}, source.Newest)
	want(t, err)
	var types []string
	for _, x := range e.Exceptions {
		types = append(types, x.Type)
	}
	if diff := cmp.Diff([]string{"com.acme.CheckoutException", "Cause"}, types); diff != "" {
		t.Error(diff)
	}
}

// Anyone who knows a browser's DSN can send such an event.
func TestManyExceptionsTakeNoTime(t *testing.T) {
	var descending strings.Builder // each parent comes after its child
	for id := 40_000; id > 0; id-- {
		fmt.Fprintf(&descending, `{"mechanism":{"exception_id":%d,"parent_id":%d}},`, id, id-1)
	}
	descending.WriteString(`{"mechanism":{"exception_id":0,"parent_id":40000,"source":"suppressed"}}`)
	for name, values := range map[string]string{"unrelated": "{}" + strings.Repeat(",{}", 100_000), "a circle, the last first": descending.String()} {
		began := time.Now()
		p, err := sentry.ReadWebhook([]byte(`{"data":{"event":{"exception":{"values":[`+values+`]}}}}`), payload.Origin{})
		want(t, err)
		if took := time.Since(began); len(p.Events) != 1 || took > 20*time.Second {
			t.Errorf("%s: %d events after %s", name, len(p.Events), took)
		}
	}
}

// TestPublishedExamples reads the examples from Sentry's own API description, if it is available.
func TestPublishedExamples(t *testing.T) {
	const prefix = "get.organizations_organization_id_or_slug_issues"
	read := func(name string) []byte {
		data, err := os.ReadFile("../../../shared/data/sentry/openapi-examples/" + prefix + name + ".json")
		if err != nil {
			t.Skip(err)
		}
		return data
	}
	answers := map[string][]byte{
		"/api/0/organizations/acme/issues/":                 read(".200.ReturnAListOfIssuesForAnOrganization"),
		"/api/0/organizations/acme/issues/1/":               read("_issue_id.200.ReturnAnIssue"),
		"/api/0/organizations/acme/issues/1/events/latest/": read("_issue_id_events_event_id.200.ReturnAnIssueEvent"),
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", `<http://x/>; rel="previous"; results="false"; cursor="0:0:1", <http://x/>; rel="next"; results="false"; cursor="0:100:0"`)
		w.Write(answers[r.URL.Path])
	}))
	defer web.Close()
	h := newHouse(t, "web")
	h.config.URL = web.URL
	client, err := sentry.New(h.config)
	want(t, err)
	issues, err := client.Issues(t.Context())
	want(t, err)
	if len(issues) != 1 || issues[0].Total != 150 || issues[0].State != event.Ignored || issues[0].Project != "pump-station" {
		t.Errorf("%+v", issues)
	}
	issue, err := client.Issue(t.Context(), "1")
	want(t, err)
	if issue.Total != 150 || issue.State != event.Unresolved || !issue.Last.Equal(time.Date(2018, 12, 6, 21, 19, 55, 0, time.UTC)) {
		t.Errorf("%+v", issue)
	}
	e, err := client.Event(t.Context(), issue, source.Newest)
	want(t, err)
	if len(e.Exceptions) == 0 || len(e.Exceptions[0].Frames) == 0 || e.Runtime != "browser" || e.TraceID == "" || e.Release == "" {
		t.Errorf("%+v", e)
	}
	if whole, _ := json.Marshal(e); strings.Contains(string(whole), "hell@boy.cat") || strings.Contains(string(whole), "192.168.1.1") {
		t.Errorf("the event holds the user: %s", whole)
	}
	t.Logf("%s", e.Text)
}

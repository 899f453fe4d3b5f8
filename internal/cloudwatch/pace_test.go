package cloudwatch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/fake"
)

// The groups of a region share its request rate, including retries and listings. Each region has its own.
func TestPaceIsOfTheRegion(t *testing.T) {
	w := newWorld(t)
	w.service.PageEvents = 1
	for _, name := range []string{"/ecs/a", "/ecs/b"} {
		w.put(name, series("s", noon.Add(-time.Minute), 5)...)
	}
	const otherARN = "arn:aws:logs:us-west-2:" + cloudwatchtest.Account + ":log-group:/other"
	if err := w.service.Put("us-west-2", "/other", series("s", noon.Add(-time.Minute), 1)...); err != nil {
		t.Fatal(err)
	}
	c := w.client()
	groups := w.groups(c, "/ecs/*", otherARN)
	for _, g := range groups {
		if _, _, err := read(context.Background(), g); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(map[string]int{"DescribeLogGroups": 1, "FilterLogEvents": 11}, c.Requests()); diff != "" {
		t.Error(diff)
	}
	// Eleven requests to the first region at two a second, the first one immediately.
	if got := w.time().Sub(noon); got != 5*time.Second {
		t.Errorf("%v passed, want 5s", got)
	}
}

func TestThrottlingIsRetried(t *testing.T) {
	w := newWorld(t)
	w.put("/shop", series("s", noon.Add(-time.Minute), 1)...)
	throttled := 7
	w.service.Break = func(fake.Request) *fake.Fault {
		if throttled == 0 {
			return nil
		}
		throttled--
		return cloudwatchtest.Refusal("ThrottlingException", "Rate exceeded")
	}
	c := w.client()
	records, _, err := read(context.Background(), w.groups(c, "/shop")[0])
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v; want 1", len(records), err)
	}
	if got := c.Requests()["FilterLogEvents"]; got != 8 {
		t.Errorf("%d requests counted, want 8", got)
	}
	if len(w.sleeps) < 7 {
		t.Errorf("slept %v on the clock, want 7 times at least", w.sleeps)
	}
}

func TestRetriesEnd(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault *fake.Fault
		want  int // requests
		code  string
	}{
		{"throttled", cloudwatchtest.Refusal("ThrottlingException", "Rate exceeded"), 8, "ThrottlingException"},
		{"unavailable", &fake.Fault{Status: 503, Body: `{"__type":"ServiceUnavailableException"}`}, 8, "ServiceUnavailableException"},
		{"a proxy's page", &fake.Fault{Status: 502, Body: "<html>Bad Gateway</html>"}, 8, ""},
		{"half a page", &fake.Fault{Status: 200, Body: `{"events":[{"eventId":"1",`}, 8, ""},
		{"no answer", &fake.Fault{Cut: true}, 3, ""},
		{"refused", cloudwatchtest.Refusal("AccessDeniedException", "no"), 1, "AccessDeniedException"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.service.Break = func(fake.Request) *fake.Fault { return test.fault }
			_, _, err := read(context.Background(), w.group("/shop"))
			if err == nil || !strings.Contains(err.Error(), `log group "/shop" in eu-central-1`) {
				t.Errorf("error %v does not say what failed", err)
			}
			var refusal smithy.APIError
			if test.code != "" && (!errors.As(err, &refusal) || refusal.ErrorCode() != test.code) {
				t.Errorf("error %v has lost its code %s", err, test.code)
			}
			if got := len(w.service.Requests()); got != test.want {
				t.Errorf("%d requests, want %d", got, test.want)
			}
		})
	}
}

// A run that is out of time does not wait for its retries.
func TestRetriesEndWithTheContext(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	w.service.Break = func(fake.Request) *fake.Fault {
		if len(w.service.Requests()) == 2 {
			cancel()
		}
		return cloudwatchtest.Refusal("ThrottlingException", "Rate exceeded")
	}
	_, _, err := read(ctx, w.group("/shop"))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	if got := len(w.service.Requests()); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
}

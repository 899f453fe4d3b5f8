package cloudwatch_test

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

const region = "eu-central-1"

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// world is a service, the settings of a client, and their shared clock, which moves only by sleeping.
type world struct {
	testing.TB
	service  *cloudwatchtest.Server
	endpoint *httptest.Server
	config   cloudwatch.Config
	progress []string

	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
}

func newWorld(t testing.TB) *world {
	w := &world{TB: t, now: noon}
	w.service = &cloudwatchtest.Server{Now: w.time}
	w.endpoint = httptest.NewServer(w.service)
	t.Cleanup(w.endpoint.Close)
	w.config = cloudwatch.Config{
		Region:            region,
		RequestsPerSecond: 2,
		Clock:             clock.Clock{Now: w.time, Sleep: w.sleep},
		Progress:          func(line string) { w.progress = append(w.progress, line) },
	}
	cleanEnvironment(t)
	t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", w.endpoint.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	return w
}

// cleanEnvironment hides the machine's AWS settings.
func cleanEnvironment(t testing.TB) {
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "AWS_CA_BUNDLE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		"HTTP_PROXY", "http_proxy",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	w.sleeps = append(w.sleeps, d)
	return nil
}

func (w *world) put(group string, events ...cloudwatchtest.Event) {
	w.Helper()
	if err := w.service.Put(region, group, events...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) client() *cloudwatch.Client {
	w.Helper()
	c, err := cloudwatch.New(context.Background(), w.config)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// groups resolves valid entries of log-groups.
func (w *world) groups(c *cloudwatch.Client, entries ...string) []*cloudwatch.Group {
	w.Helper()
	specs, err := cloudwatch.ParseSpecs(entries, region)
	if err != nil {
		w.Fatal(err)
	}
	groups, err := c.Groups(context.Background(), specs)
	if err != nil {
		w.Fatal(err)
	}
	return groups
}

func (w *world) group(name string) *cloudwatch.Group {
	w.Helper()
	return w.groups(w.client(), name)[0]
}

// read reads from one hour before noon.
func read(ctx context.Context, g *cloudwatch.Group) (records []event.Record, complete time.Time, err error) {
	result, err := g.Read(ctx, source.Request{From: noon.Add(-time.Hour)}, func(r event.Record) { records = append(records, r) })
	return records, result.Complete, err
}

// series returns n events one second apart, beginning at first.
func series(stream string, first time.Time, n int) []cloudwatchtest.Event {
	events := make([]cloudwatchtest.Event, n)
	for i := range events {
		events[i] = cloudwatchtest.Event{Stream: stream, Time: first.Add(time.Duration(i) * time.Second), Message: "ERROR boom"}
	}
	return events
}

func ids(records []event.Record) []string {
	var out []string
	for _, r := range records {
		out = append(out, r.ID)
	}
	return out
}

package story

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cli"
	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/source"
)

// toy is a source as .github/CONTRIBUTING.md describes one.
type toy struct {
	start time.Time
	lines []string
}

func (t *toy) Key() string { return "toy:shop" }

func (t *toy) Read(_ context.Context, r source.Request, emit func(event.Record)) (source.Result, error) {
	for i, line := range t.lines {
		if at := t.start.Add(time.Duration(i) * time.Second); !at.Before(r.From) {
			emit(event.Record{ID: line, Source: t.Key(), Stream: "one", Time: at, Text: line, Service: "toy"})
		}
	}
	return source.Result{Complete: t.start.Add(time.Hour)}, nil
}

func (t *toy) connect(context.Context, config.Config, clock.Clock, func(string)) (source.Integration, error) {
	return source.Integration{
		Name:     "Toy",
		Open:     func(context.Context) ([]source.Source, error) { return []source.Source{t}, nil },
		Check:    func(context.Context) []finding.Finding { return []finding.Finding{finding.Good("toy", "plays")} },
		Requests: func() map[string]int { return map[string]int{"read": 1} },
	}, nil
}

// TestAddASource adds a source with one line, next to the existing ones.
func TestAddASource(t *testing.T) {
	w := newWorld(t)
	added := &toy{start: w.now.Add(-time.Minute), lines: []string{"INFO all is well", "ERROR order 1 lost"}}
	known := cli.Integrations
	t.Cleanup(func() { cli.Integrations = known })
	cli.Integrations = append(known[:len(known):len(known)], cli.Integration{Settings: "toy", Configured: func(config.Config) bool { return true }, Connect: added.connect})
	w.log(time.Minute, "ERROR basket 2 lost")
	for _, run := range []struct {
		args []string
		says string
	}{
		{[]string{"preview"}, "order … lost [toy]"},
		{[]string{"scan"}, "toy:shop: 1 event"},
		{[]string{"doctor"}, "✓ toy: plays"},
	} {
		if r := w.run(run.args...).mustSucceed(t); !strings.Contains(r.stdout, run.says) {
			t.Errorf("%s does not say %q:\n%s", run.args[0], run.says, r.stdout)
		}
	}
	w.find("order … lost [toy]")
	w.find("basket … lost")
	if w.progress("toy:shop").IsZero() {
		t.Error("its progress is not on the dashboard")
	}
	delete(w.env, "AWS_LOG_GROUP_NAME")
	w.run("doctor").mustSucceed(t) // the toy counts as something to watch
}

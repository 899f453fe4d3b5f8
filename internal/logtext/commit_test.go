package logtext

import (
	"fmt"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// The commit is a field of its own, and also the release if the record states none.
func TestCommit(t *testing.T) {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	team := map[string][]string{"commit": {"build.sha"}}
	tests := []struct{ name, line, release string }{
		{"OpenTelemetry", `{"level":"error","message":"x","vcs.ref.head.revision":"%s"}`, sha},
		{"OpenTelemetry's resource", `{"level":"error","body":"x","resource":{"attributes":{"vcs.ref.head.revision":"%s"}}}`, sha},
		{"Datadog", `{"level":"error","message":"x","dd":{"git":{"commit":{"sha":"%s"}},"version":"1.2.3"}}`, "1.2.3"},
		{"nested", `{"level":"error","message":"x","git":{"commit":{"sha":"%s"}}}`, sha},
		{"commit", `{"level":"error","message":"x","commit":"%s","release":"1.2.3"}`, "1.2.3"},
		{"revision", `{"level":"error","message":"x","revision":"%s"}`, sha},
		{"git_sha, in another spelling", `{"level":"error","message":"x","gitSha":"%s"}`, sha},
		{"logfmt", `level=error msg=x git_sha=%s release=1.2.3`, "1.2.3"},
		{"the team's", `{"level":"error","message":"x","build":{"sha":"%s"},"commit":"other"}`, sha},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var events []event.Event
			f := NewFramer(team, func(e event.Event) { events = append(events, e) })
			f.Add(event.Record{Text: fmt.Sprintf(tt.line, sha)})
			f.Flush(noon.Add(24 * time.Hour))
			if len(events) != 1 || events[0].Commit != sha || events[0].Release != tt.release {
				t.Errorf("got %+v", events)
			}
		})
	}
}

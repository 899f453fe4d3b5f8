package story

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestClockSkew makes one of several runs on a machine whose clock is wrong. The issue must count every
// event, and the run must report the wrong clock.
func TestClockSkew(t *testing.T) {
	for _, tt := range []struct {
		name string
		skew time.Duration // of the third run
		says string        // a regular expression, because pacing may move the clock before an answer is read
	}{
		{"right", 0, ""},
		{"seconds ahead", 40 * time.Second, ""},
		{"an hour ahead", time.Hour, `1h0m[01]s ahead of GitHub's`},
		{"days ahead", 72 * time.Hour, `72h0m[01]s ahead of GitHub's`},
		{"an hour behind", -time.Hour, `(1h0m0s|59m59s) behind GitHub's`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			events := 0
			for run := range 8 {
				for i := range 15 {
					w.log(time.Duration(i)*time.Minute+time.Second, "ERROR order lost")
					events++
				}
				w.skew = 0
				if run == 2 {
					w.skew = tt.skew
				}
				r := w.run("scan").mustSucceed(t)
				output := r.stderr + r.stdout
				said := strings.Contains(output, "GitHub's")
				if run == 2 && (said != (tt.says != "") || !regexp.MustCompile(tt.says).MatchString(output)) {
					t.Errorf("the run says %s %s", r.stderr, r.stdout)
				}
				w.advance(15 * time.Minute)
			}
			if got := count(t, w.find("lost")); got != int64(events) {
				t.Errorf("%d events are counted, want %d", got, events)
			}
		})
	}
}

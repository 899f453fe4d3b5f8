package story

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

// A group of the class Infrequent Access is filed if there is a budget. Without one, or without the
// permissions, the message names the remedy and the other groups are filed.
func TestInfrequentAccess(t *testing.T) {
	for _, test := range []struct {
		name, budget string
		allow        []string
		code         int
		want         string // part of the output
	}{
		{"budget", "1", nil, exitDone, "Logs Insights scanned 0.00 GB, about $0.01, of insights-budget 1 GB."},
		{"no budget", "", nil, exitFailed, `log group "/ecs/vault" in eu-central-1 is in the Infrequent Access class, which only Logs Insights can read: set insights-budget`},
		{"no permission", "1", []string{"logs:FilterLogEvents", "logs:GetLogEvents"}, exitFailed,
			"the permission logs:StartQuery on arn:aws:logs:eu-central-1:*:log-group:/ecs/vault:*"},
		{"budget used up", "0.0000001", nil, exitFailed, `log group "/ecs/vault" in eu-central-1 is not read: raise insights-budget`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.inActions()
			w.env["INPUT_LOG-GROUPS"], w.env["INPUT_INSIGHTS-BUDGET"] = "/ecs/vault, /ecs/shop", test.budget
			w.aws.Infrequent = []string{"/ecs/vault"}
			w.aws.Allow = test.allow
			w.log(3*time.Minute, "ERROR order 1 lost")
			for i := range 63 { // some from before the lookback, where Logs Insights begins
				w.put("/ecs/vault", cloudwatchtest.Event{Stream: "s", Time: w.now.Add(-time.Duration(i) * time.Minute), Message: "ERROR gold 1 stolen"})
			}
			r := w.run("scan")
			if all := r.stdout + r.stderr + r.summary; r.code != test.code || !strings.Contains(all, test.want) {
				t.Errorf("exit code %d, no %q in\n%s", r.code, test.want, all)
			}
			w.find("lost")
			if filed := len(w.errorIssues()); filed != map[int]int{exitDone: 2, exitFailed: 1}[test.code] {
				t.Errorf("%d issues", filed)
			}
			if reader := "| insights: the class is Infrequent Access |"; !strings.Contains(r.summary, reader) {
				t.Errorf("no %q in\n%s", reader, r.summary)
			}
			if reader := "| all: the window fits in 3 pages |"; !strings.Contains(r.summary, reader) {
				t.Errorf("no %q in\n%s", reader, r.summary)
			}
		})
	}
}

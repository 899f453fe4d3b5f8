package story

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// teamFile contains a team's rules for its frames and fields.
const teamFile = `in-app:
  include: [node_modules/@acme/]
  exclude: [src/generated/]
fields:
  service: app_id
  level: meta.sev
  message: what
  request-id: [ctx.request]
`

// teamLog contains one failure twice, in the team's own fields. The second time it passes through other
// generated code, which makes it another error only without the team's rules.
var teamLog = []string{
	`{"app_id":"checkout","meta":{"sev":"error"},"what":"charge failed","ctx":{"request":"r-1"},"stack":"Error: no price\n` +
		`    at encode (/app/src/generated/client.js:4:5)\n    at charge (/app/node_modules/@acme/pay/index.js:7:9)"}`,
	`{"app_id":"checkout","meta":{"sev":"error"},"what":"charge failed","ctx":{"request":"r-2"},"stack":"Error: no price\n` +
		`    at encodeAll (/app/src/generated/client.js:9:5)\n    at charge (/app/node_modules/@acme/pay/index.js:7:9)"}`,
	`{"app_id":"checkout","meta":{"sev":"info"},"what":"no error"}`,
}

func TestTeamRulesInScan(t *testing.T) {
	tests := []struct {
		name, file string
		issues     []string // titles
	}{
		{"with them", teamFile, []string{"Error: no price in charge"}},
		{"without", "", []string{"Error: no price in encode", "Error: no price in encodeAll"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.file(".github/errmon.yml", tt.file)
			for _, line := range teamLog {
				w.log(time.Minute, "%s", line)
			}
			w.run("scan").mustSucceed(t)
			issues := w.errorIssues()
			if len(issues) != len(tt.issues) {
				t.Errorf("%d issues, want %q", len(issues), tt.issues)
			}
			for _, title := range tt.issues {
				if got, want := count(t, issues[title]), int64(2/len(tt.issues)); got != want {
					t.Errorf("%s: counts %d, want %d", title, got, want)
				}
			}
		})
	}
}

func TestTeamRulesInPreviewAndGroup(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file(".github/errmon.yml", teamFile)
	w.file("app.log", strings.Join(teamLog, "\n"))
	out := w.run("preview", "app.log").mustSucceed(t).stdout
	if !strings.Contains(out, "1. Error: no price in charge\n   error · 2 events") || !strings.Contains(out, "1 issue would be filed for 2 error events") {
		t.Errorf("preview:\n%s", out)
	}
	all := groups(t, w.run("group", "--explain", "app.log").mustSucceed(t).stdout)
	if len(all) != 3 || all[0].Fingerprint != all[1].Fingerprint || all[0].Service != "checkout" || all[2].Level != "info" {
		t.Errorf("group: %+v", all)
	}
}

// TestTeamRulesFromContents reads the file through the API if it is not checked out.
func TestTeamRulesFromContents(t *testing.T) {
	w := newWorld(t)
	w.inActions()
	w.github.Configure(func(s *githubtest.Settings) { s.Files = map[string]string{".github/errmon.yml": teamFile} })
	w.log(time.Minute, "%s", teamLog[0])
	w.run("scan").mustSucceed(t)
	w.find("Error: no price in charge")
}

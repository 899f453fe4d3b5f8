package story

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
)

func TestOutputsAndSummary(t *testing.T) {
	w := newWorld(t)
	w.inActions()
	w.log(5*time.Minute, "ERROR order 1 lost")
	w.log(4*time.Minute, "ERROR request failed\n%s", nodeTrace)
	r := w.run().mustSucceed(t)
	want := map[string]string{"created": "2", "updated": "0", "reopened": "0", "closed": "0", "events": "2", "errors": "2"}
	for name, value := range want {
		if r.outputs[name] != value {
			t.Errorf("output %s is %q, want %q", name, r.outputs[name], value)
		}
	}
	var issues []struct {
		Number                             int
		URL, Action, Reason, Title, Finger string
		Fingerprint                        string
		Count                              int64
	}
	if err := json.Unmarshal([]byte(r.outputs["issues"]), &issues); err != nil {
		t.Fatal(err)
	}
	if len(issues) != 2 || issues[0].Number == 0 || issues[0].URL == "" || issues[0].Action != "created" ||
		issues[0].Reason != "first seen" || issues[0].Fingerprint == "" || issues[0].Count != 1 {
		t.Errorf("issues: %s", r.outputs["issues"])
	}
	for _, part := range []string{"2 created", "| created | [#1](", "first seen", "cloudwatch:eu-central-1:/ecs/shop", "GitHub create issue 3"} {
		if !strings.Contains(r.summary, part) {
			t.Errorf("summary lacks %q:\n%s", part, r.summary)
		}
	}
}

func TestPublicRepositoryHoldsSamplesBack(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want bool
	}{
		{"by itself", nil, false},
		{"publish-samples", []string{"--publish-samples"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.github.Configure(func(s *githubtest.Settings) { s.Private = false })
			w.log(5*time.Minute, "ERROR request of customer Smith failed\n%s", nodeTrace)
			r := w.run(append([]string{"scan"}, tt.args...)...).mustSucceed(t)
			if got := strings.Count(r.stdout, "Set publish-samples to true"); got != 1 && !tt.want || got != 0 && tt.want {
				t.Errorf("said %d times what is held back: %s", got, r.stdout)
			}
			body := w.find("TypeError").Body
			if got := strings.Contains(body, "Smith"); got != tt.want {
				t.Errorf("shows the event: %v, want %v\n%s", got, tt.want, body)
			}
			if !strings.Contains(body, "Cart.total (/app/src/cart.js:10") {
				t.Error("in-app frames are missing")
			}
		})
	}
}

func TestRedactOfTheFile(t *testing.T) {
	w := newWorld(t)
	if err := os.Mkdir(".github", 0o755); err != nil {
		t.Fatal(err)
	}
	const file = "redact:\n  patterns:\n    customer-id: 'CUST-[A-Z]{4}'\n  allow: ['10\\.0\\.\\d+\\.\\d+']\n"
	if err := os.WriteFile(".github/errmon.yml", []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	w.log(5*time.Minute, "ERROR cannot bill CUST-ABCD or CUST-WXYZ and again CUST-ABCD from 10.0.3.7 behind 192.0.2.8")
	w.log(4*time.Minute, "ERROR cannot bill CUST-EFGH or CUST-EFGH and again CUST-EFGH from 10.0.3.9 behind 192.0.2.9")
	w.run("scan").mustSucceed(t)
	issue := w.find("cannot bill")
	if count(t, issue) != 2 || len(w.errorIssues()) != 1 {
		t.Errorf("equal and different values are different errors: %v", w.errorIssues())
	}
	if !strings.Contains(issue.Body, "bill [customer-id-1] or [customer-id-1] and again [customer-id-1] from 10.0.3.9 behind [ip-1]") {
		t.Errorf("body: %s", issue.Body)
	}
	m, err := marker.Read(issue.Body)
	if err != nil || strings.Contains(m.Template, "CUST") || strings.Contains(issue.Title, "CUST") {
		t.Errorf("title %q, stored template %q, %v", issue.Title, m.Template, err)
	}
}

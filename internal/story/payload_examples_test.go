package story

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// payloadExamples maps the example payloads to their issues' titles.
var payloadExamples = map[string]string{
	"sentry-webhook-example.json":            "TypeError: Cannot read properties of undefined (reading 'id') in Cart.total",
	"slack-webhook-example.json":             "payment … failed: card <visa> declined",
	"lambda-forwarder/dispatch-example.json": "CardError: card declined by visa in charge",
}

func TestPayloadExamples(t *testing.T) {
	for name, title := range payloadExamples {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			body := string(read(t, storyFolder, filepath.Join(repositoryRoot, "examples", name)))
			for range 2 { // redelivered
				w.deliver(body).mustSucceed(t)
			}
			if issue := w.find(title); len(w.errorIssues()) != 1 || count(t, issue) != 1 {
				t.Errorf("%d issues, count %d", len(w.errorIssues()), count(t, issue))
			}
		})
	}
}

// TestNoPayloadInCommands checks that none of our workflows passes text from strangers to a shell.
func TestNoPayloadInCommands(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(storyFolder, repositoryRoot, ".github/workflows/*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	all := workflows(t)
	for _, file := range files {
		all[file] = read(t, "", file)
	}
	for name, page := range pages(t) {
		for i, m := range blockShape.FindAllStringSubmatch(page, -1) {
			if m[1] == "yaml" {
				all[fmt.Sprintf("%s, block %d", name, i)] = []byte(m[2])
			}
		}
	}
	commands := 0
	for name, content := range all {
		var anything any
		if err := yaml.Unmarshal(content, &anything); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		eachCommand(anything, func(command string) {
			commands++
			if strings.Contains(command, "github.event.client_payload") || strings.Contains(command, "toJSON(github.event") {
				t.Errorf("%s: a payload gets into a command: %s", name, command)
			}
		})
	}
	if len(all) < 10 || commands == 0 {
		t.Errorf("looked into %d workflows, %d commands", len(all), commands)
	}
}

// eachCommand calls do with every run: below v.
func eachCommand(v any, do func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if command, ok := value.(string); ok && key == "run" {
				do(command)
			}
			eachCommand(value, do)
		}
	case []any:
		for _, item := range v {
			eachCommand(item, do)
		}
	}
}

// TestDispatchWorkflowHasNoGroup guards against a concurrency group, which would cancel an older waiting
// run and lose its payload.
func TestDispatchWorkflowHasNoGroup(t *testing.T) {
	var file map[string]any
	if err := yaml.Unmarshal(workflows(t)["dispatch.yml"], &file); err != nil || file["on"] == nil {
		t.Fatal(file, err)
	}
	if file["concurrency"] != nil {
		t.Error("dispatch.yml has a concurrency group")
	}
}

// TestForwarder runs the Lambda function's code and files what it sends: the alert as Slack passes it on,
// and the error as the relay or GitHub receives it.
func TestForwarder(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	for _, tt := range []struct{ name, target string }{{"through the relay", "ERRMON_RELAY_URL"}, {"straight to GitHub", "GITHUB_API_URL"}} {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex // both requests arrive at once
			got := map[string]string{}
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				defer mu.Unlock()
				got[r.URL.Path+" "+r.Header.Get("Authorization")] = string(body)
			}))
			defer server.Close()
			cmd := exec.Command(node, "--input-type=module", "-e",
				`import { forward } from "./index.mjs"; await forward(new TypeError("no <total> in order 4711"), { service: "shop", id: "r-1" });`)
			cmd.Dir = filepath.Join(storyFolder, repositoryRoot, "examples/lambda-forwarder")
			cmd.Env = append(os.Environ(), "SLACK_WEBHOOK_URL="+server.URL+"/hook", "ERRMON_RELAY_TOKEN=t1", "GITHUB_TOKEN=t2", "GITHUB_REPOSITORY=acme/shop",
				"ERRMON_RELAY_URL=", tt.target+"="+server.URL)
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("%v\n%s", err, out)
			}
			server.Close()
			payload := got["/webhook/slack Bearer t1"]
			if tt.target == "GITHUB_API_URL" {
				payload = strings.Replace(got["/repos/acme/shop/dispatches Bearer t2"], `"event_type":"errmon"`, `"action":"errmon"`, 1)
			}
			var alert struct{ Text string }
			if err := json.Unmarshal([]byte(got["/hook "]), &alert); err != nil {
				t.Fatalf("%v in %v", err, got)
			}
			w := newWorld(t)
			w.deliver(payload).mustSucceed(t)
			w.deliver(fmt.Sprintf(`{"slack":{"type":"event_callback","event_id":"Ev1","event":{"type":"message","subtype":"bot_message","channel":"C1","ts":"1795341601.000100","text":%q}}}`, alert.Text)).mustSucceed(t)
			if issue := w.find("TypeError: no <total> in order …"); len(w.errorIssues()) != 1 || count(t, issue) != 1 {
				t.Errorf("%d issues, count %d", len(w.errorIssues()), count(t, issue))
			}
		})
	}
}

// TestActDispatch delivers each example through the guide's dispatch workflow.
func TestActDispatch(t *testing.T) {
	if os.Getenv("ERRMON_ACT") == "" {
		t.Skip("set ERRMON_ACT to run the action under act")
	}
	u := newUser(t, clone(t), map[string]string{"dispatch.yml": string(workflows(t)["dispatch.yml"])})
	for name, title := range payloadExamples {
		t.Run(name, func(t *testing.T) {
			payload := string(read(t, storyFolder, filepath.Join(repositoryRoot, "examples", name)))
			if !strings.Contains(payload, `"client_payload"`) { // the body of a webhook
				payload = fmt.Sprintf(`{"action":"errmon","client_payload":%s}`, payload)
			}
			event := filepath.Join(t.TempDir(), "event.json")
			if err := os.WriteFile(event, []byte(payload), 0o644); err != nil {
				t.Fatal(err)
			}
			out := u.dispatch(t, "dispatch.yml", event)
			var found []githubtest.Issue
			for _, i := range u.github.Issues() {
				if strings.HasPrefix(i.Title, title) { // a service is appended once another one has an issue
					found = append(found, i)
				}
			}
			if len(found) != 1 || !strings.Contains(found[0].Body, "**1 event**") {
				t.Errorf("issues %v\n%s", u.github.Issues(), out)
			}
			t.Logf("filed #%d %s", found[0].Number, found[0].Title)
		})
	}
}

package story

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/config"
)

// TestReadme compares every generated part of the README and the guide with the program's output.
func TestReadme(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	issue := exampleIssue(t, root)
	for page, parts := range map[string]map[string]string{
		"README.md": {
			"preview":  examplePreview(t, root),
			"workflow": fenced("yaml", string(read(t, root, "examples/workflows/scheduled.yml"))),
		},
		"examples/inputs.md": {"inputs": inputs(), "outputs": outputs(t, root)},
		"examples/issues.md": {"issue": issue, "explain": exampleExplain(t, root)},
		"examples/webhooks.md": {
			"payload": fenced("", previewOf(t, "--payload", filepath.Join(root, "examples/slack-webhook-example.json"))),
		},
	} {
		for name, text := range parts {
			holdPart(t, root, page, name, text)
		}
	}
}

func TestReadmeFitsAFirstVisit(t *testing.T) {
	const limit = 200 // lines
	if n := strings.Count(string(read(t, "../..", "README.md")), "\n"); n > limit {
		t.Errorf("README.md has %d lines; move what a first-time visitor does not need into examples/", n)
	}
}

func TestReadmeNamesBothCommands(t *testing.T) {
	readme := string(read(t, "../..", "README.md"))
	for _, command := range []string{"go run . preview examples/logs", "go test ./..."} {
		if !strings.Contains(readme, "\n```sh\n"+command+"\n```\n") {
			t.Errorf("%q does not stand alone in a block of its own", command)
		}
	}
}

func read(t *testing.T, root, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func replacePart(t *testing.T, page, name, text string) string {
	t.Helper()
	begin, end := "<!-- "+name+":begin -->\n", "<!-- "+name+":end -->"
	before, rest, ok := strings.Cut(page, begin)
	_, behind, found := strings.Cut(rest, end)
	if !ok || !found {
		t.Fatalf("no part %q", name)
	}
	return before + begin + "\n" + strings.TrimSpace(text) + "\n\n" + end + behind
}

// exampleExplain returns what group prints for the Python error in an example log.
func exampleExplain(t *testing.T, root string) string {
	w := newWorld(t)
	w.env = map[string]string{}
	out := w.run("group", "--explain", filepath.Join(root, "examples/logs/python-invoices.log")).mustSucceed(t).stdout
	for line := range strings.Lines(out) {
		if strings.Contains(line, `"runtime":"python"`) {
			return fenced("json", line)
		}
	}
	t.Fatalf("no failure of Python in:\n%s", out)
	return ""
}

func fenced(language, text string) string {
	return "```" + language + "\n" + strings.TrimSpace(text) + "\n```"
}

// loggedAt matches the time of a record of the Node service, in milliseconds since 1970.
var loggedAt = regexp.MustCompile(`"time": ?(\d{13}),`)

// exampleIssue scans the Node service's example log as CloudWatch would deliver it, at the times of its
// records, and quotes the resulting issue.
func exampleIssue(t *testing.T, root string) string {
	w := newWorld(t)
	w.env["AWS_LOG_GROUP_NAME"] = "/ecs/checkout"
	var events []cloudwatchtest.Event
	var at time.Time
	for line := range bytes.Lines(read(t, root, "examples/logs/node-checkout.log")) {
		if m := loggedAt.FindSubmatch(line); m != nil {
			at = milliseconds(t, string(m[1]))
		}
		events = append(events, cloudwatchtest.Event{Stream: "web/checkout/0a1b2c", Time: at, Message: strings.TrimRight(string(line), "\n")})
	}
	w.now = at.Add(10 * time.Minute)
	w.put("/ecs/checkout", events...)
	w.run("scan").mustSucceed(t)
	issue := w.find("receipt")
	hidden := regexp.MustCompile(`(?m)^<!-- .*-->\n?`)
	if m := loggedAt.FindStringSubmatch(issue.Body); m == nil || !strings.Contains(issue.Body, milliseconds(t, m[1]).Format("last seen 2006-01-02 15:04:05 UTC")) {
		t.Error("the issue shows other times than the record that it quotes")
	}
	body := strings.TrimSpace(hidden.ReplaceAllString(issue.Body, ""))
	quoted := "> ### " + strings.ReplaceAll(issue.Title, "<", `\<`) + "\n>\n> " + strings.ReplaceAll(body, "\n", "\n> ")
	return strings.ReplaceAll(quoted, "> \n", ">\n")
}

func milliseconds(t *testing.T, text string) time.Time {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(n).UTC()
}

// previewOf returns the output of preview with nothing configured.
func previewOf(t *testing.T, args ...string) string {
	t.Helper()
	w := newWorld(t)
	w.env = map[string]string{}
	return w.run(append([]string{"preview"}, args...)...).mustSucceed(t).stdout
}

// examplePreview returns the first issue of the preview, and its last line.
func examplePreview(t *testing.T, root string) string {
	out := previewOf(t, filepath.Join(root, "examples/logs"))
	issues := strings.Split(strings.TrimSpace(out), "\n\n")
	last := issues[len(issues)-1]
	return fenced("", issues[0]+"\n\n…\n\n"+last)
}

// outputs returns the table of action.yml's outputs.
func outputs(t *testing.T, root string) string {
	t.Helper()
	var action struct {
		Outputs yaml.MapSlice
	}
	if err := yaml.Unmarshal(read(t, root, "action.yml"), &action); err != nil {
		t.Fatal(err)
	}
	table := "| output | |\n|---|---|\n"
	for _, o := range action.Outputs {
		table += fmt.Sprintf("| `%s` | %s |\n", o.Key, o.Value.(map[string]any)["description"])
	}
	return table
}

// inputs returns the table of settings.
func inputs() string {
	var b strings.Builder
	b.WriteString("| input | environment | default | |\n|---|---|---|---|\n")
	for _, s := range config.Settings {
		var env []string
		for names := range strings.FieldsSeq(s.Env) {
			env = append(env, "`"+strings.ReplaceAll(names, "/", "` + `")+"`")
		}
		fallback := ""
		if s.Default != "" {
			fallback = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, strings.Join(env, ", "), fallback, s.Help)
	}
	return b.String()
}

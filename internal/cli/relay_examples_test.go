package cli

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"

	"github.com/org/errmon-action/internal/config"
)

var relayFolder = filepath.Join("../..", "examples/relay")

// startsRelay checks an environment as the relay does when it starts.
func startsRelay(t *testing.T, env map[string]string) config.Relay {
	t.Helper()
	for name := range env {
		if !slices.Contains(append(relayVariables(), "AWS_LAMBDA_RUNTIME_API"), name) {
			t.Errorf("the relay does not know %s", name)
		}
	}
	cfg, err := loadRelay(nil, env)
	if err != nil {
		t.Errorf("the relay would not start: %v", err)
	}
	return cfg
}

func exampleEnv(t *testing.T) map[string]string {
	t.Helper()
	env, err := godotenv.UnmarshalBytes(read(t, relayFolder, "relay.env.example"))
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func TestRelayCompose(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Build       string
			Command     any
			EnvFile     string `yaml:"env_file"`
			Environment map[string]string
			StopGrace   string `yaml:"stop_grace_period"`
			Ports       []string
		}
	}
	if err := yaml.Unmarshal(read(t, relayFolder, "compose.yml"), &file); err != nil {
		t.Fatal(err)
	}
	relay := file.Services["relay"]
	env := exampleEnv(t)
	maps.Copy(env, relay.Environment)
	cfg := startsRelay(t, env)
	if diff := cmp.Diff([]any{"relay"}, relay.Command); diff != "" || cfg.Listen != ":8080" || relay.EnvFile != "relay.env" || relay.StopGrace != "30s" {
		t.Errorf("relay: %+v, listens at %s", relay, cfg.Listen)
	}
	if len(relay.Ports) > 0 {
		t.Error("the relay is published beside its proxy")
	}
	read(t, filepath.Join(relayFolder, relay.Build), "Dockerfile")
}

func TestRelayUnit(t *testing.T) {
	settings := map[string]string{}
	for line := range strings.Lines(string(read(t, relayFolder, "errmon-relay.service"))) {
		line = strings.TrimSpace(line)
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			settings[name] = value
		} else if line != "" && line[0] != '#' && line[0] != '[' {
			t.Errorf("no line of a unit: %q", line)
		}
	}
	name, value, _ := strings.Cut(settings["Environment"], "=")
	env := exampleEnv(t)
	env[name] = value
	if cfg := startsRelay(t, env); !cfg.OnLoopback() {
		t.Errorf("listens at %s", cfg.Listen)
	}
	if !strings.HasSuffix(settings["ExecStart"], "/errmon relay") || settings["DynamicUser"] != "yes" || settings["TimeoutStopSec"] != "30" {
		t.Errorf("settings: %v", settings)
	}
}

// TestBuildsAreSmall checks that the shipped builds leave out what they do not use. Without these flags the
// program is half as large again.
func TestBuildsAreSmall(t *testing.T) {
	for file, flags := range map[string][]string{
		"../../Dockerfile":               {"-tags nolambda,nopage,nethttpomithttp2", "-trimpath", "-gcflags=all=-l"},
		"../../examples/relay/README.md": {"-tags lambda.norpc", "-trimpath"},
	} {
		for _, flag := range append(flags, "-s -w") {
			if !strings.Contains(string(read(t, ".", file)), flag) {
				t.Errorf("%s builds without %s", file, flag)
			}
		}
	}
}

// statement is one permission.
type statement struct {
	Action   []string
	Resource map[string][]string
}

func TestRelayLambdaTemplate(t *testing.T) {
	var file struct {
		Parameters map[string]any
		Resources  map[string]struct {
			Type       string
			Properties struct {
				Role              map[string][]string
				FunctionUrlConfig map[string]string
				Environment       struct{ Variables map[string]map[string]string }
				Events            map[string]struct{ Properties map[string]any }
				Policies          []struct {
					PolicyDocument struct{ Statement []statement }
				}
			}
		}
	}
	var whole any
	if err := yaml.Unmarshal(read(t, filepath.Join(relayFolder, "lambda"), "template.yml"), &whole); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	parameters := map[string]string{"Repository": "acme/shop", "GitHubToken": "x", "SentryClientSecret": "x", "Queue": "https://sqs.eu-central-1.amazonaws.com/1/q"}
	environment := func(function string) map[string]string {
		env := map[string]string{"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}
		for name, ref := range file.Resources[function].Properties.Environment.Variables {
			env[name] = parameters[ref["Ref"]]
			if _, known := file.Parameters[ref["Ref"]]; !known && file.Resources[ref["Ref"]].Type == "" {
				t.Errorf("%s of %s refers to %s, which does not exist", name, function, ref["Ref"])
			}
		}
		return env
	}
	if cfg := startsRelay(t, environment("Receive")); cfg.QueueURL == "" || cfg.SentrySecret == "" {
		t.Errorf("Receive: %+v", cfg)
	}
	if cfg := startsRelay(t, environment("Dispatch")); cfg.QueueURL != "" || cfg.GitHubToken == "" {
		t.Errorf("Dispatch: %+v", cfg)
	}
	permissions := func(role string) (all []statement) {
		for _, p := range file.Resources[role].Properties.Policies {
			all = append(all, p.PolicyDocument.Statement...)
		}
		return all
	}
	at := func(resource string) map[string][]string { return map[string][]string{"Fn::GetAtt": {resource, "Arn"}} }
	log := []string{"logs:CreateLogStream", "logs:PutLogEvents"}
	if diff := cmp.Diff([]statement{{[]string{"sqs:SendMessage"}, at("Queue")}, {log, at("ReceiveLogs")}}, permissions("ReceiveRole")); diff != "" {
		t.Errorf("Receive may do other things than it needs (- wanted):\n%s", diff)
	}
	if diff := cmp.Diff([]statement{{[]string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, at("Queue")}, {log, at("DispatchLogs")}},
		permissions("DispatchRole")); diff != "" {
		t.Errorf("Dispatch may do other things than it needs (- wanted):\n%s", diff)
	}
	source := file.Resources["Dispatch"].Properties.Events["Queue"].Properties
	if source["MaximumBatchingWindowInSeconds"] != 10.0 || !cmp.Equal(source["FunctionResponseTypes"], []any{"ReportBatchItemFailures"}) {
		t.Errorf("the queue's batches: %v", source)
	}
}

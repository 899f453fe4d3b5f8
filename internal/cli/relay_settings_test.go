package cli

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/joho/godotenv"
)

func TestRelayListens(t *testing.T) {
	for _, c := range []struct {
		name, port, flag, want string
		loopback               bool
	}{
		{"by default", "", "", "127.0.0.1:8080", true},
		{"PORT", "9000", "", ":9000", false},
		{"the flag wins", "9000", "[::1]:1", "[::1]:1", true},
		{"beyond loopback", "", "0.0.0.0:80", "0.0.0.0:80", false},
		{"localhost", "", "localhost:80", "localhost:80", true},
	} {
		flags := relayFlags()
		if err := flags.Set("listen", c.flag); err != nil {
			t.Fatal(err)
		}
		cfg, _ := loadRelay(flags, func(name string) string { return map[string]string{"PORT": c.port}[name] })
		if cfg.listen != c.want || onLoopback(cfg.listen) != c.loopback {
			t.Errorf("%s: %s, on loopback: %v", c.name, cfg.listen, onLoopback(cfg.listen))
		}
	}
}

// TestEnvExampleHasTheRelay: the example names every setting of the relay that is
// not Lambda's, and a relay starts with it once the secrets are filled in.
func TestEnvExampleHasTheRelay(t *testing.T) {
	example, err := godotenv.Unmarshal(strings.ReplaceAll(string(read(t, "../..", ".env.example")), "\n# ERRMON", "\nERRMON"))
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Collect(maps.Keys(example))
	for _, s := range relaySettings {
		if s.env != "ERRMON_QUEUE_URL" && !slices.Contains(names, s.env) {
			t.Errorf(".env.example lacks %s", s.env)
		}
	}
	maps.Copy(example, map[string]string{"GITHUB_TOKEN": "token", "GITHUB_REPOSITORY": "acme/shop", "ERRMON_RELAY_TOKEN": "relay-test-token-0"})
	if _, err := loadRelay(relayFlags(), func(name string) string { return example[name] }); err != nil {
		t.Error(err)
	}
}

// TestRelayHelp: the help names every default.
func TestRelayHelp(t *testing.T) {
	help := relayFlags().FlagUsagesWrapped(1000)
	for _, s := range relaySettings {
		if s.fallback != "" && !strings.Contains(help, "default "+s.fallback) {
			t.Errorf("the help lacks the default of %s", s.name)
		}
	}
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

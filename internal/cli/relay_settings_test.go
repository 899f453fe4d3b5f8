package cli

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"github.com/org/errmon-action/internal/config"
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
		cfg, _ := loadRelay(map[string]string{"listen": c.flag}, map[string]string{"PORT": c.port})
		if cfg.Listen != c.want || cfg.OnLoopback() != c.loopback {
			t.Errorf("%s: %s, on loopback: %v", c.name, cfg.Listen, cfg.OnLoopback())
		}
	}
}

// TestEnvExampleHasTheRelay checks that the example lists every relay setting except Lambda's, and that a
// relay starts with it once the secrets are filled in.
func TestEnvExampleHasTheRelay(t *testing.T) {
	example, err := godotenv.Unmarshal(strings.ReplaceAll(string(read(t, "../..", ".env.example")), "\n# ERRMON", "\nERRMON"))
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Collect(maps.Keys(example))
	for _, name := range relayVariables() {
		if name != "ERRMON_QUEUE_URL" && !slices.Contains(names, name) {
			t.Errorf(".env.example lacks %s", name)
		}
	}
	maps.Copy(example, map[string]string{"GITHUB_TOKEN": "token", "GITHUB_REPOSITORY": "acme/shop", "ERRMON_RELAY_TOKEN": "relay-test-token-0"})
	if _, err := loadRelay(nil, example); err != nil {
		t.Error(err)
	}
}

// TestRelayHelp checks that the help states every default.
func TestRelayHelp(t *testing.T) {
	help := flagsOf(config.RelaySettings).FlagUsagesWrapped(1000)
	for _, s := range config.RelaySettings {
		if s.Default != "" && !strings.Contains(help, "default "+s.Default) {
			t.Errorf("the help lacks the default of %s", s.Name)
		}
	}
}

// loadRelay reads flags and an environment as the relay does.
func loadRelay(flags, env map[string]string) (config.Relay, error) {
	return config.LoadRelay(config.Input{
		Flags:    flags,
		Getenv:   func(name string) string { return env[name] },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
	})
}

// relayVariables returns the relay's environment variables.
func relayVariables() (names []string) {
	for _, s := range config.RelaySettings {
		names = append(names, strings.FieldsFunc(s.Env, func(r rune) bool { return r == ' ' || r == '/' })...)
	}
	return names
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

package config

import (
	"strings"
	"testing"
)

func TestUnknownInputs(t *testing.T) {
	for _, tt := range []struct {
		name, variable, says string // says is empty if nothing is wrong
	}{
		{"known", "INPUT_LOG-GROUPS=/ecs/shop", ""},
		{"what every action may set", "INPUT_ARGS=preview", ""},
		{"another variable", "OUTPUT_LOG-GROUP=x", ""},
		{"a letter missing", "INPUT_LOG-GROUP=x", `unknown input "log-group": did you mean "log-groups"?`},
		{"underscores, and no value", "INPUT_MAX_NEW_ISSUES=", `did you mean "max-new-issues"?`},
		{"like none", "INPUT_FREQUENCY=5m", `unknown input "frequency": did you mean`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := sources{}.input()
			in.Environ = []string{"PATH=/bin", tt.variable}
			_, err := Load(in)
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %q", err, tt.says)
			}
		})
	}
}

func TestDeprecatedNamesWarn(t *testing.T) {
	c, err := Load(sources{env: map[string]string{"MONITORING_WEBHOOK_URL": "https://monitor.example"}}.input())
	if err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Error(), "set ERRMON_RELAY_URL instead") {
		t.Errorf("%v, %v", c.Warnings, err)
	}
}

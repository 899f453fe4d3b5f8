package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/stacktrace"
)

func TestTeamRules(t *testing.T) {
	c, err := load(`
in-app:
  include: [node_modules/@acme/, org.apache.acme.]
  exclude: src/generated/
fields:
  service: app_id
  request-id:
    - ctx.request
    - x-request-id
label: shop
`)
	if err != nil {
		t.Fatal(err)
	}
	want := stacktrace.Rules{Include: []string{"node_modules/@acme/", "org.apache.acme."}, Exclude: []string{"src/generated/"}}
	if diff := cmp.Diff(want, c.InApp); diff != "" {
		t.Error(diff)
	}
	fields := map[string][]string{"service": {"app_id"}, "request-id": {"ctx.request", "x-request-id"}}
	if diff := cmp.Diff(fields, c.Fields); diff != "" {
		t.Error(diff)
	}
	if c.Label != "shop" {
		t.Errorf("label %q", c.Label)
	}
}

func TestTeamRuleMistakes(t *testing.T) {
	tests := []struct{ name, yml, want string }{
		{"no mapping", "in-app: vendor/\n", "line 1: in-app: must be a mapping of include, exclude to lists"},
		{"a list", "label: x\nfields: [service]\n", "line 2: fields: must be a mapping of level,"},
		{"unknown list", "in-app:\n  excludes: [a]\n", `in-app: unknown key "excludes": did you mean "exclude"?`},
		{"unknown field", "fields:\n  request_id: rid\n", `fields: unknown key "request_id": did you mean "request-id"?`},
		{"blank", "fields:\n  service: ''\n", "fields: service: must be a plain value or a list of them"},
		{"nested", "in-app:\n  include:\n    - a: b\n", "in-app: include: must be a plain value"},
		{"too many", "fields:\n  service: [" + strings.Repeat("a, ", 20) + "b]\n", "fields: service: has 21 items: at most 20"},
		{"near its name", "inapp:\n  include: [a]\n", `unknown key "inapp": did you mean "in-app"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(tt.yml)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

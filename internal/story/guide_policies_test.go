package story

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclparse"
)

// The policies allow exactly what the code needs, in all their forms.
func TestGuidePolicies(t *testing.T) {
	want := []string{"logs:DescribeLogGroups", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetQueryResults", "logs:StartQuery",
		"logs:StopQuery", "sts:AssumeRoleWithWebIdentity"}
	folder := filepath.Join(storyFolder, repositoryRoot, "examples/aws")
	for _, files := range [][]string{{"read-policy.json", "trust-policy.json"}, {"role.cloudformation.yml"}, {"role.tf"}} {
		var text []byte
		for _, file := range files {
			content := read(t, folder, file)
			if err := parses(file, content); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			text = append(text, content...)
		}
		actions := regexp.MustCompile(`\b(?:logs|sts):[A-Z]\w+`).FindAllString(string(text), -1)
		slices.Sort(actions)
		if diff := cmp.Diff(want, slices.Compact(actions)); diff != "" {
			t.Errorf("%v (- wanted):\n%s", files, diff)
		}
		for _, part := range []string{"token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%v trust without %s", files, part)
			}
		}
	}
}

func parses(name string, content []byte) error {
	switch filepath.Ext(name) {
	case ".json":
		var policy struct {
			Version   string
			Statement []struct{ Effect string }
		}
		if err := json.Unmarshal(content, &policy); err != nil {
			return err
		}
		if policy.Version != "2012-10-17" || len(policy.Statement) == 0 || policy.Statement[0].Effect != "Allow" {
			return fmt.Errorf("no policy: %+v", policy)
		}
	case ".yml":
		var template struct {
			Resources map[string]struct {
				Type string `yaml:"Type"`
			} `yaml:"Resources"`
		}
		if err := yaml.Unmarshal(content, &template); err != nil {
			return err
		}
		if template.Resources["Role"].Type == "" {
			return fmt.Errorf("no role: %+v", template)
		}
	case ".tf":
		if _, diagnostics := hclparse.NewParser().ParseHCL(content, name); diagnostics.HasErrors() {
			return diagnostics
		}
	}
	return nil
}

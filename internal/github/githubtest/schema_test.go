package githubtest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// description is GitHub's description of its API, kept next to the repository. Without it the schema test
// is skipped.
const description = "../../../../shared/data/github/api.github.com.issues.json"

type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Nullable   bool               `json:"nullable"`
	Enum       []any              `json:"enum"`
	Required   []string           `json:"required"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	OneOf      []*schema          `json:"oneOf"`
	AnyOf      []*schema          `json:"anyOf"`
}

type schemas map[string]*schema

func readSchemas(t *testing.T) schemas {
	text, err := os.ReadFile(filepath.FromSlash(description))
	if os.IsNotExist(err) {
		t.Skip("GitHub's API description is not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Components struct{ Schemas schemas }
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return document.Components.Schemas
}

// check returns where a value violates a schema: types, nulls, enum values and required fields.
func (all schemas) check(s *schema, value any, at string) []string {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return all.check(all[name], value, at)
	}
	if either := slices.Concat(s.OneOf, s.AnyOf); len(either) > 0 {
		var found []string
		for _, one := range either {
			if found = all.check(one, value, at); len(found) == 0 {
				return nil
			}
		}
		return found
	}
	if value == nil && (s.Nullable || s.Type == "") {
		return nil
	}
	if kind := kindOf(value); s.Type != "" && kind != s.Type {
		return []string{fmt.Sprintf("%s is %s, want %s", at, kind, s.Type)}
	}
	if s.Enum != nil && !slices.Contains(s.Enum, value) {
		return []string{fmt.Sprintf("%s is %v, want one of %v", at, value, s.Enum)}
	}
	return all.checkInside(s, value, at)
}

func (all schemas) checkInside(s *schema, value any, at string) []string {
	var found []string
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			found = append(found, all.check(s.Items, element, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := value[name]; !ok {
				found = append(found, at+" lacks "+name)
			}
		}
		for name, field := range value {
			if s.Properties[name] != nil {
				found = append(found, all.check(s.Properties[name], field, at+"."+name)...)
			}
		}
	}
	return found
}

func kindOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if value == float64(int64(value)) {
			return "integer"
		}
	}
	return fmt.Sprintf("%T", value)
}

func TestAnswersFollowGitHubsSchema(t *testing.T) {
	all := readSchemas(t)
	s := start(t)
	s.Configure(func(to *githubtest.Settings) {
		to.Assignable, to.Files = []string{"octocat"}, map[string]string{"a/b.txt": "hello"}
	})
	s.Add(githubtest.Issue{Title: "closed", State: "closed", StateReason: "duplicate", Labels: []string{"errmon"}})
	s.Add(githubtest.Issue{Title: "pull", PullRequest: true})
	requests := []struct{ name, schema, method, path, body string }{
		{"create", "issue", "POST", "/issues", `{"title":"t","body":"b","labels":["x"],"assignees":["octocat"]}`},
		{"closed", "issue", "GET", "/issues/1", ""},
		{"pull request", "issue", "GET", "/issues/2", ""},
		{"reopen", "issue", "PATCH", "/issues/1", `{"state":"open"}`},
		{"comment", "issue-comment", "POST", "/issues/1/comments", `{"body":"hello"}`},
		{"label", "label", "POST", "/labels", `{"name":"n","color":"ededed","description":"d"}`},
		{"file", "content-file", "GET", "/contents/a/b.txt", ""},
		{"error", "basic-error", "GET", "/issues/99", ""},
		{"validation", "validation-error", "PATCH", "/issues/1", `{"state":"shut"}`},
	}
	for _, r := range requests {
		t.Run(r.name, func(t *testing.T) {
			_, body := s.send(t, r.method, "/repos/acme/shop"+r.path, r.body)
			var value any
			if err := json.Unmarshal(body, &value); err != nil {
				t.Fatal(err)
			}
			for _, departure := range all.check(all[r.schema], value, r.schema) {
				t.Error(departure)
			}
		})
	}
}

// The check above must be able to fail.
func TestCheckFindsDepartures(t *testing.T) {
	all := readSchemas(t)
	var value any
	if err := json.Unmarshal([]byte(`{"id":"1","number":1.5,"state_reason":"bored","user":{},"title":null}`), &value); err != nil {
		t.Fatal(err)
	}
	found := strings.Join(all.check(all["issue"], value, "issue"), "\n")
	for _, want := range []string{"issue.id is string", "issue.number is float64", "issue.state_reason is bored", "issue lacks labels", "issue.title is null", "issue.user"} {
		if !strings.Contains(found, want) {
			t.Errorf("not found: %s, in\n%s", want, found)
		}
	}
}

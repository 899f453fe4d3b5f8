package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/policy"
)

var update = flag.Bool("update", false, "write examples/errmon.schema.json anew")

const schemaFile = "../../examples/errmon.schema.json"

// fileSchema returns the schema of the settings file, made from the table of settings, the Go types of rules,
// and descriptions of the other team keys.
func fileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	root := &jsonschema.Schema{
		Schema: "https://json-schema.org/draft/2020-12/schema", Title: ".github/errmon.yml", Type: "object",
		Properties: map[string]*jsonschema.Schema{}, AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
	}
	for _, s := range Settings {
		if s.notInFile == "" {
			property := scalarSchema()
			if s.List {
				property = listSchema(&jsonschema.Schema{Types: []string{"string", "number", "boolean"}})
			}
			property.Description = s.Help
			root.Properties[s.Name], root.PropertyOrder = property, append(root.PropertyOrder, s.Name)
		}
	}
	words := listSchema(wordSchema())
	maps.Copy(root.Properties, map[string]*jsonschema.Schema{
		"in-app": object("Beginnings of paths or modules whose frames are, or are not, the team's own code.", map[string]*jsonschema.Schema{"include": words, "exclude": words}),
		"fields": object("Keys of structured records, by what they contain.", func() map[string]*jsonschema.Schema {
			names := map[string]*jsonschema.Schema{}
			for _, name := range FieldNames {
				names[name] = words
			}
			return names
		}()),
		"code": object("Where the code of frames is in the repository.", map[string]*jsonschema.Schema{"roots": {Types: []string{"array", "null"}, Items: &jsonschema.Schema{
			Type: "object", Required: []string{"frames", "source"}, AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
			Properties: map[string]*jsonschema.Schema{"frames": {Type: "string", MinLength: new(1)}, "source": {Types: []string{"string", "null"}}},
		}}}),
		"redact": object("What to redact besides what errmon finds, and what to keep.", map[string]*jsonschema.Schema{
			"patterns": {Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"}},
			"allow":    {Type: "array", Items: &jsonschema.Schema{Type: "string"}},
		}),
		"rules": {Types: []string{"array", "null"}, Items: ruleSchema(t), MaxItems: new(maxRules), Description: "What the team wants for which events. Rules apply in order."},
	})
	root.PropertyOrder = append(root.PropertyOrder, teamKeys...)
	return root
}

func ruleSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	of := reflect.TypeOf
	schema, err := jsonschema.For[policy.Rule](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		of(policy.Patterns{}):  listSchema(wordSchema()),
		of([]string{}):         listSchema(wordSchema()),
		of(event.Error):        {Enum: anys(event.LevelNames)},
		of(policy.Threshold{}): {AnyOf: []*jsonschema.Schema{{Type: "integer", Minimum: new(1.0)}, {Type: "string", Pattern: `^[1-9][0-9]*( */ *[0-9].*)?$`}}},
		of(time.Duration(0)):   {AnyOf: []*jsonschema.Schema{{Type: "integer", Minimum: new(0.0), Maximum: new(0.0)}, {Type: "string", Pattern: `^[0-9]`}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	schema.Required = nil
	schema.Properties["match"].Required = nil
	schema.Properties["slack"].Types, schema.Properties["slack"].Type = nil, "boolean" // unlike other pointers, it must not be null
	schema.Properties["close-after"].Types = nil
	for name, limit := range textLimits {
		p := schema.Properties[name]
		if p.Type == "string" {
			p.MinLength, p.MaxLength = new(1), new(limit)
			continue
		}
		for _, item := range []*jsonschema.Schema{p.AnyOf[0], p.AnyOf[1].Items} {
			item.MaxLength = new(limit)
			item.Pattern = map[string]string{"labels": "^[^,]*$", "assignees": ruleLogin.String()}[name]
		}
		p.AnyOf[1].MinItems = new(1)
	}
	for _, name := range schema.PropertyOrder {
		if name != "match" {
			schema.AnyOf = append(schema.AnyOf, &jsonschema.Schema{Required: []string{name}})
		}
	}
	return schema
}

func scalarSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Types: []string{"string", "number", "boolean", "null"}}
}

func wordSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Types: []string{"string", "number", "boolean"}, MinLength: new(1), MaxLength: new(maxPrefixSize)}
}

func listSchema(item *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{item, {Type: "array", Items: item.CloneSchemas()}}}
}

func object(description string, properties map[string]*jsonschema.Schema) *jsonschema.Schema {
	copies := map[string]*jsonschema.Schema{}
	for name, p := range properties {
		copies[name] = p.CloneSchemas()
	}
	return &jsonschema.Schema{
		Description: description, Types: []string{"object", "null"}, Properties: copies, PropertyOrder: slices.Sorted(maps.Keys(copies)),
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
	}
}

func anys(texts []string) (all []any) {
	for _, text := range texts {
		all = append(all, text)
	}
	return all
}

// TestSchema checks that the schema file is up to date. To update it:
//
//	go test -run Schema ./internal/config -update
func TestSchema(t *testing.T) {
	made, err := json.MarshalIndent(fileSchema(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.WriteFile(schemaFile, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(schemaFile); err != nil || !bytes.Equal(got, made) {
		t.Errorf("%v; write it anew with -update: %s", err, cmp.Diff(string(got), string(made)))
	}
	for name, p := range fileSchema(t).Properties["rules"].Items.Properties["match"].Properties {
		if p.Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
}

// accepts returns the error for which the schema in examples/ rejects a file, or nil.
func accepts(t *testing.T, file string) error {
	t.Helper()
	schema, err := validator.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.YAMLToJSON([]byte(file))
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	value, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestSchemaAcceptsExamples checks that the schema and Load accept every settings file in the guide.
func TestSchemaAcceptsExamples(t *testing.T) {
	files := map[string]string{}
	pages, _ := filepath.Glob("../../examples/*.md") // the pattern is well formed
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range yamlBlock.FindAllSubmatch(text, -1) {
			if isSettingsFile(block[1]) {
				files[filepath.Base(page)+" "+string(rune('1'+i))] = string(block[1])
			}
		}
	}
	example, err := os.ReadFile("../../examples/errmon.yml")
	if err != nil {
		t.Fatal(err)
	}
	files["errmon.yml"] = string(example)
	if len(files) < 4 {
		t.Errorf("only %d settings files found", len(files))
	}
	for name, file := range files {
		if err := accepts(t, file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c, err := loadRules(file); err != nil || len(c.Warnings) > 0 {
			t.Errorf("%s: %v, %v", name, err, c.Warnings)
		}
	}
}

// isSettingsFile reports whether all keys of a YAML block are keys of the settings file.
func isSettingsFile(block []byte) bool {
	var keys map[string]any
	if yaml.Unmarshal(block, &keys) != nil || len(keys) == 0 {
		return false
	}
	for name := range keys {
		if s := find(name); !slices.Contains(teamKeys, name) && (s == nil || s.notInFile != "") {
			return false
		}
	}
	return true
}

func TestSchemaRejectsMistakes(t *testing.T) {
	for _, tt := range ruleMistakes {
		file := "rules:\n  - {" + tt.rule + "}\n"
		if tt.rule == "" {
			file = "rules:\n  - ignore\n"
		}
		if err := accepts(t, file); (err != nil) == tt.unseen {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	for _, file := range []string{"labl: errmon\n", "rules: all\n", "github-token: x\n", "in-app: {includ: [a]}\n"} {
		if accepts(t, file) == nil {
			t.Errorf("accepted: %s", file)
		}
	}
}

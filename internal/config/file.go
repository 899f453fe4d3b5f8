package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/stacktrace"
)

// readFile returns the settings in the file (nil if there is no file) and stores all other keys in c.
func (c *Config) readFile(in Input, named value) (map[string]value, error) {
	path := first(named, value{text: find("config").Default}).text
	data, err := in.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && named.text == "":
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("config %q (%s): %w: check the path, and that the workflow checks out the repository",
			shorten(path), named.origin, fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return c.parseFile(path, data)
}

func (c *Config) parseFile(path string, data []byte) (map[string]value, error) {
	f := fileReader{Config: c, path: path, settings: map[string]value{}}
	parsed, err := parser.ParseBytes(bytes.TrimPrefix(data, []byte("\uFEFF")), 0) // Windows editors write a byte order mark
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {       // e.Error() quotes the file, secrets included
		return nil, finding.Mend(fmt.Sprintf("%s line %d: malformed YAML: %s", path, e.GetToken().Position.Line, e.GetMessage()),
			`indent with spaces, not tabs, and put values such as !dev in single quotes`)
	} else if err != nil {
		return nil, fmt.Errorf("%s: malformed YAML", path)
	}
	for i, doc := range parsed.Docs {
		switch mapping, ok := doc.Body.(*ast.MappingNode); {
		case doc.Body == nil:
		case !ok || i > 0:
			f.wrong(doc.Body, errors.New("must be a mapping of settings, such as `label: errmon`"))
		default:
			for _, entry := range mapping.Values {
				f.read(entry)
				f.key = ""
			}
		}
	}
	return f.settings, errors.Join(f.mistakes...)
}

type fileReader struct {
	*Config
	path     string
	key      string // the top-level key being read; empty if it is unknown
	settings map[string]value
	mistakes []error
}

func (f *fileReader) read(entry *ast.MappingValueNode) {
	name, plain := scalar(entry.Key)
	setting := find(name)
	_, null := entry.Value.(*ast.NullNode)
	switch f.key = name; {
	case !plain:
		f.key = ""
		f.wrong(entry.Key, errors.New("a key must be the plain name of a setting"))
	case setting != nil:
		f.setting(setting, entry)
	case !slices.Contains(teamKeys, name):
		f.key = ""
		f.wrong(entry.Key, unknown("key", name, append(names(), teamKeys...)))
	case null:
	case name == "in-app":
		lists := f.lists(entry.Value, []string{"include", "exclude"}, 200)
		f.InApp = stacktrace.Rules{Include: lists["include"], Exclude: lists["exclude"]}
	case name == "fields":
		f.Fields = f.lists(entry.Value, FieldNames, 20)
	case name == "code":
		f.each(entry.Value, "must have roots: with a list of items such as "+exampleRoot, []string{"roots"}, f.readRoots)
	case name == "rules":
		f.readRules(entry)
	case name == "redact":
		f.readRedact(entry.Value)
	}
}

// wrong records a mistake with its line and top-level key; it ignores nil.
func (f *fileReader) wrong(node ast.Node, err error) {
	if err != nil {
		f.mistakes = append(f.mistakes, f.within(node, err))
	}
}

func (f *fileReader) within(node ast.Node, err error) error {
	where := f.at(node)
	if f.key == "rules" { // a line may hold several keys of a rule
		where += fmt.Sprintf(", column %d", node.GetToken().Position.Column)
	}
	if f.key != "" {
		where += ": " + f.key
	}
	return finding.Within(where+": ", err)
}

func (f *fileReader) at(node ast.Node) string {
	return fmt.Sprintf("%s line %d", f.path, node.GetToken().Position.Line)
}

// each calls read for every entry of a mapping. Null counts as an empty mapping; any other node is a mistake,
// with want as its message. If names is nil, every name is allowed.
func (f *fileReader) each(node ast.Node, want string, names []string, read func(string, ast.Node) error) {
	mapping, ok := node.(*ast.MappingNode)
	if _, null := node.(*ast.NullNode); null {
		return
	} else if !ok {
		f.wrong(node, errors.New(want))
		return
	}
	for _, e := range mapping.Values {
		name, _ := scalar(e.Key)
		if names != nil && !slices.Contains(names, name) {
			f.wrong(e.Key, unknown("key", name, names))
			continue
		}
		where := e.Value
		if _, null := where.(*ast.NullNode); null {
			where = e.Key
		}
		f.wrong(where, finding.Within(shorten(name)+": ", read(name, e.Value)))
	}
}

// setting stores a setting's value, with line breaks between the items of a sequence.
func (f *fileReader) setting(s *Setting, entry *ast.MappingValueNode) {
	_, isSequence := entry.Value.(*ast.SequenceNode)
	items, ok := itemsOf(entry.Value)
	switch {
	case s.notInFile != "":
		f.wrong(entry.Key, errors.New(s.notInFile))
	case ok && (s.List || !isSequence):
		f.settings[s.Name] = value{strings.Join(items, "\n"), f.at(entry.Key)}
	default:
		want := "must be a plain value"
		if s.List {
			want += " or a list of them"
		}
		f.Refused = append(f.Refused, s.Name)
		f.wrong(entry.Key, finding.Mend(want, "put it in single quotes if it begins with one of [ { & * !"))
	}
}

func itemsOf(node ast.Node) (items []string, ok bool) {
	for _, n := range nodesOf(node) {
		item, ok := scalar(n)
		if !ok {
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

func nodesOf(node ast.Node) []ast.Node {
	if list, ok := node.(*ast.SequenceNode); ok {
		return list.Values
	}
	return []ast.Node{node}
}

// scalar returns a plain value as text, because the setting decides how to parse it. Null is empty.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func find(name string) *Setting {
	if i := slices.IndexFunc(Settings, func(s Setting) bool { return s.Name == name }); i >= 0 {
		return &Settings[i]
	}
	return nil
}

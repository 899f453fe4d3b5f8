package config

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/org/errmon-action/internal/finding"
)

// readFile reads the file of settings: the named one, which must exist, or else the
// default, which may be absent. The map is nil without a file.
func readFile(in Input, named value) (map[string]value, team, error) {
	path := first(named, value{text: find("config").Default}).text
	data, err := in.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && named.text == "":
		return nil, team{}, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, team{}, fmt.Errorf("config %q (%s): %w: check the path, and that the workflow checks the repository out",
			shorten(path), named.origin, fs.ErrNotExist)
	case err != nil:
		return nil, team{}, fmt.Errorf("read %s: %w", path, err)
	}
	return parseFile(path, data)
}

// parseFile returns the settings that a file holds, and all its mistakes joined.
func parseFile(path string, data []byte) (map[string]value, team, error) {
	f := fileReader{path: path, settings: map[string]value{}}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		return f.settings, f.team, malformed(path, err)
	}
	for i, doc := range parsed.Docs {
		switch mapping, ok := doc.Body.(*ast.MappingNode); {
		case doc.Body == nil:
		case !ok || i > 0:
			f.wrong(doc.Body, errors.New("must be one mapping of settings, such as `label: errmon`"))
		default:
			for _, entry := range mapping.Values {
				f.read(entry)
			}
		}
	}
	return f.settings, f.team, errors.Join(f.mistakes...)
}

// fileReader collects what a file holds.
type fileReader struct {
	path     string
	settings map[string]value
	team     team
	mistakes []error
}

func (f *fileReader) read(entry *ast.MappingValueNode) {
	switch name, plain := scalar(entry.Key); {
	case !plain:
		f.wrong(entry.Key, errors.New("a key must be the plain name of a setting"))
	case name == "in-app":
		lists := f.lists(entry, []string{"include", "exclude"}, maxPrefixes)
		f.team.inApp = InApp{lists["include"], lists["exclude"]}
	case name == "fields":
		f.team.fields = f.lists(entry, FieldNames, maxFieldKeys)
	case name == "code":
		f.roots(entry)
	case name == "rules":
		f.rules(entry)
	case name == "redact":
		f.redact(entry)
	default:
		f.setting(name, entry)
	}
}

// wrong notes a mistake with the line of node.
func (f *fileReader) wrong(node ast.Node, err error) {
	f.mistakes = append(f.mistakes, finding.Within(at(f.path, node)+": ", err))
}

// mapping returns what an entry maps, nothing if its value is null; want is the
// mistake if it is no mapping.
func (f *fileReader) mapping(entry *ast.MappingValueNode, want error) []*ast.MappingValueNode {
	switch v := entry.Value.(type) {
	case *ast.MappingNode:
		return v.Values
	case *ast.NullNode:
		return nil
	}
	f.wrong(entry.Key, want)
	return nil
}

// malformed names the line, but leaves out the excerpt that the parser shows:
// there may be a secret in it.
func malformed(path string, err error) error {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		return fmt.Errorf("%s line %d: malformed YAML: %s", path, e.GetToken().Position.Line, e.GetMessage())
	}
	return fmt.Errorf("%s: malformed YAML", path)
}

func at(path string, node ast.Node) string {
	if t := node.GetToken(); t != nil && t.Position != nil {
		return fmt.Sprintf("%s line %d", path, t.Position.Line)
	}
	return path
}

// setting reads a setting, with the items of a sequence on lines of their own.
func (f *fileReader) setting(name string, entry *ast.MappingValueNode) {
	s := find(name)
	switch {
	case s == nil:
		f.wrong(entry.Key, finding.Mend(fmt.Sprintf("unknown key %q", shorten(name)), fmt.Sprintf("did you mean %q?", nearest(name))))
		return
	case s.notInFile != "":
		f.wrong(entry.Key, fmt.Errorf("%s: %s", name, s.notInFile))
		return
	}
	text, ok := scalar(entry.Value)
	want := "must be a plain value"
	if items, isSequence := entry.Value.(*ast.SequenceNode); isSequence && s.List {
		text, ok = sequence(items)
		want = "every item must be a plain value"
	} else if s.List {
		want = "must be a plain value or a list of them"
	}
	if !ok {
		f.wrong(entry.Key, fmt.Errorf("%s: %s", name, want))
		return
	}
	f.settings[name] = value{text, at(f.path, entry.Key)}
}

func sequence(node *ast.SequenceNode) (string, bool) {
	var items []string
	for _, v := range node.Values {
		item, ok := scalar(v)
		if !ok {
			return "", false
		}
		items = append(items, item)
	}
	return strings.Join(items, "\n"), true
}

// scalar returns a plain value as it is written, since the setting says whether
// it is a number. Null is empty and so leaves the setting unset.
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
	for i := range Settings {
		if Settings[i].Name == name {
			return &Settings[i]
		}
	}
	return nil
}

// nearest returns the key of the file whose name is most like the given one.
func nearest(name string) string {
	names := slices.Clone(teamKeys)
	for _, s := range Settings {
		if s.notInFile == "" {
			names = append(names, s.Name)
		}
	}
	return nearestOf(name, names)
}

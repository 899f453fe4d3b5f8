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
	settings := make(map[string]value)
	var rules team
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		return settings, rules, malformed(path, err)
	}
	var mistakes []error
	for i, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		mapping, ok := doc.Body.(*ast.MappingNode)
		if !ok || i > 0 {
			mistakes = append(mistakes, fmt.Errorf("%s: must be one mapping of settings, such as `label: errmon`", at(path, doc.Body)))
			continue
		}
		for _, entry := range mapping.Values {
			if name, _ := scalar(entry.Key); name == redactKey {
				mistakes = append(mistakes, rules.redact.parse(path, entry.Value))
				continue
			}
			ours, wrong := rules.read(entry)
			for _, err := range wrong {
				mistakes = append(mistakes, finding.Within(at(path, entry.Key)+": ", err))
			}
			if ours {
				continue
			}
			name, text, err := parseEntry(entry)
			if err != nil {
				mistakes = append(mistakes, finding.Within(at(path, entry.Key)+": ", err))
				continue
			}
			settings[name] = value{text, at(path, entry.Key)}
		}
	}
	return settings, rules, errors.Join(mistakes...)
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

// parseEntry returns the setting's name and its text, with the items of a
// sequence on lines of their own.
func parseEntry(entry *ast.MappingValueNode) (name, text string, err error) {
	name, ok := scalar(entry.Key)
	if !ok {
		return "", "", errors.New("a key must be the plain name of a setting")
	}
	s := find(name)
	switch {
	case s == nil:
		return "", "", finding.Mend(fmt.Sprintf("unknown key %q", shorten(name)), fmt.Sprintf("did you mean %q?", nearest(name)))
	case s.notInFile != "":
		return "", "", fmt.Errorf("%s: %s", name, s.notInFile)
	}
	if items, ok := entry.Value.(*ast.SequenceNode); ok && s.List {
		text, ok = sequence(items)
		if !ok {
			return "", "", fmt.Errorf("%s: every item must be a plain value", name)
		}
		return name, text, nil
	}
	text, ok = scalar(entry.Value)
	switch {
	case !ok && s.List:
		return "", "", fmt.Errorf("%s: must be a plain value or a list of them", name)
	case !ok:
		return "", "", fmt.Errorf("%s: must be a plain value", name)
	}
	return name, text, nil
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

package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/org/errmon-action/internal/finding"
)

// This file reads the three keys of the file that hold more than a plain value:
//
//	in-app:
//	  include: [node_modules/@acme/, org.apache.acme.]
//	  exclude: [src/generated/]
//	fields:
//	  service: app_id
//	  request-id: [ctx.request, x-request-id]
//	code:
//	  roots:
//	    - {frames: /srv/a/, source: services/a/}

// InApp holds prefixes of paths or modules whose frames are, or are not, the team's
// own code.
type InApp struct {
	Include, Exclude []string
}

// Root maps paths of frames that begin with Frames to those of the repository that
// begin with Source.
type Root struct{ Frames, Source string }

// FieldNames are the fields that a team can map to keys of its own.
var FieldNames = []string{"level", "message", "logger", "service", "release", "commit", "environment", "request-id", "trace-id", "stack", "error-type", "error-message"}

// teamKeys are the keys of the file that are not settings.
var teamKeys = []string{"in-app", "fields", "code", redactKey}

// team is what the file contains besides settings.
type team struct {
	inApp  InApp
	fields map[string][]string
	redact Redact
	roots  []Root
}

// The most that a file may ask for; each costs time on every line or frame.
const (
	maxPrefixes   = 200
	maxFieldKeys  = 20
	maxPrefixSize = 500
)

// read takes an entry of the file, and reports whether it is one of teamKeys and
// what is wrong with it.
func (t *team) read(entry *ast.MappingValueNode) (ours bool, mistakes []error) {
	name, _ := scalar(entry.Key)
	switch name {
	case "in-app":
		lists, mistakes := listsOf(name, entry.Value, []string{"include", "exclude"}, maxPrefixes)
		t.inApp = InApp{lists["include"], lists["exclude"]}
		return true, mistakes
	case "fields":
		lists, mistakes := listsOf(name, entry.Value, FieldNames, maxFieldKeys)
		t.fields = lists
		return true, mistakes
	case "code":
		t.roots, mistakes = rootsOf(entry.Value)
		return true, mistakes
	}
	return false, nil
}

// listsOf reads a mapping from names to a plain value or a list of them.
func listsOf(key string, node ast.Node, names []string, limit int) (lists map[string][]string, mistakes []error) {
	if _, empty := node.(*ast.NullNode); empty {
		return nil, nil
	}
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return nil, []error{fmt.Errorf("%s: must be a mapping of %s to lists", key, strings.Join(names, ", "))}
	}
	lists = map[string][]string{}
	for _, entry := range mapping.Values {
		name, _ := scalar(entry.Key)
		items, ok := itemsOf(entry.Value)
		switch {
		case !slices.Contains(names, name):
			mistakes = append(mistakes, finding.Mend(fmt.Sprintf("%s: unknown key %q", key, shorten(name)), fmt.Sprintf("did you mean %q?", nearestOf(name, names))))
		case !ok:
			mistakes = append(mistakes, fmt.Errorf("%s: %s: must be a plain value or a list of them, none blank or longer than %d characters", key, name, maxPrefixSize))
		case len(items) > limit:
			mistakes = append(mistakes, fmt.Errorf("%s: %s: has %d items: at most %d are allowed", key, name, len(items), limit))
		default:
			lists[name] = items
		}
	}
	return lists, mistakes
}

func itemsOf(node ast.Node) ([]string, bool) {
	nodes := []ast.Node{node}
	if list, ok := node.(*ast.SequenceNode); ok {
		nodes = list.Values
	}
	var items []string
	for _, n := range nodes {
		item, ok := scalar(n)
		if item = strings.TrimSpace(item); !ok || item == "" || len(item) > maxPrefixSize {
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

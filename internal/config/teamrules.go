package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/policy"
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
var teamKeys = []string{"in-app", "fields", "code", "redact", "rules"}

// team is what the file contains besides settings.
type team struct {
	inApp  InApp
	fields map[string][]string
	redact Redact
	roots  []Root
	rules  []policy.Rule
	// warnings are about rules that can never match.
	warnings []error
}

// The most that a file may ask for; each costs time on every line or frame.
const (
	maxPrefixes   = 200
	maxFieldKeys  = 20
	maxPrefixSize = 500
)

// lists reads a mapping from names to a plain value or a list of them.
func (f *fileReader) lists(entry *ast.MappingValueNode, names []string, limit int) map[string][]string {
	key, _ := scalar(entry.Key)
	wrong := func(format string, args ...any) { f.wrong(entry.Key, fmt.Errorf(key+": "+format, args...)) }
	lists := map[string][]string{}
	for _, e := range f.mapping(entry, fmt.Errorf("%s: must be a mapping of %s to lists", key, strings.Join(names, ", "))) {
		name, _ := scalar(e.Key)
		items, ok := itemsOf(e.Value)
		switch {
		case !slices.Contains(names, name):
			f.wrong(entry.Key, finding.Mend(fmt.Sprintf("%s: unknown key %q", key, shorten(name)), fmt.Sprintf("did you mean %q?", nearestOf(name, names))))
		case !ok:
			wrong("%s: must be a plain value or a list of them, none blank or longer than %d characters", name, maxPrefixSize)
		case len(items) > limit:
			wrong("%s: has %d items: at most %d are allowed", name, len(items), limit)
		default:
			lists[name] = items
		}
	}
	return lists
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

const maxRoots = 100 // each is tried on every frame that is looked up

// roots reads the value of the key code.
func (f *fileReader) roots(entry *ast.MappingValueNode) {
	const form = "{frames: /srv/a/, source: services/a/}"
	want := errors.New("code: must hold roots: with items such as " + form)
	for _, e := range f.mapping(entry, want) {
		name, _ := scalar(e.Key)
		items, ok := e.Value.(*ast.SequenceNode)
		if name != "roots" || !ok || len(items.Values) > maxRoots {
			f.wrong(entry.Key, want)
			return
		}
		for i, item := range items.Values {
			root, ok := rootOf(item)
			if !ok {
				f.wrong(entry.Key, fmt.Errorf("code: roots: item %d must hold frames and source, as in %s", i+1, form))
				continue
			}
			f.team.roots = append(f.team.roots, root)
		}
	}
}

// rootOf reads {frames: …, source: …}; an empty source is the repository's root.
func rootOf(node ast.Node) (r Root, ok bool) {
	mapping, ok := node.(*ast.MappingNode)
	if !ok || len(mapping.Values) != 2 {
		return Root{}, false
	}
	for _, entry := range mapping.Values {
		text, plain := scalar(entry.Value)
		switch name, _ := scalar(entry.Key); {
		case !plain || len(text) > maxPrefixSize:
			return Root{}, false
		case name == "frames":
			r.Frames = text
		case name == "source":
			r.Source = text
		default:
			return Root{}, false
		}
	}
	return r, r.Frames != ""
}

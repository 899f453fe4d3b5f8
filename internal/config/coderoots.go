package config

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

const maxRoots = 100 // each is tried on every frame that is looked up

var errRoots = errors.New("code: must hold roots: with items such as {frames: /srv/a/, source: services/a/}")

// rootsOf reads the value of the key code.
func rootsOf(node ast.Node) ([]Root, []error) {
	if _, empty := node.(*ast.NullNode); empty {
		return nil, nil
	}
	mapping, ok := node.(*ast.MappingNode)
	if !ok || len(mapping.Values) != 1 {
		return nil, []error{errRoots}
	}
	name, _ := scalar(mapping.Values[0].Key)
	items, ok := mapping.Values[0].Value.(*ast.SequenceNode)
	if name != "roots" || !ok || len(items.Values) > maxRoots {
		return nil, []error{errRoots}
	}
	var roots []Root
	var mistakes []error
	for i, item := range items.Values {
		root, ok := rootOf(item)
		if !ok {
			mistakes = append(mistakes, fmt.Errorf("code: roots: item %d must hold frames and source, as in {frames: /srv/a/, source: services/a/}", i+1))
			continue
		}
		roots = append(roots, root)
	}
	return roots, mistakes
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

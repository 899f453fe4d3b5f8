package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// limited are the rooms that once were one struct with 47 methods. They stay easy
// to take apart: files depend on each other in one direction, and types are small.
var limited = []string{"scan", "reading", "ledger", "intake"}

const (
	maxFields  = 12
	maxMethods = 15
)

func TestFilesHaveNoCycles(t *testing.T) {
	for _, room := range limited {
		arrows := parseRoom(t, room).arrows()
		for _, file := range slices.Sorted(maps.Keys(arrows)) {
			if path := cycle(arrows, file, nil); path != nil {
				t.Errorf("%s: files depend on each other: %s", room, strings.Join(path, " → "))
				break
			}
		}
	}
}

func TestTypesAreSmall(t *testing.T) {
	for _, room := range limited {
		r := parseRoom(t, room)
		for _, name := range r.pkg.Scope().Names() {
			named, ok := r.pkg.Scope().Lookup(name).Type().(*types.Named)
			if !ok || named.Obj().Name() != name {
				continue
			}
			if s, ok := named.Underlying().(*types.Struct); ok && s.NumFields() > maxFields {
				t.Errorf("%s.%s has %d fields, more than %d", room, name, s.NumFields(), maxFields)
			}
			if named.NumMethods() > maxMethods {
				t.Errorf("%s.%s has %d methods, more than %d", room, name, named.NumMethods(), maxMethods)
			}
		}
	}
}

// room is a package as far as it can be checked without its imports.
type room struct {
	files []*ast.File
	set   *token.FileSet
	pkg   *types.Package
	uses  map[*ast.Ident]types.Object
}

func parseRoom(t *testing.T, name string) room {
	t.Helper()
	r := room{set: token.NewFileSet(), uses: map[*ast.Ident]types.Object{}}
	names, _ := filepath.Glob(name + "/*.go") // the pattern is well formed
	for _, file := range names {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(r.set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		r.files = append(r.files, parsed)
	}
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	r.pkg, _ = config.Check(name, r.set, r.files, &types.Info{Uses: r.uses}) // what it imports stays unknown
	return r
}

// noImports stands for packages whose insides do not matter.
type noImports struct{}

func (noImports) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

// arrows returns, for each file, the files whose functions, methods, types and
// variables it uses.
func (r room) arrows() map[string][]string {
	arrows := map[string][]string{}
	for used, object := range r.uses {
		f, isFunc := object.(*types.Func)
		method := isFunc && f.Signature().Recv() != nil
		if object.Pkg() != r.pkg || object.Parent() != r.pkg.Scope() && !method {
			continue
		}
		from, to := filepath.Base(r.set.Position(used.Pos()).Filename), filepath.Base(r.set.Position(object.Pos()).Filename)
		if from != to && !slices.Contains(arrows[from], to) {
			arrows[from] = append(arrows[from], to)
		}
	}
	return arrows
}

// cycle returns a path that leads back to its first file; nil if there is none.
func cycle(arrows map[string][]string, file string, path []string) []string {
	if i := slices.Index(path, file); i >= 0 {
		return append(path[i:], file)
	}
	for _, next := range slices.Sorted(slices.Values(arrows[file])) {
		if found := cycle(arrows, next, append(slices.Clone(path), file)); found != nil {
			return found
		}
	}
	return nil
}

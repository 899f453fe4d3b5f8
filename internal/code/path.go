package code

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Root is a team's setting that maps a path prefix in frames to a folder of the repository.
type Root struct{ Frames, Source string }

// Tree is the files of one commit.
type Tree struct {
	Roots   []Root
	Modules map[string]string   // Go's: folder of a go.mod → module path
	ByName  map[string][]string // name of a file → paths
}

// NewTree returns the tree of the files at the paths.
func NewTree(paths []string) *Tree {
	t := &Tree{Modules: map[string]string{}, ByName: map[string][]string{}}
	for _, p := range paths {
		t.ByName[path.Base(p)] = append(t.ByName[path.Base(p)], p)
	}
	return t
}

// Has reports whether there is a file at a path.
func (t *Tree) Has(p string) bool { return slices.Contains(t.ByName[path.Base(p)], p) }

// First returns the first of the paths at which there is a file; empty if there is none.
func (t *Tree) First(paths []string) string {
	if i := slices.IndexFunc(paths, t.Has); i >= 0 {
		return paths[i]
	}
	return ""
}

// Find returns the only file that a frame can mean: by a root or its Go module or, failing both, the one that
// shares the most path elements, from the end. The others may differ, as containers add folders or lack some.
//
// If only the name matches, or both paths begin differently, loose is true: the code must name the function.
func (t *Tree) Find(f event.Frame, runtime string) (file string, loose, ok bool) {
	frame := elements(f, runtime)
	if len(frame) == 0 {
		return "", false, false
	}
	if mapped, ok := t.mapped(f, frame); ok {
		return mapped, false, t.Has(mapped)
	}
	if file, known := t.inModule(f); runtime == "go" && len(t.Modules) > 0 && known {
		return file, false, file != ""
	}
	best := 0
	for _, candidate := range t.ByName[frame[len(frame)-1]] {
		there, shared := strings.Split(candidate, "/"), 1
		for shared < len(frame) && shared < len(there) && frame[len(frame)-1-shared] == there[len(there)-1-shared] {
			shared++
		}
		switch {
		case shared > best:
			best, file, ok = shared, candidate, true
		case shared == best:
			ok = false
		}
	}
	whole := best == len(frame) || best == strings.Count(file, "/")+1
	if runtime == "java" && strings.HasSuffix(file, ".java") && best < len(frame) {
		return "", false, false // a Java file's folders are its package, so all must match
	}
	return file, best == 1 || !whole, ok
}

// mapped applies the longest of the team's roots that the frame begins with.
func (t *Tree) mapped(f event.Frame, frame []string) (string, bool) {
	length, mapped := -1, ""
	for _, r := range t.Roots {
		for _, name := range []string{strings.ReplaceAll(f.File, `\`, "/"), strings.Join(frame, "/")} {
			if rest, ok := strings.CutPrefix(name, strings.ReplaceAll(r.Frames, `\`, "/")); ok && len(r.Frames) > length {
				length, mapped = len(r.Frames), path.Join(r.Source, rest)
			}
		}
	}
	return mapped, length >= 0
}

// inModule finds a Go file by its package's module. A package outside the modules here is not ours; package
// main is unknown unless -trimpath put the import path into the file's path.
func (t *Tree) inModule(f event.Frame) (file string, known bool) {
	pkg := strings.ReplaceAll(f.Module, "%2e", ".")
	isMain := pkg == "main" || pkg == ""
	if isMain {
		pkg = path.Dir(f.File)
	}
	longest := -1
	for folder, module := range t.Modules {
		rest, inside := strings.CutPrefix(pkg+"/", module+"/")
		candidate := path.Join(folder, rest, path.Base(strings.ReplaceAll(f.File, `\`, "/")))
		if inside && len(module) > longest && t.Has(candidate) {
			file, longest = candidate, len(module)
		}
	}
	return file, file != "" || !isMain
}

var (
	drive = regexp.MustCompile(`^[A-Za-z]:[\\/]`)
	// added matches a scheme, a query, and what bundlers add: "(rsc)/", "[project]/", " [app-rsc] (ecma…)".
	added = regexp.MustCompile(`^(?:[a-z][a-z0-9+.-]*://(?:[^/]*/\./|/|[^/]*/))?(?:/?(?:\([\w-]+\)|\[[\w-]+\])/)?|(?:\?| \[).*`)
)

// elements returns the path of a frame's file without additions by runtimes and bundlers; nil if it has none.
func elements(f event.Frame, runtime string) []string {
	name := f.File
	if drive.MatchString(name) || !strings.Contains(name, "/") {
		name = strings.ReplaceAll(drive.ReplaceAllString(name, ""), `\`, "/")
	}
	name = added.ReplaceAllString(name, "")
	switch {
	case runtime == "java":
		class := f.Module[strings.LastIndexByte(f.Module, '/')+1:] // after "app//" or "java.base/"
		if dot := strings.LastIndexByte(class, '.'); dot >= 0 {
			name = strings.ReplaceAll(class[:dot], ".", "/") + "/" + path.Base(name)
		}
	case runtime == "python" && f.Module != "" && !strings.Contains(name, "/"):
		switch module := strings.ReplaceAll(f.Module, ".", "/"); name {
		case "", path.Base(module) + ".py":
			name = module + ".py"
		case "__init__.py":
			name = module + "/__init__.py"
		}
	}
	name = strings.TrimLeft(path.Clean("/"+name), "/")
	if path.Ext(name) == "" && !strings.Contains(name, "/") {
		return nil // "<stdin>", "Native Method"
	}
	return strings.Split(name, "/")
}

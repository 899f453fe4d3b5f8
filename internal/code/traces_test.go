package code

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/stacktrace"
)

const traces = "../stacktrace/testdata"

// Find returns the right source file, or none, for each in-app frame of the traces that real programs
// printed, and Named recognises many of their functions there.
func TestRealTraces(t *testing.T) {
	texts := map[string]string{}
	files, err := filepath.Glob(filepath.Join(traces, "src", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no sources", err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			texts[filepath.ToSlash(strings.TrimPrefix(file, filepath.Join(traces, "src")+string(filepath.Separator)))] = string(text)
		}
	}
	tree := NewTree(slices.Sorted(maps.Keys(texts)))
	type counts struct{ frames, found, wrong, named int }
	table := map[string]counts{}
	goldens, _ := filepath.Glob(filepath.Join(traces, "*", "*.txt")) // the pattern is well formed
	for _, golden := range goldens {
		text, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		chain, runtime := stacktrace.Parse(string(text))
		c := table[runtime]
		for _, x := range chain {
			for _, f := range x.Frames {
				if !f.InApp || f.Line == 0 {
					continue
				}
				c.frames++
				path, _, ok := tree.Find(f, runtime)
				if !ok {
					continue
				}
				c.found++
				if f.File != "/app/"+path && filepath.Base(path) != f.File {
					c.wrong++
					t.Errorf("%s: %s is taken for %s", golden, f.File, path)
				}
				if Named(texts[path], f.Line, f, runtime) {
					c.named++
				}
			}
		}
		table[runtime] = c
	}
	for _, runtime := range slices.Sorted(maps.Keys(table)) {
		c := table[runtime]
		t.Logf("%-8s %3d frames, %3d found, %d wrong, %3d in the function that they name", runtime, c.frames, c.found, c.wrong, c.named)
		if least := map[string]int{"node": 20, "python": 30, "java": 40, "go": 20, "ruby": 20, "php": 20, "dotnet": 30}[runtime]; c.named < least {
			t.Errorf("%s: only %d named, want %d", runtime, c.named, least)
		}
	}
}

// Package internal_test keeps the house in order: it walks the imports of all
// rooms and fails on an arrow that is not in the plan, and on one in the plan
// that no room takes.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/org/errmon-action/internal/"

// pure rooms have no I/O and no clock; each imports the rooms named.
var pure = map[string][]string{
	"event":      {},
	"count":      {},
	"code":       {"event"},
	"finding":    {},
	"safe":       {},
	"marker":     {"count"},
	"logtext":    {"event", "safe", "stacktrace"},
	"stacktrace": {"event"},
	"policy":     {"event"},
	"payload":    {"event"},
	"source":     {"event", "finding"},
	"workflow":   {"finding"},
	"grouping":   {"count", "event"},
	"intake":     {"event", "grouping", "logtext", "policy", "safe", "stacktrace"},
	"plan":       {"code", "count", "event", "grouping", "marker", "policy"},
	"render":     {"code", "count", "event", "marker", "plan", "safe"},
	"page":       {},
	"report":     {"count", "plan", "safe", "source"},
}

// others talk to the world.
var others = map[string][]string{
	"clock":      {},
	"fake":       {},
	"config":     {"code", "event", "finding", "policy", "safe", "stacktrace"},
	"logfile":    {"event"},
	"polite":     {"clock", "finding", "safe"},
	"github":     {"clock", "finding", "polite"},
	"cloudwatch": {"clock", "event", "finding", "source"},
	"sentry":     {"clock", "event", "finding", "payload", "polite", "source", "stacktrace"},
	"slack":      {"clock", "count", "event", "finding", "payload", "safe"},
	"terminal":   {},
	"inbound":    {"event", "payload", "sentry", "slack"},
	"relay":      {"clock", "finding", "github", "inbound", "sentry", "slack"},
	"ledger":     {"count", "github", "grouping", "marker", "plan", "render", "source"},
	"reading":    {"event", "intake", "logtext", "source"},
	"enrich":     {"code", "count", "event", "github", "intake", "marker", "plan", "reading", "source"},
	"apply":      {"github", "ledger", "plan", "policy", "render"},
	"scan": {"apply", "clock", "enrich", "event", "github", "intake", "ledger", "marker", "plan", "reading", "render", "report",
		"safe", "slack", "source"},
	"preview": {"count", "event", "intake", "logfile", "marker", "page", "plan", "reading", "render", "safe", "source", "terminal"},
	"group":   {"event", "grouping", "intake", "logfile", "plan", "safe"},
	"cli": {"clock", "cloudwatch", "config", "enrich", "event", "finding", "github", "group", "inbound", "intake", "ledger",
		"logfile", "page", "payload", "plan", "policy", "preview", "relay", "report", "safe", "scan", "sentry", "slack", "source",
		"terminal", "workflow"},
}

// impure are packages of the standard library that a pure room never imports.
var impure = []string{"net", "net/http", "os", "os/exec", "io/ioutil", "syscall", "database/sql"}

func TestArrows(t *testing.T) {
	imports := roomImports(t)
	for room, found := range imports {
		allowed, isPure := pure[room]
		if !isPure {
			var known bool
			if allowed, known = others[room]; !known {
				t.Errorf("room %q is not in the plan: add it to the table, with a reason in its package doc", room)
				continue
			}
		}
		for imported, files := range found {
			if target, ok := strings.CutPrefix(imported, module); ok {
				if !slices.Contains(allowed, target) {
					t.Errorf("%s imports %s, which the plan does not allow (%s)", room, target, strings.Join(files, ", "))
				}
			} else if isPure && slices.Contains(impure, imported) {
				t.Errorf("%s is pure and imports %q (%s)", room, imported, strings.Join(files, ", "))
			}
		}
		for _, target := range allowed {
			if found[module+target] == nil {
				t.Errorf("the plan allows %s to import %s, which it does not: remove the arrow", room, target)
			}
		}
	}
	for _, table := range []map[string][]string{pure, others} {
		for room := range table {
			if imports[room] == nil {
				t.Errorf("the plan names room %q, which does not exist", room)
			}
		}
	}
}

// Each room's package doc names the rooms that it may import; cli's, which wires all
// together, need not.
func TestDocsNameTheArrows(t *testing.T) {
	for _, table := range []map[string][]string{pure, others} {
		for room, allowed := range table {
			_, arrows, ok := strings.Cut(packageDoc(t, room), "import")
			if !ok {
				t.Errorf("the package doc of %s does not say what it may import", room)
			}
			for _, target := range allowed {
				if room != "cli" && !strings.Contains(arrows, target) {
					t.Errorf("the package doc of %s does not say that it may import %s", room, target)
				}
			}
		}
	}
}

func packageDoc(t *testing.T, room string) string {
	t.Helper()
	names, err := filepath.Glob(room + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var doc string
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		doc += file.Doc.Text()
	}
	return doc
}

func TestNoForbiddenRoom(t *testing.T) {
	for room := range roomImports(t) {
		if slices.Contains([]string{"util", "utils", "common", "types", "helpers"}, room) {
			t.Errorf("room %q has a name that says nothing", room)
		}
	}
}

// roomImports returns, for each room, what its files import, tests aside. A
// folder below a room, such as githubtest, is for tests.
func roomImports(t *testing.T) map[string]map[string][]string {
	t.Helper()
	rooms := map[string]map[string][]string{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		room := path.Dir(filepath.ToSlash(name))
		if d.IsDir() || strings.Contains(room, "/") || room == "." || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if rooms[room] == nil {
			rooms[room] = map[string][]string{}
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			rooms[room][imported] = append(rooms[room][imported], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rooms
}

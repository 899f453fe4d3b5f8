package github_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// withCode adds a repository with three commits, the second one on its own branch.
func withCode(t *testing.T) (s setup, first, side, head string) {
	s = start(t)
	repo := githubtest.NewRepo(t)
	at := func(day int) time.Time { return time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC) }
	first = repo.Commit("Mara", at(1), "Begin", map[string]string{"src/a.js": "one\ntwo\nthree\n", "data.bin": "\x00\x01", "ü (x).js": "x\n"})
	repo.Run("tag", "v1.0.0")
	repo.Run("checkout", "--quiet", "-b", "side")
	side = repo.Commit("Noor", at(2), "Side", map[string]string{"b.js": "b\n"})
	repo.Run("checkout", "--quiet", "main")
	head = repo.Commit("Noor", at(3), "Change two", map[string]string{"src/a.js": "one\n2\nthree\n"})
	repo.Run("tag", "-a", "-m", "release", "v1.1.0")
	s.server.Configure(func(to *githubtest.Settings) {
		to.Git, to.Private = repo.Dir, true
		to.Accounts, to.Pulls = map[string]string{"Mara": "mara"}, map[string]int{head: 812}
	})
	return s, first, side, head
}

func TestCommit(t *testing.T) {
	s, first, _, _ := withCode(t)
	if got, err := s.Commit(t.Context(), first[:8]); got != first || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for _, sha := range []string{"0000000", "main", "v1.0.0"} {
		if got, err := s.Commit(t.Context(), sha); !errors.Is(err, github.ErrNotFound) {
			t.Errorf("%s: got %q, %v", sha, got, err)
		}
	}
	s.breakNth("GET", 1, 0, fake.Fault{Status: 409, Body: `{"message":"Git Repository is empty."}`})
	if _, err := s.Commit(t.Context(), first); !errors.Is(err, github.ErrNotFound) {
		t.Errorf("in an empty repository: %v", err)
	}
}

func TestTree(t *testing.T) {
	s, first, _, _ := withCode(t)
	got, err := s.Tree(t.Context(), first)
	slices.Sort(got)
	if diff := cmp.Diff([]string{"data.bin", "src/a.js", "ü (x).js"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	s.server.Configure(func(to *githubtest.Settings) { to.TreeTruncated = true })
	if got, err := s.Tree(t.Context(), first); err == nil {
		t.Errorf("a truncated tree is taken for whole: %v", got)
	}
}

func TestContains(t *testing.T) {
	s, first, side, head := withCode(t)
	tests := []struct {
		name, commit, ancestor string
		want                   bool
	}{
		{"newer", head, first, true}, {"itself", head, head, true}, {"older", first, head, false}, {"beside", head, side, false},
	}
	for _, tt := range tests {
		if got, err := s.Contains(t.Context(), tt.commit, tt.ancestor); got != tt.want || err != nil {
			t.Errorf("%s: got %v, %v", tt.name, got, err)
		}
	}
	if _, err := s.Contains(t.Context(), head, strings.Repeat("0", 40)); !errors.Is(err, github.ErrNotFound) {
		t.Errorf("unknown commit: %v", err)
	}
}

func TestRefs(t *testing.T) {
	s, first, _, head := withCode(t)
	got, err := s.Refs(t.Context(), []string{"v1.0.0", "v1.1.0", "v9", `x"){y`})
	want := github.Refs{Branch: "main", Head: head, Page: "https://github.com/acme/shop", Visibility: "PRIVATE",
		Tags: map[string]string{"v1.0.0": first, "v1.1.0": head}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestSource(t *testing.T) {
	s, first, _, head := withCode(t)
	w := github.Wanted{Texts: []string{"src/a.js", "data.bin", "ü (x).js", "gone.js"}, Blames: []string{"src/a.js"}, Versions: []string{"src/a.js"}}
	files, err := s.Source(t.Context(), head, w)
	if err != nil {
		t.Fatal(err)
	}
	a := files["src/a.js"]
	if a.Text != "one\n2\nthree\n" || files["ü (x).js"].Text != "x\n" || files["data.bin"].Text != "" || files["gone.js"].Text != "" {
		t.Errorf("texts: %+v", files)
	}
	if diff := cmp.Diff([]github.Version{{"one\n2\nthree\n", time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)}, {"one\ntwo\nthree\n", time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}}, a.Versions); diff != "" {
		t.Error(diff)
	}
	var lines []string
	for _, b := range a.Blame {
		c := b.Commit
		lines = append(lines, strings.Join([]string{c.OID, c.Author.Name, c.Author.User.Login, c.CommittedDate.Format(time.DateOnly)}, " "))
		if c.OID == head && (len(c.AssociatedPullRequests.Nodes) != 1 || c.ChangedFilesIfAvailable != 1 || c.Parents.TotalCount != 1) {
			t.Errorf("blamed commit %+v", c)
		}
	}
	want := []string{first + " Mara mara 2026-11-01", head + " Noor  2026-11-03", first + " Mara mara 2026-11-01"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestCloser(t *testing.T) {
	s, first, _, head := withCode(t)
	for range 4 {
		s.server.Add(githubtest.Issue{Title: "an error"})
	}
	s.server.Close(1, "completed", first)
	s.server.Close(2, "completed", head) // closed by a pull request
	s.server.Close(3, "completed")
	for number, want := range map[int]string{1: first, 2: head, 3: "", 4: "", 5: ""} {
		got, err := s.Closer(t.Context(), number)
		if got.Commit != want || err != nil || want != "" && (got.Repository != "acme/shop" || !got.At.Equal(s.clock.Now())) {
			t.Errorf("#%d: got %+v, %v", number, got, err)
		}
	}
}

// Requests that read code never wait and are sent once, because a run can do without the code.
func TestReadingCodeIsExtra(t *testing.T) {
	s, first, _, _ := withCode(t)
	calls := map[string]func() error{
		"commit":   func() error { _, err := s.Commit(t.Context(), first); return err },
		"tree":     func() error { _, err := s.Tree(t.Context(), first); return err },
		"contains": func() error { _, err := s.Contains(t.Context(), first, first); return err },
		"refs":     func() error { _, err := s.Refs(t.Context(), nil); return err },
		"source": func() error {
			_, err := s.Source(t.Context(), first, github.Wanted{Texts: []string{"src/a.js"}})
			return err
		},
		"closer": func() error { _, err := s.Closer(t.Context(), 1); return err },
	}
	faults := []fake.Fault{
		{Status: 502}, {Status: 403, Header: map[string]string{"Retry-After": "60"}, Body: "{}"}, {Truncate: true},
		{Status: 200, Body: `{"data":null,"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`}, {Status: 404, Body: `{"message":"Not Found"}`},
	}
	for name, call := range calls {
		for _, fault := range faults {
			if fault.Status == 200 && (name == "commit" || name == "tree" || name == "contains") {
				continue
			}
			s.server.Configure(func(to *githubtest.Settings) { to.Break = func(fake.Request) *fake.Fault { return &fault } })
			before := len(s.server.Requests())
			if err := call(); err == nil {
				t.Errorf("%s, %+v: no error", name, fault)
			}
			if sent := len(s.server.Requests()) - before; sent != 1 || len(s.clock.slept()) > 0 {
				t.Errorf("%s, %+v: %d requests, or it slept", name, fault, sent)
			}
		}
		s.server.Configure(func(to *githubtest.Settings) { to.Break = nil })
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestContentsPermission(t *testing.T) {
	s, first, _, _ := withCode(t)
	s.server.Configure(func(to *githubtest.Settings) { to.NoContents = true })
	_, tree := s.Tree(t.Context(), first)
	_, refs := s.Refs(t.Context(), nil)
	for _, err := range []error{tree, refs} {
		if err == nil || !strings.Contains(err.Error(), "contents: read") || !errors.Is(err, github.ErrRefused) {
			t.Errorf("got %v", err)
		}
	}
}

// Below /api/v3, GraphQL has another address.
func TestEnterprise(t *testing.T) {
	s := start(t, func(c *github.Config) { c.BaseURL += "/api/v3" })
	if _, err := s.Refs(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if last := s.server.Requests()[0]; last.Path != "/api/graphql" {
		t.Errorf("asked %s", last.Path)
	}
}

func TestIn(t *testing.T) {
	s := start(t)
	other := s.In("acme", "billing")
	if _, err := other.Refs(t.Context(), nil); err == nil || other.FullName() != "acme/billing" || s.Requests()["query code"] != 1 {
		t.Errorf("%v, %v", err, s.Requests())
	}
}

// loadSchema drops fields that the published schema defines twice.
func loadSchema(t *testing.T, text string) *ast.Schema {
	t.Helper()
	document, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	for _, definition := range document.Definitions {
		known := map[string]bool{}
		definition.Fields = slices.DeleteFunc(definition.Fields, func(f *ast.FieldDefinition) bool {
			twice := known[f.Name]
			known[f.Name] = true
			return twice
		})
	}
	schema, err := validator.ValidateSchemaDocument(document)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Every query is valid in GitHub's public schema.
func TestQueriesBySchema(t *testing.T) {
	text, err := os.ReadFile("../../../shared/data/github/schema.graphql")
	if os.IsNotExist(err) {
		t.Skip("GitHub's GraphQL schema is not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	schema := loadSchema(t, string(text))
	if _, err := gqlparser.LoadQueryWithRules(schema, `{repository(owner:"a",name:"b"){nonsense}}`, nil); err == nil {
		t.Fatal("a wrong query is valid")
	}
	s, first, _, _ := withCode(t)
	two := []string{"src/a.js", "b.js"}
	_, refs := s.Refs(t.Context(), two)
	_, source := s.Source(t.Context(), first, github.Wanted{Texts: two, Blames: two, Versions: two})
	_, closer := s.Closer(t.Context(), 1)
	if err := errors.Join(refs, source, closer); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, r := range s.server.Requests() {
		if r.Method != http.MethodPost {
			continue
		}
		var body struct{ Query string }
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			t.Fatal(err)
		}
		if _, err := gqlparser.LoadQueryWithRules(schema, body.Query, nil); err != nil {
			t.Errorf("%v in %s", err, body.Query)
		}
		checked++
	}
	if checked != 3 {
		t.Errorf("%d queries checked", checked)
	}
}

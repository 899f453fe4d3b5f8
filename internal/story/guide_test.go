package story

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/slack/slacktest"
	"github.com/org/errmon-action/internal/workflow"
)

const repositoryRoot = "../.."

// guideRoot returns the repository folder, also from the folder of a world.
func guideRoot() string { return filepath.Join(storyFolder, repositoryRoot) }

// pages returns every Markdown file of the repository, by its path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	root := os.DirFS(guideRoot())
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (name == ".git" || d.Name() == "testdata" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			content, err := fs.ReadFile(root, name)
			found[name] = string(content)
			return err
		}
		return nil
	})
	if err != nil || len(found) < 5 {
		t.Fatalf("%d pages, %v", len(found), err)
	}
	return found
}

var (
	linkShape    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headingShape = regexp.MustCompile(`(?m)^#+ (.+)$`)
	blockShape   = regexp.MustCompile("(?ms)^ *```(\\w+)\n(.*?)^ *```$")
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors returns the names that GitHub gives to a page's headings.
func anchors(page string) []string {
	var names []string
	for _, m := range headingShape.FindAllStringSubmatch(blockShape.ReplaceAllString(page, ""), -1) {
		names = append(names, strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return names
}

func TestEveryInternalLinkResolves(t *testing.T) {
	all := pages(t)
	checked := 0
	for name, page := range all {
		for _, m := range linkShape.FindAllStringSubmatch(page, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			checked++
			file := name
			if target != "" {
				file = path.Join(path.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join(guideRoot(), file)); err != nil {
				t.Errorf("%s: link to %s: %v", name, m[1], err)
			}
			if anchor != "" && !slices.Contains(anchors(all[file]), anchor) {
				t.Errorf("%s: link to %s: no such heading in %v", name, m[1], anchors(all[file]))
			}
		}
	}
	if checked < 20 {
		t.Errorf("%d links checked", checked)
	}
}

// Every file under examples/ that workflows, messages or comments name exists.
func TestNamedExamplesExist(t *testing.T) {
	root := os.DirFS(guideRoot())
	named := regexp.MustCompile(`\bexamples/[\w/-]+(\.[a-z]+)*`)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(name, "testdata/") || !slices.Contains([]string{".go", ".yml", ".sh"}, path.Ext(name)) {
			return err
		}
		content, err := fs.ReadFile(root, name)
		for _, target := range named.FindAllString(string(content), -1) {
			if _, err := fs.Stat(root, path.Clean(target)); err != nil {
				t.Errorf("%s names %s, which does not exist", name, target)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every fenced block in a language that can be parsed is parsed.
func TestGuideBlocksAreWellFormed(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	for name, page := range pages(t) {
		for _, m := range blockShape.FindAllStringSubmatch(page, -1) {
			var err error
			switch m[1] {
			case "json":
				err = json.Unmarshal([]byte(m[2]), new(any))
			case "yaml":
				err = yaml.Unmarshal([]byte(m[2]), new(any))
			case "sh":
				cmd := exec.Command(bash, "-n")
				cmd.Stdin = strings.NewReader(m[2])
				var out []byte
				if out, err = cmd.CombinedOutput(); err != nil {
					err = fmt.Errorf("%w: %s", err, out)
				}
			}
			if err != nil {
				t.Errorf("%s: block of %s: %v\n%s", name, m[1], err, m[2])
			}
		}
	}
}

// Every section of the guide's pages ends with a way to check it.
func TestGuideSaysHowToCheck(t *testing.T) {
	for _, name := range []string{"github.md", "cloudwatch.md", "sentry.md", "slack.md", "deployment.md"} {
		page := pages(t)["examples/"+name]
		for section := range strings.SplitSeq(page, "\n## ") {
			title, _, _ := strings.Cut(section, "\n")
			if strings.HasPrefix(title, "# ") || strings.Contains(section, "Check: ") {
				continue
			}
			t.Errorf("%s: %q does not say how to check it", name, title)
		}
	}
}

// Every page begins with the result that its reader will have, and ends with a check. The guide lists them
// all.
func TestGuidePagesHaveAGoal(t *testing.T) {
	all := pages(t)
	checked := 0
	for name, page := range all {
		link, ok := strings.CutPrefix(name, "examples/")
		if !ok || link == "README.md" {
			continue
		}
		checked++
		sections := strings.Split(page, "\n## ")
		if !strings.Contains(sections[0], "At the end of this page") || !strings.Contains(sections[len(sections)-1], "Check: ") {
			t.Errorf("%s does not begin with what its reader has at its end, or does not end with a check", name)
		}
		if !strings.Contains(all["examples/README.md"], "("+link+")") {
			t.Errorf("examples/README.md does not list %s", name)
		}
	}
	if checked < 15 {
		t.Errorf("%d pages", checked)
	}
}

// Every YAML file is well-formed: workflows, templates, issue forms.
func TestYAMLIsWellFormed(t *testing.T) {
	root := os.DirFS(guideRoot())
	checked := 0
	for _, folder := range []string{".github", "examples"} {
		err := fs.WalkDir(root, folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".yml" && path.Ext(name) != ".yaml" {
				return err
			}
			checked++
			content, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			if err := yaml.Unmarshal(content, new(any)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked < 15 {
		t.Errorf("%d files", checked)
	}
}

func workflows(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(guideRoot(), "examples/workflows/*.yml"))
	if err != nil || len(files) < 7 {
		t.Fatalf("%d workflows, %v", len(files), err)
	}
	found := map[string][]byte{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(file)] = content
	}
	return found
}

// The workflows use only existing inputs, and doctor finds no mistake in them. For everything else there is
// actionlint; see .ci/run.
func TestExampleWorkflows(t *testing.T) {
	var names []string
	for _, s := range config.Settings {
		if !s.Local {
			names = append(names, s.Name)
		}
	}
	for name, content := range workflows(t) {
		var file struct {
			Jobs map[string]struct {
				Steps []struct {
					Uses string
					With map[string]any
				}
			}
		}
		if err := yaml.Unmarshal(content, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		uses := 0
		for _, job := range file.Jobs {
			for _, step := range job.Steps {
				if step.Uses != "org/errmon-action@v1" {
					continue
				}
				uses++
				for input := range step.With {
					if !slices.Contains(names, input) {
						t.Errorf("%s: no input %s", name, input)
					}
				}
			}
		}
		if !strings.Contains(pages(t)["examples/README.md"], "(workflows/"+name+")") {
			t.Errorf("examples/README.md does not list %s", name)
		}
		if uses == 0 {
			t.Errorf("%s does not use the action", name)
		}
		for _, f := range workflow.Check(content, workflow.Facts{File: name, Now: time.Now()}) {
			if f.Level != finding.OK {
				t.Errorf("doctor finds %+v", f)
			}
		}
	}
}

// TestGuideShowsDoctor compares the guide's example with doctor's output.
func TestGuideShowsDoctor(t *testing.T) {
	w := newClinic(t)
	w.github.Configure(func(s *githubtest.Settings) { s.NoIssuesWrite = true })
	w.slack.Configure(func(s *slacktest.Settings) { s.Webhook = "no_service" })
	w.advance(2*time.Hour + 10*time.Minute)
	holdPart(t, guideRoot(), "examples/testing.md", "doctor", fenced("", w.examine().stdout))
}

// TestGuideListsAilments compares the guide's table with what doctor prints for each ailment.
func TestGuideListsAilments(t *testing.T) {
	table := "| what is wrong | | doctor finds | remedy |\n|---|---|---|---|\n"
	for _, a := range ailments() {
		t.Run(a.name, func(t *testing.T) {
			w := newClinic(t)
			a.spoil(w)
			found, remedy := prescription(w.examine().stdout, a)
			table += fmt.Sprintf("| %s | %s | %s | %s |\n", a.name, a.mark, inCell(found), inCell(remedy))
		})
	}
	holdPart(t, guideRoot(), "examples/troubleshooting.md", "ailments", table)
}

// inCell escapes "*" and "|".
func inCell(s string) string {
	return strings.NewReplacer("*", `\*`, "|", `\|`, "<", `\<`, "\n", " ").Replace(s)
}

// holdPart compares a part of a page with its expected text, or writes it with -update.
func holdPart(t *testing.T, root, page, part, text string) {
	t.Helper()
	is := string(read(t, root, page))
	made := replacePart(t, is, part, text)
	if *update {
		if err := os.WriteFile(filepath.Join(root, page), []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(made, is); diff != "" {
		t.Errorf("%s is out of date: go test -run 'Readme|Guide' ./internal/story -update\n%s", page, diff)
	}
}

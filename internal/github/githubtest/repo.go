package githubtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Repo is a real git repository in a temporary folder, for Settings.Git.
type Repo struct {
	Dir string
	t   testing.TB
}

// NewRepo returns an empty repository whose branch is main. Without git the test
// is skipped.
func NewRepo(t testing.TB) Repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := Repo{t.TempDir(), t}
	r.Run("init", "--quiet", "--initial-branch=main")
	return r
}

// Run runs git with the arguments, and returns what it prints.
func (r Repo) Run(args ...string) string {
	r.t.Helper()
	return r.as("octocat", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), args...)
}

func (r Repo) as(author string, at time.Time, args ...string) string {
	r.t.Helper()
	command := exec.Command("git", args...)
	command.Dir = r.Dir
	date := at.Format(time.RFC3339)
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date,
		"GIT_AUTHOR_NAME="+author, "GIT_COMMITTER_NAME="+author, "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := command.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// Commit writes files, commits them, and returns the commit's SHA. A file without
// content is removed.
func (r Repo) Commit(author string, at time.Time, title string, files map[string]string) string {
	r.t.Helper()
	for path, content := range files {
		path = filepath.Join(r.Dir, path)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err == nil && content == "" {
			err = os.Remove(path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	r.Run("add", "--all")
	r.as(author, at, "commit", "--quiet", "--allow-empty", "--message", title)
	return r.Run("rev-parse", "HEAD")
}

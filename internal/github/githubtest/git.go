package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// This file answers about code from a real git repository, Settings.Git.

func (s *Server) git(args ...string) (string, bool) {
	command := exec.Command("git", args...)
	command.Dir = s.settings.Git
	out, err := command.Output()
	return string(out), err == nil && s.settings.Git != ""
}

func (s *Server) resolve(revision string) (string, bool) {
	out, ok := s.git("rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	return strings.TrimSpace(out), ok
}

func (s *Server) code(next handler) handler {
	return func(r *http.Request) answer {
		name := r.PathValue("owner") + "/" + r.PathValue("repo")
		must(name == cmp.Or(s.settings.CodeRepository, s.owner+"/"+s.repo), notFound())
		must(!s.settings.NoContents, s.notAccessible())
		return next(r)
	}
}

func (s *Server) getCommit(r *http.Request) answer {
	sha, ok := s.resolve(r.PathValue("ref"))
	must(ok, fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+r.PathValue("ref")))
	return reply(http.StatusOK, object{"sha": sha, "files": []object{}})
}

func (s *Server) getTree(r *http.Request) answer {
	out, ok := s.git("ls-tree", "-r", "-t", "-z", "--full-tree", r.PathValue("sha"))
	must(ok, notFound())
	entries := []object{}
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		about, path, _ := strings.Cut(line, "\t")
		if part := strings.Fields(about); len(part) == 3 {
			entries = append(entries, object{"mode": part[0], "type": part[1], "sha": part[2], "path": path})
		}
	}
	return reply(http.StatusOK, object{"sha": r.PathValue("sha"), "truncated": s.settings.TreeTruncated, "tree": entries})
}

func (s *Server) compare(r *http.Request) answer {
	base, head, _ := strings.Cut(r.PathValue("range"), "...")
	base, known := s.resolve(base)
	head, both := s.resolve(head)
	must(known && both, notFound())
	status := "diverged"
	if _, before := s.git("merge-base", "--is-ancestor", base, head); before {
		status = "ahead"
	} else if _, behind := s.git("merge-base", "--is-ancestor", head, base); behind {
		status = "behind"
	}
	if base == head {
		status = "identical"
	}
	return reply(http.StatusOK, object{"status": status, "files": []object{}, "commits": []object{}})
}

// OwnerError is a line of CODEOWNERS that GitHub finds wrong.
type OwnerError struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Kind    string `json:"kind"`
	Source  string `json:"source"`
	Message string `json:"message"`
	Path    string `json:"path"`
}

func (s *Server) getOwnerErrors(r *http.Request) answer {
	must(s.settings.Git != "", notFound())
	return reply(http.StatusOK, object{"errors": append([]OwnerError{}, s.settings.OwnerErrors...)})
}

// CloseBy closes an issue as completed by a commit, or by the pull request that
// Settings.Pulls has for it.
func (s *Server) CloseBy(number int, commit string) {
	s.act(number, func(issue *stored) {
		s.setState(issue, "closed", "completed")
		issue.closer = commit
	})
}

// commitNode is a commit as GraphQL has it; nil if there is none.
func (s *Server) commitNode(revision string) node {
	sha, ok := s.resolve(revision)
	if !ok {
		return nil
	}
	out, _ := s.git("show", "-s", "--format=%cI%x00%an%x00%P%x00%T", sha)
	part := strings.Split(strings.TrimSpace(out), "\x00")
	changed, _ := s.git("show", "--first-parent", "--name-only", "--format=", sha)
	var user any
	if login := s.settings.Accounts[part[1]]; login != "" {
		user = node{"login": login}
	}
	pulls := []node{}
	if number := s.settings.Pulls[sha]; number != 0 {
		pulls = append(pulls, node{"number": number})
	}
	return node{
		"__typename": "Commit", "oid": sha, "committedDate": part[0], "changedFilesIfAvailable": len(strings.Fields(changed)),
		"parents": node{"totalCount": len(strings.Fields(part[2]))}, "author": node{"name": part[1], "user": user},
		"associatedPullRequests": node{"nodes": pulls},
		"repository":             node{"nameWithOwner": cmp.Or(s.settings.CodeRepository, s.owner+"/"+s.repo)},
		"blame":                  resolver(func(a arguments) any { return s.blame(sha, a["path"].(string)) }),
		"history":                resolver(func(a arguments) any { return s.history(sha, a) }),
		"file": resolver(func(a arguments) any {
			if blob := s.blobNode(sha + ":" + a["path"].(string)); blob != nil {
				return node{"object": blob}
			}
			return nil
		}),
	}
}

func (s *Server) blobNode(expression string) node {
	text, ok := s.git("cat-file", "blob", expression)
	if !ok {
		return nil
	}
	return node{"__typename": "Blob", "text": text, "isTruncated": false, "isBinary": strings.Contains(text, "\x00")}
}

func (s *Server) history(sha string, a arguments) any {
	out, _ := s.git("log", "--format=%H", "-n", fmt.Sprint(a["first"]), sha, "--", a["path"].(string))
	nodes := []node{}
	for _, commit := range strings.Fields(out) {
		nodes = append(nodes, s.commitNode(commit))
	}
	return node{"nodes": nodes}
}

func (s *Server) blame(sha, path string) any {
	out, ok := s.git("blame", "--porcelain", sha, "--", path)
	if !ok {
		return nil
	}
	ranges, commits := []node{}, map[string]node{}
	for line := range strings.SplitSeq(out, "\n") {
		part := strings.Fields(line)
		if len(part) != 4 || len(part[0]) != 40 || strings.HasPrefix(line, "\t") { // the first line of a range has its length
			continue
		}
		first, _ := strconv.Atoi(part[2])
		count, err := strconv.Atoi(part[3])
		if err != nil {
			continue
		}
		if commits[part[0]] == nil {
			commits[part[0]] = s.commitNode(part[0])
		}
		ranges = append(ranges, node{"startingLine": first, "endingLine": first + count - 1, "commit": commits[part[0]]})
	}
	return node{"ranges": ranges}
}

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

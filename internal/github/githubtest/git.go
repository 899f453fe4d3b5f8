package githubtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// git runs git in Settings.Git, and returns its output and whether it succeeded; false if that is empty.
func (s *Server) git(args ...string) (string, bool) {
	command := exec.Command("git", args...)
	command.Dir = s.Settings.Git
	out, err := command.Output()
	return string(out), err == nil && s.Settings.Git != ""
}

// codeName returns the repository of the code as OWNER/REPO.
func (s *Server) codeName() string { return cmp.Or(s.Settings.CodeRepository, s.owner+"/"+s.repo) }

func (s *Server) code(next handler) handler {
	return func(r *http.Request) answer {
		must(r.PathValue("owner")+"/"+r.PathValue("repo") == s.codeName(), notFound())
		must(!s.Settings.NoContents, s.notAccessible())
		return next(r)
	}
}

func (s *Server) getCommit(r *http.Request) answer {
	commit := s.commitNode(r.PathValue("ref"))
	must(commit != nil, fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+r.PathValue("ref")))
	return reply(http.StatusOK, object{"sha": commit["oid"], "files": []object{}})
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
	return reply(http.StatusOK, object{"sha": r.PathValue("sha"), "truncated": s.Settings.TreeTruncated, "tree": entries})
}

func (s *Server) compare(r *http.Request) answer {
	out, ok := s.git("rev-list", "--left-right", "--count", r.PathValue("range"))
	must(ok, notFound())
	only := strings.Fields(out) // number of commits only in the base, and only in the head
	differs := [2]bool{only[0] != "0", only[1] != "0"}
	status := map[[2]bool]string{{false, false}: "identical", {false, true}: "ahead", {true, false}: "behind", {true, true}: "diverged"}
	return reply(http.StatusOK, object{"status": status[differs], "files": []object{}, "commits": []object{}})
}

func (s *Server) getOwnerErrors(*http.Request) answer {
	must(s.Settings.Git != "", notFound())
	return reply(http.StatusOK, object{"errors": append([]object{}, s.Settings.OwnerErrors...)})
}

// commitNode returns a commit in the shape of GraphQL's Commit; nil if there is none.
func (s *Server) commitNode(revision string) object {
	out, ok := s.git("show", "--first-parent", "--name-only", "--format=%H%x00%cI%x00%an%x00%P%x00",
		"--end-of-options", revision+"^{commit}", "--")
	if !ok || revision == "" {
		return nil
	}
	part := strings.Split(out, "\x00") // after the last NUL: the names of the changed files
	sha, author := part[0], part[2]
	var user object
	if login := s.Settings.Accounts[author]; login != "" {
		user = object{"login": login}
	}
	pulls := []object{}
	if number := s.Settings.Pulls[sha]; number != 0 {
		pulls = append(pulls, object{"number": number})
	}
	return object{
		"__typename": "Commit", "oid": sha, "committedDate": part[1], "changedFilesIfAvailable": len(strings.Fields(part[4])),
		"parents": object{"totalCount": len(strings.Fields(part[3]))}, "author": object{"name": author, "user": user},
		"associatedPullRequests": object{"nodes": pulls},
		"repository":             object{"nameWithOwner": s.codeName()},
		"blame":                  resolver(func(a object) any { return s.blame(sha, a["path"].(string)) }),
		"history": resolver(func(a object) any {
			out, _ := s.git("log", "--format=%H", "-n", fmt.Sprint(a["first"]), sha, "--", a["path"].(string))
			return object{"nodes": each(strings.Fields(out), s.commitNode)}
		}),
		"file": resolver(func(a object) any { return object{"object": s.blobNode(sha + ":" + a["path"].(string))} }),
	}
}

func (s *Server) blobNode(expression string) object {
	text, ok := s.git("cat-file", "blob", expression)
	if !ok {
		return nil
	}
	return object{"__typename": "Blob", "text": text, "isTruncated": false, "isBinary": strings.Contains(text, "\x00")}
}

// blamed matches a range's first line in git's porcelain format: commit, original line, final line, count.
var blamed = regexp.MustCompile(`(?m)^([0-9a-f]{40}) \d+ (\d+) (\d+)$`)

func (s *Server) blame(sha, path string) object {
	out, ok := s.git("blame", "--porcelain", sha, "--", path)
	if !ok {
		return nil
	}
	ranges := []object{}
	for _, match := range blamed.FindAllStringSubmatch(out, -1) {
		first, _ := strconv.Atoi(match[2])
		count, _ := strconv.Atoi(match[3])
		ranges = append(ranges, object{"startingLine": first, "endingLine": first + count - 1, "commit": s.commitNode(match[1])})
	}
	return object{"ranges": ranges}
}

// Repo is a real git repository in a temporary folder, for Settings.Git.
type Repo struct {
	Dir    string
	t      testing.TB
	author string
	at     time.Time
}

// NewRepo returns an empty repository with the branch main. It skips the test if git is not installed.
func NewRepo(t testing.TB) Repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := Repo{t.TempDir(), t, "octocat", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	r.Run("init", "--quiet", "--initial-branch=main")
	return r
}

// Run runs git and returns its output without surrounding space.
func (r Repo) Run(args ...string) string {
	r.t.Helper()
	command := exec.Command("git", args...)
	command.Dir = r.Dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	for _, who := range []string{"GIT_AUTHOR_", "GIT_COMMITTER_"} {
		date := who + "DATE=" + r.at.Format(time.RFC3339)
		command.Env = append(command.Env, date, who+"NAME="+r.author, who+"EMAIL=a@example.com")
	}
	out, err := command.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// Commit writes files, commits them, and returns the commit's SHA.
func (r Repo) Commit(author string, at time.Time, title string, files map[string]string) string {
	r.t.Helper()
	for path, content := range files {
		path = filepath.Join(r.Dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			r.t.Fatal(err)
		}
	}
	r.author, r.at = author, at
	r.Run("add", "--all")
	r.Run("commit", "--quiet", "--allow-empty", "--message", title)
	return r.Run("rev-parse", "HEAD")
}

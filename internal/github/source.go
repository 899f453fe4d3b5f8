package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/polite"
)

// Commit returns the full SHA of the only commit whose SHA begins with sha; ErrNotFound if not just one does.
func (c *Client) Commit(ctx context.Context, sha string) (string, error) {
	var found struct{ SHA string }
	err := c.read(ctx, kindSource, c.path("commits/%s?per_page=1", url.PathEscape(sha)), &found)
	refused := refusalOf(err).status
	isBranch := err == nil && !strings.HasPrefix(found.SHA, sha)    // GitHub also resolves branches and tags
	if isBranch || slices.Contains([]int{404, 409, 422}, refused) { // 409 if the repository is empty
		err = ErrNotFound
	}
	return found.SHA, wrap(err, "get commit %s", sha)
}

// Tree returns the paths of all files in a commit, except symbolic links and submodules. It fails if there
// are more than GitHub lists: 100,000 entries or 7 MB.
func (c *Client) Tree(ctx context.Context, sha string) ([]string, error) {
	var tree struct {
		Truncated bool
		Tree      []struct{ Type, Mode, Path string }
	}
	err := c.read(ctx, kindSource, c.path("git/trees/%s?recursive=1", sha), &tree)
	if tree.Truncated {
		err = errors.New("the repository has too many files for GitHub to list")
	}
	if err != nil {
		return nil, fmt.Errorf("get tree: %w", err)
	}
	var paths []string
	for _, entry := range tree.Tree {
		if entry.Type == "blob" && entry.Mode != "120000" {
			paths = append(paths, entry.Path)
		}
	}
	return paths, nil
}

// Contains reports whether ancestor is commit or one of its ancestors; ErrNotFound if either does not exist.
func (c *Client) Contains(ctx context.Context, commit, ancestor string) (bool, error) {
	var compared struct{ Status string }
	address := c.path("compare/%s...%s?per_page=1", url.PathEscape(ancestor), url.PathEscape(commit))
	exists, err := c.find(ctx, kindSource, address, &compared)
	if err == nil && !exists {
		err = ErrNotFound
	}
	return compared.Status == "ahead" || compared.Status == "identical", wrap(err, "compare commits")
}

// Refs describes the repository's default branch and some of its tags.
type Refs struct {
	Branch, Head string            // name and commit of the default branch; empty if the repository is empty
	Tags         map[string]string // SHA of the commit by tag
	Page         string            // URL of the repository's page
	Visibility   string            // PUBLIC, INTERNAL or PRIVATE
}

// Refs returns the default branch and those of the given tags that exist.
func (c *Client) Refs(ctx context.Context, tags []string) (Refs, error) {
	type ref struct {
		Name   string
		Target struct { // a commit, or an annotated tag whose target is one
			OID    string
			Target struct{ OID string }
		}
	}
	query := "url visibility defaultBranchRef{name target{oid}}"
	for i, tag := range tags {
		query += fmt.Sprintf(" t%d:ref(qualifiedName:%s){name target{oid ...on Tag{target{oid}}}}", i, literal("refs/tags/"+tag))
	}
	answer, err := c.query(ctx, query)
	if err != nil {
		return Refs{}, fmt.Errorf("get branch and tags: %w", err)
	}
	branch := fieldOf[ref](answer, "defaultBranchRef")
	refs := Refs{
		Branch: branch.Name, Head: branch.Target.OID, Tags: map[string]string{},
		Page: fieldOf[string](answer, "url"), Visibility: fieldOf[string](answer, "visibility"),
	}
	for i, tag := range tags {
		target := fieldOf[ref](answer, fmt.Sprintf("t%d", i)).Target
		if sha := cmp.Or(target.Target.OID, target.OID); sha != "" {
			refs.Tags[tag] = sha
		}
	}
	return refs, nil
}

// Blame is a range of lines in a file and the commit that last changed them.
type Blame struct {
	StartingLine, EndingLine int
	Commit                   struct {
		OID                     string
		CommittedDate           time.Time
		ChangedFilesIfAvailable int
		Parents                 struct{ TotalCount int }
		Author                  struct {
			Name string
			User struct{ Login string }
		}
		AssociatedPullRequests struct{ Nodes []struct{ Number int } }
	}
}

// Wanted lists the paths of the files that Source reads, and of those whose blame or old versions it adds.
type Wanted struct{ Texts, Blames, Versions []string }

// File is a file as Source reads it. A field that GitHub omits is empty, as is Text if binary or too large.
type File struct {
	Text     string
	Blame    []Blame
	Versions []Version // newest first, at most MaxVersions
}

// Version is a version of a file, and when it was committed.
type Version struct {
	Text string
	At   time.Time
}

// MaxVersions is the largest number of versions of a file that Source reads.
const MaxVersions = 10

type blob struct {
	Text                  string
	IsTruncated, IsBinary bool
}

func (b blob) text() string {
	if b.IsTruncated || b.IsBinary {
		return ""
	}
	return b.Text
}

// Source reads files of a commit with one query, and returns them by path.
func (c *Client) Source(ctx context.Context, sha string, w Wanted) (map[string]File, error) {
	const text = "{...on Blob{text isTruncated isBinary}}"
	query, commits := "", ""
	for i, path := range w.Texts {
		query += fmt.Sprintf(" f%d:object(expression:%s)%s", i, literal(sha+":"+path), text)
		if slices.Contains(w.Blames, path) {
			commits += fmt.Sprintf(" b%d:blame(path:%s){ranges{startingLine endingLine commit{oid committedDate changedFilesIfAvailable "+
				"parents{totalCount} author{name user{login}} associatedPullRequests(first:1){nodes{number}}}}}", i, literal(path))
		}
		if slices.Contains(w.Versions, path) {
			commits += fmt.Sprintf(" h%d:history(path:%s,first:%d){nodes{committedDate file(path:%[2]s){object%[4]s}}}",
				i, literal(path), MaxVersions, text)
		}
	}
	if commits != "" {
		query += fmt.Sprintf(" commit:object(expression:%s){...on Commit{%s}}", literal(sha), commits)
	}
	answer, err := c.query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read code: %w", err)
	}
	type history struct {
		Nodes []struct {
			CommittedDate time.Time
			File          struct{ Object blob }
		}
	}
	files, commit := map[string]File{}, fieldOf[fields](answer, "commit")
	for i, path := range w.Texts {
		f := File{Text: fieldOf[blob](answer, fmt.Sprintf("f%d", i)).text()}
		f.Blame = fieldOf[struct{ Ranges []Blame }](commit, fmt.Sprintf("b%d", i)).Ranges
		for _, node := range fieldOf[history](commit, fmt.Sprintf("h%d", i)).Nodes {
			f.Versions = append(f.Versions, Version{node.File.Object.text(), node.CommittedDate})
		}
		files[path] = f
	}
	return files, nil
}

// Closer is the commit that last closed an issue, by itself or as the merge of a pull request.
type Closer struct {
	Commit     string    // empty if no commit closed the issue, such as when a person did
	Repository string    // OWNER/REPO that contains the commit
	At         time.Time // when the issue was closed
}

// Closer returns what last closed an issue, or the zero Closer if it was never closed.
func (c *Client) Closer(ctx context.Context, number int) (Closer, error) {
	const commitFields = "{oid repository{nameWithOwner}}"
	answer, err := c.query(ctx, fmt.Sprintf("issue(number:%d){timelineItems(itemTypes:[CLOSED_EVENT],last:1){nodes{...on ClosedEvent{"+
		"createdAt closer{...on Commit%s ...on PullRequest{mergeCommit%[2]s}}}}}}", number, commitFields))
	if err != nil {
		return Closer{}, fmt.Errorf("get what closed issue #%d: %w", number, err)
	}
	type commit struct {
		OID        string
		Repository struct{ NameWithOwner string }
	}
	type issue struct {
		TimelineItems struct {
			Nodes []struct {
				CreatedAt time.Time
				Closer    struct {
					commit
					MergeCommit commit
				}
			}
		}
	}
	var last Closer
	for _, e := range fieldOf[issue](answer, "issue").TimelineItems.Nodes {
		fix := cmp.Or(e.Closer.commit, e.Closer.MergeCommit)
		last = Closer{Commit: fix.OID, Repository: fix.Repository.NameWithOwner, At: e.CreatedAt}
	}
	return last, nil
}

// problem is an error in the answer to a query; the answer may still contain data.
type problem struct {
	Type, Message string
	Path          []any // to the field that failed; GitHub may still answer the others
}

// literal quotes foreign text for a query: every JSON string is a valid GraphQL string.
func literal(text string) string {
	quoted, _ := json.Marshal(text) // never fails for a string
	return string(quoted)
}

// query selects fields of this repository with GraphQL. If the answer contains data, query
// fails only for a spent rate limit or a missing permission.
func (c *Client) query(ctx context.Context, selection string) (fields, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // GitHub gives up on a query then
	defer cancel()
	text := fmt.Sprintf("query{repository(owner:%s,name:%s){%s}}", literal(c.owner), literal(c.repo), selection)
	address := "graphql"
	if strings.HasSuffix(c.base.Path, "/api/v3/") { // GitHub Enterprise Server has it at …/api/graphql
		address = "../graphql"
	}
	var answer struct {
		Data   struct{ Repository fields }
		Errors []problem
	}
	r := polite.Request{Kind: kindQuery, Method: http.MethodPost, URL: address}
	if err := c.call(ctx, r, map[string]string{"query": text}, &answer); err != nil {
		return nil, err
	}
	none := answer.Data.Repository == nil
	if none {
		answer.Errors = append(answer.Errors, problem{Message: "no data"})
	}
	for _, p := range answer.Errors {
		switch {
		case p.Type == "RATE_LIMITED":
			return nil, fmt.Errorf("%w: %s", ErrBudget, c.api.Quote(p.Message))
		case p.Type == "FORBIDDEN" && (none || len(p.Path) <= 2): // the repository or one of its fields
			return nil, c.explain(kindQuery, &refusal{status: http.StatusForbidden, message: p.Message})
		case p.Type == "NOT_FOUND" && none:
			return nil, c.explain(kindQuery, &refusal{status: http.StatusNotFound})
		case none:
			return nil, fmt.Errorf("GitHub answers: %s", c.api.Quote(p.Message))
		}
	}
	return answer.Data.Repository, nil
}

// fields holds the JSON of an answer's fields, by name or alias.
type fields map[string]json.RawMessage

// fieldOf decodes a field. The result is zero if the field is missing, null or of another shape.
func fieldOf[T any](f fields, name string) T {
	var value, zero T
	if json.Unmarshal(f[name], &value) != nil {
		return zero
	}
	return value
}

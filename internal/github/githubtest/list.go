package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// listIssues lists issues of every state by creation, which is all that is imitated.
func (s *Server) listIssues(r *http.Request) answer {
	query := r.URL.Query()
	must(query.Get("state") == "all" && !query.Has("since") && cmp.Or(query.Get("sort"), "created") == "created",
		fail(http.StatusNotImplemented, "githubtest does not imitate such a list of issues"))
	found := s.selectIssues(query)
	size := positive(query.Get("per_page"), 30, 100)
	page := positive(query.Get("page"), 1, 1<<20)
	must(page*size <= s.settings.PagesReach, fail(http.StatusUnprocessableEntity,
		"Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)"))
	start := min((page-1)*size, len(found))
	if after := query.Get("after"); after != "" {
		start = s.afterCursor(found, after)
	}
	end := min(start+size, len(found))
	out := reply(http.StatusOK, each(found[start:end], func(issue *stored) object { return s.wireIssue(r, issue) }))
	if end < len(found) {
		return out.With("Link", s.nextLink(r, page, found[end-1]))
	}
	return out
}

func positive(text string, otherwise, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return min(n, most)
}

func (s *Server) selectIssues(query url.Values) []*stored {
	creator, labels := query.Get("creator"), query.Get("labels")
	var found []*stored
	for _, issue := range s.issues {
		if !issue.deleted && !issue.transferred && (creator == "" || strings.EqualFold(creator, issue.Author)) && hasLabels(issue, labels) {
			found = append(found, issue)
		}
	}
	slices.SortFunc(found, byCreation)
	if query.Get("direction") != "asc" {
		slices.Reverse(found)
	}
	return found
}

func byCreation(a, b *stored) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Number, b.Number))
}

func hasLabels(issue *stored, list string) bool {
	for want := range strings.SplitSeq(list, ",") {
		has := slices.ContainsFunc(issue.Labels, func(l string) bool { return strings.EqualFold(l, want) })
		if want != "" && !has {
			return false
		}
	}
	return true
}

// nextLink writes the Link header, by page number or by cursor. Either way the
// address names the repository by id, as GitHub's do.
func (s *Server) nextLink(r *http.Request, page int, last *stored) string {
	query := r.URL.Query()
	query.Set("page", strconv.Itoa(page+1))
	if s.settings.CursorPages {
		query.Del("page")
		query.Set("after", "cursor:v2:"+strconv.Itoa(last.Number))
	}
	return fmt.Sprintf(`<%s/repositories/%d/issues?%s>; rel="next"`, base(r), repositoryID, query.Encode())
}

// afterCursor returns where the issues after a cursor begin, even if its own
// issue has been deleted meanwhile.
func (s *Server) afterCursor(found []*stored, after string) int {
	number, err := strconv.Atoi(after[strings.LastIndex(after, ":")+1:])
	if err != nil || number < 1 || number > len(s.issues) {
		return len(found)
	}
	start, _ := slices.BinarySearchFunc(found, s.issues[number-1], func(issue, last *stored) int { return cmp.Or(byCreation(issue, last), -1) })
	return start
}

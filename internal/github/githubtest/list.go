package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// listIssues lists issues of every state by creation; other lists are not imitated.
func (s *Server) listIssues(r *http.Request) answer {
	query := r.URL.Query()
	must(query.Get("state") == "all" && !query.Has("since") && cmp.Or(query.Get("sort"), "created") == "created",
		fail(http.StatusNotImplemented, "githubtest does not imitate such a list of issues"))
	order := func(a, b *Issue) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Number, b.Number))
	}
	if query.Get("direction") != "asc" {
		ascending := order
		order = func(a, b *Issue) int { return ascending(b, a) }
	}
	last, _ := strconv.Atoi(strings.TrimPrefix(query.Get("after"), cursor))
	creator := query.Get("creator")
	found := slices.DeleteFunc(s.present(), func(i *Issue) bool {
		return creator != "" && !strings.EqualFold(creator, i.Author) || !hasLabels(i, query.Get("labels")) || last > 0 && order(i, s.find(last)) <= 0
	})
	slices.SortFunc(found, order)
	size, page := positive(query.Get("per_page"), 30, 100), positive(query.Get("page"), 1, 1<<20)
	must(page*size <= s.settings.PagesReach, fail(http.StatusUnprocessableEntity,
		"Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)"))
	start := min((page-1)*size, len(found))
	end := min(start+size, len(found))
	out := reply(http.StatusOK, each(found[start:end], s.wireIssue))
	if end == len(found) {
		return out
	}
	query.Set("page", strconv.Itoa(page+1))
	if s.settings.CursorPages {
		query.Del("page")
		query.Set("after", cursor+strconv.Itoa(found[end-1].Number))
	}
	return out.With("Link", fmt.Sprintf(`<%s/repositories/%d/issues?%s>; rel="next"`, base(r), repositoryID, query.Encode()))
}

// cursor begins a cursor: the number of the last issue of a page follows.
const cursor = "cursor:v2:"

func positive(text string, otherwise, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return min(n, most)
}

func hasLabels(issue *Issue, list string) bool {
	for want := range strings.SplitSeq(list, ",") {
		if want != "" && labelIndex(issue.Labels, want) < 0 {
			return false
		}
	}
	return true
}

package githubtest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) listIssues(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	state := cmp.Or(query.Get("state"), "open")
	if !slices.Contains([]string{"open", "closed", "all"}, state) {
		invalid(w, problem{Resource: "Issue", Field: "state", Code: "invalid", Value: state})
		return
	}
	found, order := s.selectIssues(state, query), inOrder(query)
	slices.SortFunc(found, order)
	size := positive(query.Get("per_page"), 30, 100)
	page := positive(query.Get("page"), 1, 1<<20)
	if page*size > s.settings.PagesReach {
		fail(w, http.StatusUnprocessableEntity, "Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)")
		return
	}
	start := min((page-1)*size, len(found))
	if after := query.Get("after"); after != "" {
		start = s.afterCursor(found, order, after)
	}
	end := min(start+size, len(found))
	if link := s.links(r, found, page, size, end); link != "" {
		w.Header().Set("Link", link)
	}
	out := []object{}
	for _, issue := range found[start:end] {
		out = append(out, s.wireIssue(r, issue))
	}
	reply(w, http.StatusOK, out)
}

func positive(text string, otherwise, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return min(n, most)
}

// selectIssues filters as the query says.
func (s *Server) selectIssues(state string, query url.Values) []*stored {
	since, _ := time.Parse(time.RFC3339, query.Get("since"))
	creator, labels := query.Get("creator"), query.Get("labels")
	var found []*stored
	for _, issue := range s.issues {
		if !issue.deleted && !issue.transferred &&
			(state == "all" || issue.State == state) &&
			(creator == "" || strings.EqualFold(creator, issue.Author)) &&
			!issue.UpdatedAt.Before(since) &&
			hasLabels(issue, labels) {
			found = append(found, issue)
		}
	}
	return found
}

// hasLabels reports whether an issue has all labels of a comma-separated list.
func hasLabels(issue *stored, list string) bool {
	for _, want := range strings.Split(list, ",") {
		has := slices.ContainsFunc(issue.Labels, func(l string) bool { return strings.EqualFold(l, want) })
		if want != "" && !has {
			return false
		}
	}
	return true
}

// inOrder compares two issues by the query's sort and direction.
func inOrder(query url.Values) func(a, b *stored) int {
	by, ascending := query.Get("sort"), query.Get("direction") == "asc"
	return func(a, b *stored) int {
		order := a.CreatedAt.Compare(b.CreatedAt)
		switch by {
		case "updated":
			order = a.UpdatedAt.Compare(b.UpdatedAt)
		case "comments":
			order = cmp.Compare(len(a.Comments), len(b.Comments))
		}
		order = cmp.Or(order, cmp.Compare(a.Number, b.Number))
		if !ascending {
			return -order
		}
		return order
	}
}

// links writes the Link header, by page number or by cursor. Either way the
// addresses name the repository by id, as GitHub's do.
func (s *Server) links(r *http.Request, found []*stored, page, size, end int) string {
	link := func(rel, key, value string) string {
		query := r.URL.Query()
		query.Del("page")
		query.Del("after")
		query.Set(key, value)
		return fmt.Sprintf(`<%s/repositories/%d/issues?%s>; rel="%s"`, base(r), repositoryID, query.Encode(), rel)
	}
	var links []string
	if page > 1 && !s.settings.CursorPages {
		links = append(links, link("prev", "page", strconv.Itoa(page-1)))
	}
	switch {
	case end >= len(found):
	case s.settings.CursorPages:
		links = append(links, link("next", "after", cursor(found[end-1])))
	default:
		last := (len(found) + size - 1) / size
		links = append(links, link("next", "page", strconv.Itoa(page+1)), link("last", "page", strconv.Itoa(last)))
	}
	return strings.Join(links, ", ")
}

const cursorPrefix = "cursor:v2:"

func cursor(last *stored) string {
	return base64.StdEncoding.EncodeToString([]byte(cursorPrefix + strconv.Itoa(last.Number)))
}

// afterCursor returns where the issues after a cursor begin, even if its own
// issue has been deleted meanwhile.
func (s *Server) afterCursor(found []*stored, order func(a, b *stored) int, after string) int {
	text, _ := base64.StdEncoding.DecodeString(after)
	number, err := strconv.Atoi(strings.TrimPrefix(string(text), cursorPrefix))
	if err != nil || number < 1 || number > len(s.issues) {
		return len(found)
	}
	last := s.issues[number-1]
	first := slices.IndexFunc(found, func(issue *stored) bool { return order(last, issue) < 0 })
	if first < 0 {
		return len(found)
	}
	return first
}

package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/fake"
)

const (
	enterprisePrefix = "/api/v3"
	repositoryID     = 1296269
	workflowLogin    = "github-actions[bot]"
)

func (s *Server) route() {
	repo := fmt.Sprintf("/repos/%s/%s", s.owner, s.repo)
	s.mux.Handle("GET /user", handler(s.getUser))
	s.mux.Handle("GET "+repo, handler(s.getRepository))
	s.mux.Handle("GET "+repo+"/contents/{path...}", handler(s.getContents))
	s.mux.Handle("POST "+repo+"/dispatches", handler(s.createDispatch))
	s.mux.Handle("GET "+repo+"/actions/workflows/{file}", handler(s.getWorkflow))
	s.mux.Handle("GET "+repo+"/labels/{name}", handler(s.getLabel))
	s.mux.Handle("GET "+repo+"/assignees/{login}", handler(s.getAssignee))
	s.mux.Handle("GET "+repo+"/issue-types", handler(s.listTypes))
	s.mux.Handle("POST "+repo+"/labels", s.writes(s.createLabel))
	s.mux.Handle("GET "+repo+"/issues", s.reads(s.listIssues))
	s.mux.Handle("POST "+repo+"/issues", s.writes(s.createIssue))
	s.mux.Handle("GET "+repo+"/issues/{number}", s.reads(s.onIssue(s.getIssue)))
	s.mux.Handle("PATCH "+repo+"/issues/{number}", s.writes(s.onIssue(s.editIssue)))
	s.mux.Handle("GET "+repo+"/issues/{number}/comments", s.reads(s.onIssue(s.listComments)))
	s.mux.Handle("POST "+repo+"/issues/{number}/comments", s.writes(s.onIssue(s.createComment)))
	s.mux.Handle("DELETE "+repo+"/issues/comments/{id}", s.writes(s.deleteComment))
	s.mux.Handle("POST "+repo+"/issues/{number}/labels", s.writes(s.onIssue(s.addLabels)))
	s.mux.Handle("DELETE "+repo+"/issues/{number}/labels/{name}", s.writes(s.onIssue(s.removeLabel)))
	s.mux.Handle("GET /repos/{owner}/{repo}/commits/{ref}", s.code(s.getCommit))
	s.mux.Handle("GET /repos/{owner}/{repo}/git/trees/{sha}", s.code(s.getTree))
	s.mux.Handle("GET /repos/{owner}/{repo}/compare/{range}", s.code(s.compare))
	s.mux.Handle("GET /repos/{owner}/{repo}/codeowners/errors", s.code(s.getOwnerErrors))
	s.mux.Handle("POST /graphql", handler(s.graphQL))
	s.mux.Handle("POST /api/graphql", handler(s.graphQL)) // of an Enterprise Server
	s.mux.Handle("/", handler(func(*http.Request) answer { return notFound() }))
}

// apply carries a request out.
func (s *Server) apply(w http.ResponseWriter, r *http.Request, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fake.Serve(w, func() {
		s.admit(w.Header(), r, body)
		s.mux.ServeHTTP(w, r)
	})
}

// admit checks who asks, how often, and for which repository.
func (s *Server) admit(h http.Header, r *http.Request, body string) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	must((scheme == "Bearer" || scheme == "token") && token == s.settings.Token, fail(http.StatusUnauthorized, "Bad credentials"))
	must(r.Header.Get("User-Agent") != "",
		fail(http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"))
	s.limit(h, r)
	must(body == "" || json.Valid([]byte(body)), fail(http.StatusBadRequest, "Problems parsing JSON"))
	byID := fmt.Sprintf("/repositories/%d", repositoryID)
	named := fmt.Sprintf("/repos/%s/%s", s.owner, s.repo)
	rest, isNamed := strings.CutPrefix(r.URL.Path, named)
	must(!s.settings.Renamed || !isNamed, moved(r, base(r)+byID+rest))
	if rest, ok := strings.CutPrefix(r.URL.Path, byID); ok {
		r.URL.Path = named + rest
	}
}

// reads and writes check what every request about issues needs. GitHub has
// issues readable wherever the repository is.
func (s *Server) reads(next handler) handler {
	return func(r *http.Request) answer {
		must(!s.settings.IssuesDisabled, fail(http.StatusGone, "Issues are disabled for this repo"))
		return next(r)
	}
}

func (s *Server) writes(next handler) handler {
	return s.reads(func(r *http.Request) answer {
		must(!s.settings.Archived, fail(http.StatusForbidden, "Repository was archived so is read-only."))
		must(!s.settings.NoIssuesWrite, s.notAccessible().With("X-Accepted-GitHub-Permissions", "issues=write"))
		return next(r)
	})
}

// notAccessible is how GitHub words a missing permission, by kind of token.
func (s *Server) notAccessible() answer {
	kind := "personal access token"
	if strings.HasSuffix(s.settings.Login, "[bot]") {
		kind = "integration"
	}
	return fail(http.StatusForbidden, "Resource not accessible by "+kind)
}

// onIssue finds the issue of the path, or says what became of it.
func (s *Server) onIssue(next func(*http.Request, *stored) answer) handler {
	return func(r *http.Request) answer {
		number, _ := strconv.Atoi(r.PathValue("number"))
		must(number >= 1 && number <= len(s.issues), notFound())
		issue := s.issues[number-1]
		must(!issue.deleted, fail(http.StatusGone, "This issue was deleted"))
		must(!issue.transferred, moved(r, fmt.Sprintf("%s/repositories/%d/issues/%d", base(r), repositoryID+1, number)))
		return next(r, issue)
	}
}

// base is the API's own address, as the client asked for it.
func base(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, enterprisePrefix+"/") {
		return "http://" + r.Host + enterprisePrefix
	}
	return "http://" + r.Host
}

func moved(r *http.Request, to string) answer {
	status := http.StatusTemporaryRedirect
	if r.Method == http.MethodGet {
		status = http.StatusMovedPermanently
	}
	return fail(status, http.StatusText(status)).With("Location", to)
}

func notFound() answer { return fail(http.StatusNotFound, "Not Found") }

// GitHub's secondary limits.
const (
	contentPerMinute = 80
	contentPerHour   = 500
	pointsPerMinute  = 900
	readPoints       = 1
	writePoints      = 5
)

type limits struct {
	reset   time.Time // end of the hour that began with its first request
	used    int
	content []time.Time // issues and comments created
	points  []time.Time // one entry a point
}

// limit counts a request, writes the headers of the rate limit, and refuses beyond a limit.
func (s *Server) limit(h http.Header, r *http.Request) {
	if s.settings.Unlimited {
		return
	}
	if strings.HasSuffix(r.URL.Path, "/graphql") { // a budget of its own, of which no test uses much
		h.Set("X-RateLimit-Resource", "graphql")
		h.Set("X-RateLimit-Remaining", "900")
		h.Set("X-RateLimit-Reset", strconv.FormatInt(s.now().Add(time.Hour).Unix(), 10))
		return
	}
	now, l := s.now(), &s.limits
	if !now.Before(l.reset) {
		l.reset, l.used = now.Add(time.Hour), 0
	}
	refused := l.used >= s.settings.HourlyLimit
	if !refused {
		l.used++
	}
	s.limitHeaders(h)
	must(!refused, fail(http.StatusForbidden, "API rate limit exceeded for installation."))
	must(l.secondary(r, now), fail(http.StatusForbidden, "You have exceeded a secondary rate limit and have been temporarily blocked "+
		"from content creation. Please retry your request again later.").With("Retry-After", "60"))
}

func (s *Server) limitHeaders(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(s.settings.HourlyLimit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(s.settings.HourlyLimit-s.limits.used))
	h.Set("X-RateLimit-Used", strconv.Itoa(s.limits.used))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(s.limits.reset.Unix(), 10))
	h.Set("X-RateLimit-Resource", "core")
}

// secondary counts points and content, and reports whether the request is within.
func (l *limits) secondary(r *http.Request, now time.Time) bool {
	l.points = since(l.points, now.Add(-time.Minute))
	l.content = since(l.content, now.Add(-time.Hour))
	cost := readPoints
	if r.Method != http.MethodGet {
		cost = writePoints
	}
	if len(l.points)+cost > pointsPerMinute {
		return false
	}
	l.points = append(l.points, slices.Repeat([]time.Time{now}, cost)...)
	content := strings.HasSuffix(r.URL.Path, "/issues") || strings.HasSuffix(r.URL.Path, "/comments")
	if r.Method != http.MethodPost || !content {
		return true
	}
	if len(since(l.content, now.Add(-time.Minute))) >= contentPerMinute || len(l.content) >= contentPerHour {
		return false
	}
	l.content = append(l.content, now)
	return true
}

// since drops what happened up to a moment. Times come in order.
func since(times []time.Time, moment time.Time) []time.Time {
	first := slices.IndexFunc(times, func(t time.Time) bool { return t.After(moment) })
	if first < 0 {
		return nil
	}
	return times[first:]
}

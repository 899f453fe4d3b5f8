package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const enterprisePrefix, repositoryID = "/api/v3", 1296269

func (s *Server) route() {
	repo := fmt.Sprintf("/repos/%s/%s", s.owner, s.repo)
	for pattern, serve := range map[string]handler{
		"GET /user":                                         s.getUser,
		"GET " + repo:                                       s.getRepository,
		"GET " + repo + "/contents/{path...}":               s.getContents,
		"POST " + repo + "/dispatches":                      s.createDispatch,
		"GET " + repo + "/actions/workflows/{file}":         s.getWorkflow,
		"GET " + repo + "/labels/{name}":                    s.getLabel,
		"POST " + repo + "/labels":                          s.createLabel,
		"GET " + repo + "/assignees/{login}":                s.getAssignee,
		"GET " + repo + "/issue-types":                      s.listTypes,
		"GET " + repo + "/issues":                           s.listIssues,
		"POST " + repo + "/issues":                          s.createIssue,
		"GET " + repo + "/issues/{number}":                  s.onIssue(s.getIssue),
		"PATCH " + repo + "/issues/{number}":                s.onIssue(s.editIssue),
		"GET " + repo + "/issues/{number}/comments":         s.onIssue(s.listComments),
		"POST " + repo + "/issues/{number}/comments":        s.onIssue(s.createComment),
		"DELETE " + repo + "/issues/comments/{id}":          s.deleteComment,
		"POST " + repo + "/issues/{number}/labels":          s.onIssue(s.addLabels),
		"DELETE " + repo + "/issues/{number}/labels/{name}": s.onIssue(s.removeLabel),
		"GET /repos/{owner}/{repo}/commits/{ref}":           s.code(s.getCommit),
		"GET /repos/{owner}/{repo}/git/trees/{sha}":         s.code(s.getTree),
		"GET /repos/{owner}/{repo}/compare/{range}":         s.code(s.compare),
		"GET /repos/{owner}/{repo}/codeowners/errors":       s.code(s.getOwnerErrors),
		"POST /graphql":                                     s.graphQL,
		"POST /api/graphql":                                 s.graphQL, // on an Enterprise Server
		"/":                                                 func(*http.Request) answer { return notFound() },
	} {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { serve(r).Write(w) })
	}
}

// admit refuses requests that lack valid credentials or exceed a rate limit, or that the token or the state
// of the repository forbids. Reading issues needs no permission. Paths with the repository's id get its name.
func (s *Server) admit(h http.Header, r *http.Request) {
	must(r.Header.Get("Authorization") == "Bearer "+s.Settings.Token, fail(http.StatusUnauthorized, "Bad credentials"))
	must(r.Header.Get("User-Agent") != "",
		fail(http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"))
	s.limit(h, r)
	byID, named := fmt.Sprintf("/repositories/%d", repositoryID), fmt.Sprintf("/repos/%s/%s", s.owner, s.repo)
	rest, isNamed := strings.CutPrefix(r.URL.Path, named)
	must(!s.Settings.Renamed || !isNamed, moved(r, base(r)+byID+rest))
	if rest, ok := strings.CutPrefix(r.URL.Path, byID); ok {
		r.URL.Path = named + rest
	}
	writes := r.Method != http.MethodGet
	rest = strings.TrimPrefix(r.URL.Path, named)
	must(!writes || !s.Settings.NoPush || !strings.Contains(rest, "/labels"), s.notAccessible())
	if strings.HasPrefix(rest, "/issues") || writes && rest == "/labels" {
		must(!s.Settings.IssuesDisabled, fail(http.StatusGone, "Issues are disabled for this repo"))
		must(!writes || !s.Settings.Archived, fail(http.StatusForbidden, "Repository was archived so is read-only."))
		must(!writes || !s.Settings.NoIssuesWrite, s.notAccessible())
	}
}

// notAccessible is GitHub's answer if the token lacks a permission.
func (s *Server) notAccessible() answer {
	kind := map[bool]string{true: "integration", false: "personal access token"}[strings.HasSuffix(s.Settings.Login, "[bot]")]
	return fail(http.StatusForbidden, "Resource not accessible by "+kind)
}

// onIssue passes the issue in the path to next, or answers that it was deleted, transferred or never there.
func (s *Server) onIssue(next func(*http.Request, *Issue) answer) handler {
	return func(r *http.Request) answer {
		number, _ := strconv.Atoi(r.PathValue("number"))
		issue := s.issue(number)
		must(issue != nil, notFound())
		must(issue.gone != http.StatusGone, fail(http.StatusGone, "This issue was deleted"))
		must(issue.gone != http.StatusMovedPermanently, moved(r, fmt.Sprintf("%s/repositories/%d/issues/%d", base(r), repositoryID+1, number)))
		return next(r, issue)
	}
}

// base returns the API's base URL as the client addressed it.
func base(r *http.Request) string {
	prefix, _, _ := strings.Cut(r.RequestURI, "/repo")
	return "http://" + r.Host + prefix
}

func moved(r *http.Request, to string) answer {
	reads := r.Method == http.MethodGet
	status := map[bool]int{true: http.StatusMovedPermanently, false: http.StatusTemporaryRedirect}[reads]
	return fail(status, http.StatusText(status)).With("Location", to)
}

func notFound() answer { return fail(http.StatusNotFound, "Not Found") }

type limits struct {
	reset time.Time // end of the hour that began with its first request
	used  int
	sent  []cost // accepted in the last hour, except GraphQL
}

type cost struct {
	at              time.Time
	points, content int // content counts issues and comments created
}

// limit counts a request, sets the rate limit headers, and refuses the request if it exceeds a limit.
func (s *Server) limit(h http.Header, r *http.Request) {
	if s.Settings.Unlimited {
		return
	}
	now, l, limit, resource := s.now(), &s.limits, s.Settings.HourlyLimit, "core"
	if !now.Before(l.reset) {
		l.reset, l.used = now.Add(time.Hour), 0
	}
	used := l.used + 1
	if strings.HasSuffix(r.URL.Path, "/graphql") { // a budget of its own, which the fake never exhausts
		used, limit, resource = 100, 1000, "graphql"
	} else {
		l.used = used
	}
	for name, value := range map[string]any{
		"Limit": limit, "Remaining": max(limit-used, 0), "Used": min(used, limit), "Reset": l.reset.Unix(), "Resource": resource,
	} {
		h.Set("X-RateLimit-"+name, fmt.Sprint(value))
	}
	must(used <= limit, fail(http.StatusForbidden, "API rate limit exceeded for installation."))
	must(resource == "graphql" || l.secondary(r, now), fail(http.StatusForbidden, "You have exceeded a secondary rate limit and have been "+
		"temporarily blocked from content creation. Please retry your request again later.").With("Retry-After", "60"))
}

// secondary reports whether a request is within GitHub's secondary limits, and if so counts it: 900 points a
// minute, where a read costs 1 and a write 5; and 80 new issues and comments a minute, 500 an hour.
func (l *limits) secondary(r *http.Request, now time.Time) bool {
	c := cost{at: now, points: 1}
	if r.Method != http.MethodGet {
		c.points = 5
	}
	if r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/issues") || strings.HasSuffix(r.URL.Path, "/comments")) {
		c.content = 1
	}
	l.sent = slices.DeleteFunc(l.sent, func(before cost) bool { return now.Sub(before.at) >= time.Hour })
	points, perMinute, perHour := 0, 0, 0
	sent := append(l.sent, c)
	for _, s := range sent {
		perHour += s.content
		if now.Sub(s.at) < time.Minute {
			points, perMinute = points+s.points, perMinute+s.content
		}
	}
	if points > 900 || c.content > 0 && (perMinute > 80 || perHour > 500) {
		return false
	}
	l.sent = sent
	return true
}

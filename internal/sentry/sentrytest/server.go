// Package sentrytest is a fake Sentry for tests. It serves the part of the API that errmon uses, in Sentry's
// JSON and with its limits: pages have at most 100 issues and the last one has results="false" in its Link
// header, counts are strings, every event contains user data, tokens have scopes (organization
// tokens have none), and requests beyond those that a window allows get a 429.
package sentrytest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/fake"
)

// Settings are what a test may change while the server runs.
type Settings struct {
	Projects       []string
	Tokens         map[string][]string            // token → scopes
	PageSize       int                            // issues on a page, unless the request asks for fewer; 100 in Sentry
	Window         int                            // requests per second and endpoint; 40 in Sentry
	UnknownProject int                            // status of a list for an unknown project: 403, or 404 in some versions of Sentry
	Break          func(fake.Request) *fake.Fault // called for each request, one at a time; nil lets it succeed
	Now            func() time.Time
}

// Server is a fake Sentry with one organization. Create it with New.
type Server struct {
	fake.Service[Settings]
	issues []Issue
	nextID int
	window map[string]int // endpoint and second → requests
	mux    *http.ServeMux
}

// New returns a Sentry with the organization "acme", these projects, and one read-only token, "token".
func New(projects ...string) *Server {
	s := &Server{nextID: 4101, window: map[string]int{}}
	s.Settings = Settings{
		Projects: projects, Now: time.Now, PageSize: 100, Window: 40, UnknownProject: http.StatusForbidden,
		Tokens: map[string][]string{"token": {"event:read", "project:read"}},
	}
	s.mux = http.NewServeMux()
	s.handle("GET /api/0/organizations/{org}/issues/{$}", "event:read", s.list)
	s.handle("GET /api/0/organizations/{org}/issues/{id}/{$}", "event:read", s.get)
	s.handle("PUT /api/0/organizations/{org}/issues/{id}/{$}", "event:write", s.update)
	s.handle("GET /api/0/organizations/{org}/issues/{id}/events/{event}/{$}", "event:read", s.event)
	s.handle("GET /api/0/projects/{org}/{project}/{$}", "project:read", s.project)
	return s
}

// Clone returns another server with the same settings and issues, but without the requests.
func (s *Server) Clone() *Server {
	s.Lock()
	defer s.Unlock()
	c := New()
	c.Settings, c.nextID = s.Settings, s.nextID
	c.Settings.Tokens = maps.Clone(s.Settings.Tokens)
	c.issues = slices.Clone(s.issues)
	return c
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, &s.Settings.Break, s.mux.ServeHTTP)
}

// handle adds a route. It checks rate limit, token, organization and scope first, in Sentry's order.
func (s *Server) handle(pattern, scope string, answer func(http.Header, *http.Request) any) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		second := s.Settings.Now().Unix()
		key := fmt.Sprint(r.Pattern, second)
		s.window[key]++
		left := s.Settings.Window - s.window[key]
		w.Header().Set("X-Sentry-Rate-Limit-Remaining", strconv.Itoa(max(0, left)))
		w.Header().Set("X-Sentry-Rate-Limit-Reset", strconv.FormatInt(second+1, 10))
		must(left >= 0, http.StatusTooManyRequests,
			"You are attempting to use this endpoint too frequently. Limit is 40 requests in 1 seconds")
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		scopes, known := s.Settings.Tokens[token]
		must(ok, http.StatusUnauthorized, "Authentication credentials were not provided.")
		must(known, http.StatusUnauthorized, "Invalid token")
		must(r.PathValue("org") == "acme", http.StatusNotFound, notFound)
		must(!strings.HasPrefix(token, "sntrys_") && slices.Contains(scopes, scope), http.StatusForbidden, notAllowed)
		fake.Answer{Status: http.StatusOK, Body: answer(w.Header(), r)}.Write(w)
	})
}

type object = fake.Object

const (
	notFound   = "The requested resource does not exist"
	notAllowed = "You do not have permission to perform this action."
)

// must refuses the request if ok is false.
func must(ok bool, status int, detail string) {
	fake.Must(ok, fake.Answer{Status: status, Body: fake.Object{"detail": detail}})
}

func (s *Server) project(_ http.Header, r *http.Request) any {
	must(slices.Contains(s.Settings.Projects, r.PathValue("project")), http.StatusNotFound, notFound)
	return object{"slug": r.PathValue("project")}
}

// Package sentrytest is a Sentry that tests can run over loopback: the part of its API that errmon uses, in
// its wire format and with its real limits. Pages hold at most 100 issues and end with results="false",
// counts are strings, every event names its user, tokens have scopes (organization tokens have none), and a
// window of requests that is used up answers 429.
package sentrytest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/org/errmon-action/internal/fake"
)

// Settings are what a test may change while the server runs.
type Settings struct {
	Projects       []string
	Tokens         map[string][]string // token → scopes
	PageSize       int                 // of a list, unless less is asked for; Sentry's own is 100
	Window         int                 // requests a second and endpoint; Sentry's own is 40
	UnknownProject int                 // status for a project that does not exist: 403 as in Sentry, or 404 as in some versions
	// Fault, if set, is asked before each request: above 0 is the status, below 0 cuts the connection.
	Fault func(Request) int
	Now   func() time.Time
}

// Request is one request as it came in.
type Request struct {
	Method, Path, Query, Body string
}

// Server is one organization. See New.
type Server struct {
	mu       sync.Mutex
	settings Settings
	issues   []Issue
	nextID   int
	requests []Request
	window   map[string]int // endpoint and second → requests
	mux      *http.ServeMux
}

// New returns the organization "acme" with these projects and one token, "token", that may read.
func New(projects ...string) *Server {
	s := &Server{nextID: 4101, window: map[string]int{}, settings: Settings{
		Projects: projects, Now: time.Now, PageSize: 100, Window: 40, UnknownProject: http.StatusForbidden,
		Tokens: map[string][]string{"token": {"event:read", "project:read"}},
	}}
	s.mux = http.NewServeMux()
	s.handle("GET /api/0/organizations/{org}/issues/{$}", "event:read", s.list)
	s.handle("GET /api/0/organizations/{org}/issues/{id}/{$}", "event:read", s.get)
	s.handle("PUT /api/0/organizations/{org}/issues/{id}/{$}", "event:write", s.update)
	s.handle("GET /api/0/organizations/{org}/issues/{id}/events/{event}/{$}", "event:read", s.event)
	s.handle("GET /api/0/projects/{org}/{project}/{$}", "project:read", s.project)
	return s
}

// Configure changes the settings.
func (s *Server) Configure(change func(*Settings)) { fake.Change(&s.mu, &s.settings, change) }

// Requests returns all requests so far, in order.
func (s *Server) Requests() []Request { return fake.Copy(&s.mu, &s.requests) }

// Clone returns another server in the same state, without requests.
func (s *Server) Clone() *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New()
	c.settings, c.nextID = s.settings, s.nextID
	c.settings.Tokens = maps.Clone(s.settings.Tokens)
	c.issues = slices.Clone(s.issues)
	return c
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	request := Request{r.Method, r.URL.Path, r.URL.RawQuery, string(body)}
	s.requests = append(s.requests, request)
	status := 0
	if s.settings.Fault != nil {
		status = s.settings.Fault(request)
	}
	if status < 0 {
		panic(http.ErrAbortHandler)
	}
	fake.Serve(w, func() {
		must(status == 0, status, "Internal Error")
		s.mux.ServeHTTP(w, r)
	})
}

// handle routes requests, and refuses some before an endpoint sees them, in Sentry's order.
func (s *Server) handle(pattern, scope string, answer func(http.Header, *http.Request) any) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		second := s.settings.Now().Unix()
		key := fmt.Sprint(r.Pattern, second)
		s.window[key]++
		left := s.settings.Window - s.window[key]
		w.Header().Set("X-Sentry-Rate-Limit-Remaining", strconv.Itoa(max(0, left)))
		w.Header().Set("X-Sentry-Rate-Limit-Reset", strconv.FormatInt(second+1, 10))
		must(left >= 0, http.StatusTooManyRequests, "You are attempting to use this endpoint too frequently. Limit is 40 requests in 1 seconds")
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		scopes, known := s.settings.Tokens[token]
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

// must refuses the request unless ok.
func must(ok bool, status int, detail string) {
	fake.Must(ok, fake.Answer{Status: status, Body: fake.Object{"detail": detail}})
}

func (s *Server) project(_ http.Header, r *http.Request) any {
	must(slices.Contains(s.settings.Projects, r.PathValue("project")), http.StatusNotFound, notFound)
	return object{"slug": r.PathValue("project")}
}

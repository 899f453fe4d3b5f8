// Package sentrytest is a Sentry that tests can run over loopback: the part of
// its API that errmon uses, in its wire format and with its real limits. Pages
// hold at most 100 issues and end with results="false", counts are strings,
// every event names its user, tokens have scopes, organization tokens have none
// of them, and a window of requests that is used up answers 429.
package sentrytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Settings are what a test may change while the server runs.
type Settings struct {
	Organization string
	Projects     []string
	Tokens       map[string][]string // token → scopes
	PageSize     int                 // of a list, at most what is asked for; Sentry's own is 100
	Window       int                 // requests a second and endpoint; Sentry's own is 40
	// UnknownProject is the status that a project that does not exist is answered
	// with: 403 as Sentry does, or 404 as some versions do.
	UnknownProject int
	// Fault, where it is set, is asked before each request. A status above 0 is
	// answered instead; below 0 the connection is cut.
	Fault func(Request) int
	Now   func() time.Time
}

// Request is one request as it came in.
type Request struct {
	Method, Path, Query, Body string
}

// Server is one organization. Its zero value is of no use: see New.
type Server struct {
	mu       sync.Mutex
	settings Settings
	issues   []*Issue
	nextID   int
	requests []Request
	window   map[string]int // endpoint and second → requests
	mux      *http.ServeMux
}

// New returns the organization "acme" with the projects named and one token,
// "token", that may read.
func New(projects ...string) *Server {
	s := &Server{nextID: 4101, window: map[string]int{}, settings: Settings{
		Organization: "acme", Projects: projects, Now: time.Now, PageSize: 100, Window: 40, UnknownProject: http.StatusForbidden,
		Tokens: map[string][]string{"token": {"event:read", "project:read"}},
	}}
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("GET /api/0/organizations/{org}/issues/{$}", s.guard("event:read", s.list))
	s.mux.HandleFunc("GET /api/0/organizations/{org}/issues/{id}/{$}", s.guard("event:read", s.ofIssue(s.get)))
	s.mux.HandleFunc("PUT /api/0/organizations/{org}/issues/{id}/{$}", s.guard("event:write", s.ofIssue(s.update)))
	s.mux.HandleFunc("GET /api/0/organizations/{org}/issues/{id}/events/{event}/{$}", s.guard("event:read", s.ofIssue(s.event)))
	s.mux.HandleFunc("GET /api/0/projects/{org}/{project}/{$}", s.guard("project:read", s.project))
	return s
}

// Configure changes the settings.
func (s *Server) Configure(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.settings)
}

// Requests returns what came in so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Clone is another server in the same state, on which nothing was asked yet.
func (s *Server) Clone() *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New()
	c.settings, c.nextID = s.settings, s.nextID
	c.settings.Tokens = maps.Clone(s.settings.Tokens)
	for _, i := range s.issues {
		copied := *i
		c.issues = append(c.issues, &copied)
	}
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
	switch {
	case status < 0:
		panic(http.ErrAbortHandler)
	case status > 0:
		refuse(w, status, "Internal Error")
	default:
		s.mux.ServeHTTP(w, r)
	}
}

// guard answers what is refused before an endpoint sees it, in Sentry's order.
func (s *Server) guard(scope string, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.within(w, r) {
			refuse(w, http.StatusTooManyRequests, "You are attempting to use this endpoint too frequently. Limit is 40 requests in 1 seconds")
			return
		}
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		scopes, known := s.settings.Tokens[token]
		switch {
		case !ok:
			refuse(w, http.StatusUnauthorized, "Authentication credentials were not provided.")
		case !known:
			refuse(w, http.StatusUnauthorized, "Invalid token")
		case r.PathValue("org") != s.settings.Organization:
			refuse(w, http.StatusNotFound, "The requested resource does not exist")
		case strings.HasPrefix(token, "sntrys_"), !slices.Contains(scopes, scope):
			refuse(w, http.StatusForbidden, "You do not have permission to perform this action.")
		default:
			handle(w, r)
		}
	}
}

// ofIssue finds the issue that a request is about.
func (s *Server) ofIssue(handle func(http.ResponseWriter, *http.Request, *Issue)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if i := s.find(r.PathValue("id")); i != nil {
			handle(w, r, i)
			return
		}
		refuse(w, http.StatusNotFound, "The requested resource does not exist")
	}
}

// within counts the request in its window of one second.
func (s *Server) within(w http.ResponseWriter, r *http.Request) bool {
	limit, now := s.settings.Window, s.settings.Now()
	key := fmt.Sprint(r.Pattern, now.Unix())
	s.window[key]++
	h := w.Header()
	h.Set("X-Sentry-Rate-Limit-Limit", strconv.Itoa(limit))
	h.Set("X-Sentry-Rate-Limit-Remaining", strconv.Itoa(max(0, limit-s.window[key])))
	h.Set("X-Sentry-Rate-Limit-Reset", strconv.FormatInt(now.Unix()+1, 10))
	return s.window[key] <= limit
}

func (s *Server) project(w http.ResponseWriter, r *http.Request) {
	if slug := r.PathValue("project"); slices.Contains(s.settings.Projects, slug) {
		answer(w, map[string]any{"slug": slug})
		return
	}
	refuse(w, http.StatusNotFound, "The requested resource does not exist")
}

func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"detail":%q}`, detail)
}

func answer(w http.ResponseWriter, what any) {
	data, err := json.Marshal(what)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(data)
}

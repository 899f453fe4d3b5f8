// Package githubtest is an in-memory GitHub for tests: one repository, its issues, and the part of the API
// that errmon uses, with GitHub's wire format and limits. Serve it with httptest.NewServer; under /api/v3 it
// also answers like GitHub Enterprise Server. The methods in people.go act as people do.
//
// Of this project it imports only package fake, so that it does not share the client's mistakes.
package githubtest

import (
	"bytes"
	"cmp"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/org/errmon-action/internal/fake"
)

// Settings is what a test may change about the repository and the token, with the default after a semicolon.
// Other defaults are zero values.
type Settings struct {
	Now   func() time.Time // the clock; time.Now
	Token string           // the only valid token; "token"
	Login string           // who the token belongs to; "github-actions[bot]", which may not GET /user

	NoIssuesWrite  bool // the token lacks issues: write
	NoPush         bool // labels and assignees are dropped silently
	IssuesDisabled bool
	Private        bool
	Archived       bool // every write is refused
	Renamed        bool // the repository has a new name, so New's name redirects

	Skew     time.Duration // how far the Date header is ahead of Now
	PushedAt time.Time     // the last push; Now if zero
	// Workflows maps a workflow's file to its state, such as "active"; if nil, the token lacks actions: read.
	Workflows map[string]string

	Git            string            // folder of the git repository with the code, whose branch is main
	CodeRepository string            // its OWNER/REPO; the repository of the issues if empty
	CodePrivate    bool              // CodeRepository is private
	NoContents     bool              // the token lacks contents: read
	TreeTruncated  bool              // the repository has too many files to list
	OwnerErrors    []object          // errors in CODEOWNERS, as the API lists them; the file exists if Git is set
	Accounts       map[string]string // commit author's name to login
	Pulls          map[string]int    // commit's SHA to the number of its pull request

	Assignable []string          // logins that can be assigned; none
	Types      []string          // the organization's issue types; none, as in a person's repository
	Files      map[string]string // path to content, on the default branch

	CursorPages bool // the link to the next page has a cursor, not a page number
	PagesReach  int  // how many issues page numbers can reach; 10,000
	HourlyLimit int  // requests per hour; 1,000
	Unlimited   bool // no rate limits and no rate limit headers, like GitHub Enterprise Server by default

	// Break is called for each request, one at a time. It returns nil to let the request succeed.
	Break func(Request) *Fault
}

// Request is one request as it arrived.
type Request struct {
	N      int // from 1
	Method string
	Path   string // without the /api/v3 of an Enterprise Server
	Query  url.Values
	Body   string
}

// Fault describes how a request goes wrong.
type Fault struct {
	Apply    bool // execute the request first: a write takes effect, unknown to the client
	Cut      bool // close the connection without an answer
	Truncate bool // close it after half of the real answer; implies Apply
	// Status, Header and Body replace the answer unless Cut or Truncate is set. Status 0 means 502.
	Status int
	Header map[string]string
	Body   string
}

// Server is the fake. Create it with New.
type Server struct {
	owner, repo string
	mux         *http.ServeMux

	arriving sync.Mutex // locked before mu

	mu         sync.Mutex
	settings   Settings
	issues     []*Issue // by number, from 1
	labels     []string
	dispatches []Dispatch
	requests   []Request
	limits     limits

	lastComment int // the id of the latest comment
}

// New returns an empty repository.
func New(owner, repo string) *Server {
	s := &Server{owner: owner, repo: repo, mux: http.NewServeMux()}
	s.settings = Settings{Now: time.Now, Token: "token", Login: "github-actions[bot]", PagesReach: 10000, HourlyLimit: 1000}
	s.route()
	return s
}

// Clone returns an independent copy of the repository, without Settings.Break and the recorded requests.
func (s *Server) Clone() *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New(s.owner, s.repo)
	c.settings, c.limits, c.lastComment = s.settings, s.limits, s.lastComment
	c.settings.Break = nil
	c.issues = each(s.issues, func(i *Issue) *Issue { return new(i.copy()) })
	c.labels, c.dispatches = slices.Clone(s.labels), slices.Clone(s.dispatches)
	c.limits.sent = slices.Clone(s.limits.sent)
	return c
}

// Configure changes settings. It may be called at any time, even by Break.
func (s *Server) Configure(change func(*Settings)) { fake.Change(&s.mu, &s.settings, change) }

// Requests returns every request so far, in order of arrival.
func (s *Server) Requests() []Request { return fake.Copy(&s.mu, &s.requests) }

// now returns GitHub's time, which is in whole seconds.
func (s *Server) now() time.Time { return s.settings.Now().UTC().Truncate(time.Second) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.URL.Path = strings.TrimPrefix(r.URL.Path, enterprisePrefix)
	fault := s.arrive(w.Header(), r, string(body))
	answer := httptest.NewRecorder()
	if fault == nil || fault.Apply || fault.Truncate {
		s.mu.Lock()
		fake.Serve(answer, func() {
			s.admit(answer.Header(), r, body)
			s.mux.ServeHTTP(answer, r)
		})
		s.mu.Unlock()
	}
	switch {
	case fault == nil || fault.Truncate:
	case fault.Cut:
		panic(http.ErrAbortHandler)
	default:
		answer = httptest.NewRecorder()
		for name, value := range fault.Header {
			answer.Header().Set(name, value)
		}
		answer.WriteHeader(cmp.Or(fault.Status, http.StatusBadGateway))
		answer.WriteString(fault.Body)
	}
	maps.Copy(w.Header(), answer.Header())
	w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
	w.WriteHeader(answer.Code)
	if fault != nil && fault.Truncate {
		answer.Body.Truncate(answer.Body.Len() / 2) // shorter than Content-Length, so net/http closes the connection
	}
	_, _ = answer.Body.WriteTo(w)
}

// arrive sets the Date header, records the request and calls Break, one request at a time. mu is not held
// during Break, which may therefore call the Server's methods.
func (s *Server) arrive(h http.Header, r *http.Request, body string) *Fault {
	s.arriving.Lock()
	defer s.arriving.Unlock()
	s.mu.Lock()
	request := Request{N: len(s.requests) + 1, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Body: body}
	s.requests = append(s.requests, request)
	damage := s.settings.Break
	h.Set("Date", s.settings.Now().Add(s.settings.Skew).UTC().Format(http.TimeFormat))
	s.mu.Unlock()
	if damage == nil {
		return nil
	}
	return damage(request)
}

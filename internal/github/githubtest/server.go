// Package githubtest is a GitHub in memory, for tests: one repository, its issues, and the part of the API
// that errmon uses, in the wire format and with the limits of GitHub. Serve it with httptest.NewServer;
// below /api/v3 it answers as GitHub Enterprise Server does. people.go has what people do to issues.
//
// It imports nothing of this project but package fake, so that a mistake in the client is not repeated here.
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

// Settings are what a test may change about the repository and the token. Zero values are the usual case.
type Settings struct {
	Now   func() time.Time // time.Now
	Token string           // the one token accepted; "token"
	Login string           // the token writes as this; "github-actions[bot]", which may not GET /user

	NoIssuesWrite  bool // the token lacks issues: write
	NoPush         bool // labels and assignees are dropped silently
	IssuesDisabled bool
	Private        bool
	Archived       bool // every write is refused
	Renamed        bool // the name in use is the repository's old one

	Skew     time.Duration // how far the Date header is ahead of Now
	PushedAt time.Time     // the last push; Now if zero
	// Workflows holds states by file, such as "active"; if nil, the token lacks actions: read.
	Workflows map[string]string

	Git            string            // folder of a git repository, with the branch main, that answers about code
	CodeRepository string            // OWNER/REPO of that repository; this one if empty
	CodePrivate    bool              // that repository is private
	NoContents     bool              // the token lacks contents: read
	TreeTruncated  bool              // the repository has too many files to list
	OwnerErrors    []object          // mistakes in CODEOWNERS, as GitHub lists them; the file exists if Git is set
	Accounts       map[string]string // login by name of a commit's author
	Pulls          map[string]int    // pull request by commit

	Assignable []string          // who can be assigned; nobody
	Types      []string          // the organization's issue types; none, as of a person's repository
	Files      map[string]string // path to content, of the default branch

	CursorPages bool // links to further pages carry a cursor and no page number
	PagesReach  int  // issues that page numbers reach, beyond which they fail; 10,000
	HourlyLimit int  // requests; 1,000
	Unlimited   bool // no rate limits and none of their headers, the default of GitHub Enterprise Server

	// Break is called for each request, one at a time, and returns nil for those that should work.
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

// Fault is the damage done to one request.
type Fault struct {
	Apply    bool // carries the request out first: the write took place, and the client cannot know
	Cut      bool // closes the connection without an answer
	Truncate bool // closes it after half of the true answer; implies Apply
	// Status, Header and Body are the answer instead, unless Cut or Truncate is set; Status 0 is 502.
	Status int
	Header map[string]string
	Body   string
}

// Server is the fake. Create it with New.
type Server struct {
	owner, repo string
	mux         *http.ServeMux

	arriving sync.Mutex // before mu

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

// Clone returns a separate repository in the same state, without Settings.Break and the requests so far.
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

// Configure changes settings, between requests.
func (s *Server) Configure(change func(*Settings)) { fake.Change(&s.mu, &s.settings, change) }

// Requests returns every request so far, in order of arrival.
func (s *Server) Requests() []Request { return fake.Copy(&s.mu, &s.requests) }

// now is GitHub's time: whole seconds.
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
		answer.Body.Truncate(answer.Body.Len() / 2) // short of Content-Length: net/http cuts the connection
	}
	_, _ = answer.Body.WriteTo(w)
}

// arrive dates and logs a request, and calls Break, for one request at a time. During Break the repository is
// unlocked, so that a person may act meanwhile.
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

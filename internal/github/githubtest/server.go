// Package githubtest is a GitHub in memory, for tests: one repository, its
// issues, and as much of the REST API as errmon uses, spoken as GitHub speaks it
// and with GitHub's limits enforced. Serve it with httptest.NewServer; below
// /api/v3 it answers the same, as GitHub Enterprise Server does.
//
// What people do to issues meanwhile is in people.go; Settings switch what a
// repository, a token and a rate limit may be like; Settings.Break damages chosen
// requests. Given the same clock and requests, it answers the same.
//
// It imports nothing of this project but package fake, so that a mistake there is not
// repeated here.
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
)

// Settings are what a test may change about the repository and the token. The
// zero value of each field is the usual case.
type Settings struct {
	Now   func() time.Time // time.Now
	Token string           // the one token accepted; "token"
	// Login is what the token writes as: "github-actions[bot]", whose token may
	// not ask GET /user.
	Login string

	NoIssuesWrite  bool // the token lacks issues: write
	NoPush         bool // labels and assignees are dropped silently
	IssuesDisabled bool
	Private        bool
	Archived       bool // every write is refused
	BareErrors     bool // a label that cannot be created is refused without a reason, as on some other servers
	Renamed        bool // the name in use is the repository's old one

	Skew     time.Duration // how far the Date header is ahead of Now
	PushedAt time.Time     // the last push; Now where it is zero
	// Workflows are the states of workflows by file, such as "active". They
	// need actions: read, which the token has unless this is nil.
	Workflows map[string]string

	// Git is the folder of a git repository that requests about code are answered
	// from; none if it is empty. Its default branch is main.
	Git            string
	CodeRepository string            // OWNER/REPO of that repository; this one if empty
	CodePrivate    bool              // that repository is private
	NoContents     bool              // the token lacks contents: read
	TreeTruncated  bool              // the repository has too many files to list
	OwnerErrors    []OwnerError      // what is wrong in CODEOWNERS; the file exists if Git is set
	Accounts       map[string]string // login by name of a commit's author
	Pulls          map[string]int    // pull request by commit

	Assignable []string          // who can be assigned; nobody
	Types      []string          // the organization's issue types; none, as of a person's repository
	Files      map[string]string // path to content, of the default branch

	CursorPages bool // links to further pages carry a cursor and no page number
	PagesReach  int  // issues that page numbers reach, beyond which they fail; 10,000
	HourlyLimit int  // requests; 1,000
	// Unlimited lifts every rate limit and leaves their headers out, as a
	// GitHub Enterprise Server does by default.
	Unlimited bool

	// Break damages a request: it is called for each, in order and one at a
	// time, and returns nil for those that should work.
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
	// Apply carries the request out before its answer is damaged: the write
	// took place, and the client cannot know.
	Apply bool
	// Cut closes the connection without an answer.
	Cut bool
	// Truncate closes it after half of the true answer. It implies Apply.
	Truncate bool
	// Status, Header and Body are the answer instead, unless the above say
	// otherwise; Status is 502 where it is left out.
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
	issues     []*stored // by number, from 1
	labels     []label
	dispatches []Dispatch
	requests   []Request
	limits     limits

	lastComment int // the id of the latest comment
}

// New returns an empty repository.
func New(owner, repo string) *Server {
	s := &Server{owner: owner, repo: repo, mux: http.NewServeMux()}
	s.settings = Settings{Now: time.Now, Token: "token", Login: workflowLogin, PagesReach: 10000, HourlyLimit: 1000}
	s.route()
	return s
}

// Clone returns a repository of its own that is now as this one is, so that a
// test can go on from one moment in several ways. Settings.Break and what was
// requested are not copied.
func (s *Server) Clone() *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New(s.owner, s.repo)
	c.settings, c.limits, c.lastComment = s.settings, s.limits, s.lastComment
	c.settings.Break = nil
	for _, issue := range s.issues {
		copied := *issue
		copied.Issue = issue.copy()
		c.issues = append(c.issues, &copied)
	}
	c.labels, c.dispatches = slices.Clone(s.labels), slices.Clone(s.dispatches)
	c.limits.content, c.limits.points = slices.Clone(s.limits.content), slices.Clone(s.limits.points)
	return c
}

// Configure changes settings, between requests.
func (s *Server) Configure(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.settings)
}

// Requests returns every request so far, in order of arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.URL.Path = strings.TrimPrefix(r.URL.Path, enterprisePrefix)
	fault, date := s.arrive(r, string(body))
	answer := httptest.NewRecorder()
	if fault == nil || fault.Apply || fault.Truncate {
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.apply(answer, r, string(body))
	}
	if fault != nil && fault.Cut {
		panic(http.ErrAbortHandler)
	}
	if fault != nil && !fault.Truncate {
		answer = httptest.NewRecorder()
		for name, value := range fault.Header {
			answer.Header().Set(name, value)
		}
		answer.WriteHeader(cmp.Or(fault.Status, http.StatusBadGateway))
		answer.WriteString(fault.Body)
	}
	maps.Copy(w.Header(), answer.Header())
	w.Header().Set("Date", date)
	w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
	w.WriteHeader(answer.Code)
	if fault != nil && fault.Truncate {
		answer.Body.Truncate(answer.Body.Len() / 2) // short of Content-Length: net/http cuts the connection
	}
	_, _ = answer.Body.WriteTo(w)
}

// arrive logs a request and asks Break about it, one request at a time. Break is
// called with the repository unlocked, so that it may act as a person meanwhile.
// It returns the answer's Date header as well.
func (s *Server) arrive(r *http.Request, body string) (_ *Fault, date string) {
	s.arriving.Lock()
	defer s.arriving.Unlock()
	s.mu.Lock()
	request := Request{N: len(s.requests) + 1, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Body: body}
	s.requests = append(s.requests, request)
	damage := s.settings.Break
	date = s.settings.Now().Add(s.settings.Skew).UTC().Format(http.TimeFormat)
	s.mu.Unlock()
	if damage == nil {
		return nil, date
	}
	return damage(request), date
}

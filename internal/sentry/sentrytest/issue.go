package sentrytest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Issue is a Sentry issue. Put fills what is left zero.
type Issue struct {
	ID          string
	Project     string // slug; the first project of the organization unless set
	Title       string
	Level       string // error unless set
	Status      string // unresolved unless set
	Environment string
	Count       int64 // of its life
	First, Last time.Time
	Event       *Event // the newest; nil where Sentry keeps none any more
}

// Put adds an issue and returns its id.
func (s *Server) Put(i Issue) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settings.Now().UTC()
	if i.ID == "" {
		i.ID = strconv.Itoa(s.nextID)
		s.nextID++
	}
	i.Project = cmp.Or(i.Project, s.settings.Projects[0])
	i.Level = cmp.Or(i.Level, "error")
	i.Status = cmp.Or(i.Status, "unresolved")
	i.Last = cmp.Or(i.Last, now.Add(-time.Minute))
	i.First = cmp.Or(i.First, i.Last)
	i.Count = max(i.Count, 1)
	s.issues = append(s.issues, &i)
	return i.ID
}

// Issues returns all issues as they stand, in the order in which they were put.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Issue
	for _, i := range s.issues {
		all = append(all, *i)
	}
	return all
}

// Issue returns an issue as it stands.
func (s *Server) Issue(id string) Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(id); i != nil {
		return *i
	}
	return Issue{}
}

// Happen adds n events to an issue, the last of them at the given time. As
// Sentry does, it makes a resolved issue unresolved: a regression.
func (s *Server) Happen(id string, n int64, at time.Time) {
	s.Change(id, func(i *Issue) {
		i.Count += n
		if at.After(i.Last) {
			i.Last = at
		}
		if i.Status == "resolved" {
			i.Status = "unresolved"
		}
	})
}

// Change changes an issue.
func (s *Server) Change(id string, change func(*Issue)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.find(id))
}

// Delete removes an issue.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issues = slices.DeleteFunc(s.issues, func(i *Issue) bool { return i.ID == id })
}

func (s *Server) find(id string) *Issue {
	if n := slices.IndexFunc(s.issues, func(i *Issue) bool { return i.ID == id }); n >= 0 {
		return s.issues[n]
	}
	return nil
}

// list answers one page, the issue seen last first.
func (s *Server) list(h http.Header, r *http.Request) any {
	q := r.URL.Query()
	limit, err := strconv.Atoi(cmp.Or(q.Get("limit"), "100"))
	must(err == nil && limit >= 1 && limit <= 100, http.StatusBadRequest, "Invalid limit, must be between 1 and 100")
	limit = min(limit, s.settings.PageSize)
	for _, slug := range q["project"] {
		must(slices.Contains(s.settings.Projects, slug), s.settings.UnknownProject, notAllowed)
	}
	selected, offset := s.selected(q), offset(q.Get("cursor"))
	end := min(offset+limit, len(selected))
	h.Set("Link", s.link(r, "previous", max(0, offset-limit), offset > 0)+", "+s.link(r, "next", offset+limit, end < len(selected)))
	page := []map[string]any{}
	for _, i := range selected[min(offset, end):end] {
		page = append(page, s.wire(i))
	}
	return page
}

// selected are the issues that a search finds. It knows the searches by state;
// another one finds nothing wrong with itself only if it is empty.
func (s *Server) selected(q url.Values) []*Issue {
	query := q.Get("query")
	if !q.Has("query") {
		query = "is:unresolved"
	}
	status := map[string]string{"is:unresolved": "unresolved", "is:resolved": "resolved", "is:ignored": "ignored", "is:archived": "ignored"}[query]
	must(status != "" || query == "", http.StatusBadRequest, "Error parsing search query")
	among := func(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }
	var found []*Issue
	for _, i := range s.issues {
		if (status == "" || i.Status == status) && among(q["project"], i.Project) && among(q["environment"], i.Environment) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b *Issue) int { return b.Last.Compare(a.Last) })
	return found
}

// A cursor is opaque to clients: value, offset, and whether it leads back.
func offset(cursor string) int {
	parts := strings.Split(cmp.Or(cursor, "0:0:0"), ":")
	must(len(parts) == 3, http.StatusBadRequest, "Error parsing search query")
	n, err := strconv.Atoi(parts[1])
	must(err == nil, http.StatusBadRequest, "Error parsing search query")
	return n
}

func (s *Server) link(r *http.Request, rel string, offset int, results bool) string {
	back := "0"
	if rel == "previous" {
		back = "1"
	}
	cursor := fmt.Sprintf("0:%d:%s", offset, back)
	return fmt.Sprintf(`<http://%s%s?&cursor=%s>; rel=%q; results="%t"; cursor=%q`, r.Host, r.URL.Path, cursor, rel, results, cursor)
}

// wire is an issue as Sentry writes it. The count outside lifetime is of the
// search's period, and smaller here.
func (s *Server) wire(i *Issue) map[string]any {
	return map[string]any{
		"id": i.ID, "shortId": strings.ToUpper(i.Project) + "-" + i.ID, "title": i.Title, "culprit": "", "level": i.Level,
		"status": i.Status, "substatus": nil, "statusDetails": map[string]any{}, "platform": "javascript",
		"permalink": fmt.Sprintf("https://sentry.example/organizations/%s/issues/%s/", s.settings.Organization, i.ID),
		"project":   map[string]any{"id": "2", "name": i.Project, "slug": i.Project},
		"count":     strconv.FormatInt(max(1, i.Count/2), 10), "userCount": 1,
		"firstSeen": i.First.UTC().Format(time.RFC3339Nano), "lastSeen": i.Last.UTC().Format(time.RFC3339Nano),
		"lifetime": map[string]any{"count": strconv.FormatInt(i.Count, 10), "userCount": 1,
			"firstSeen": i.First.UTC().Format(time.RFC3339Nano), "lastSeen": i.Last.UTC().Format(time.RFC3339Nano)},
		"assignedTo": map[string]any{"type": "user", "email": "john.doe@example.com", "name": "John Doe"},
		"metadata":   map[string]any{"title": i.Title}, "filtered": nil, "isUnhandled": true, "issueCategory": "error",
	}
}

func (s *Server) of(r *http.Request) *Issue {
	i := s.find(r.PathValue("id"))
	must(i != nil, http.StatusNotFound, notFound)
	return i
}

func (s *Server) get(_ http.Header, r *http.Request) any {
	i := s.of(r)
	wire := s.wire(i)
	delete(wire, "lifetime") // one issue's own answer has none, and counts its life
	wire["count"] = strconv.FormatInt(i.Count, 10)
	return wire
}

func (s *Server) update(_ http.Header, r *http.Request) any {
	i := s.of(r)
	var change struct{ Status string }
	err := json.NewDecoder(r.Body).Decode(&change)
	must(err == nil && slices.Contains([]string{"resolved", "unresolved", "ignored"}, change.Status), http.StatusBadRequest, "Invalid status")
	i.Status = change.Status
	return s.wire(i)
}

// Event is the newest event of an issue, as an SDK would have sent it.
type Event struct {
	Platform   string // node unless set
	Message    string // of an event without an exception
	Exceptions []Exception
	Tags       map[string]string
	Release    string
	At         time.Time // when the issue was last seen unless set
}

// Exception is one value of an event. As Sentry has them, causes come first, and
// so do the frames of the oldest calls.
type Exception struct {
	Type, Value, Module string
	Frames              []Frame
	Mechanism           map[string]any
}

// Frame is one frame after symbolication.
type Frame struct {
	Function string `json:"function,omitempty"`
	Module   string `json:"module,omitempty"`
	Filename string `json:"filename,omitempty"`
	AbsPath  string `json:"absPath,omitempty"`
	Line     int    `json:"lineNo"`
	Column   int    `json:"colNo,omitempty"`
	InApp    bool   `json:"inApp"`
}

// event answers the newest event under any of its names. It names a user, which
// nobody may publish: see UserMail and UserAddress.
func (s *Server) event(_ http.Header, r *http.Request) any {
	i := s.of(r)
	names := []string{"latest", "oldest", "recommended", EventID(i.ID)}
	must(i.Event != nil && slices.Contains(names, r.PathValue("event")), http.StatusNotFound, "No matching event")
	return i.wireEvent()
}

// EventID is the id of an issue's event.
func EventID(issue string) string { return strings.Repeat("0", 32-len(issue)) + issue }

// Who the user of every event is.
const (
	UserMail    = "hell@boy.cat"
	UserAddress = "162.217.75.90"
)

func (i *Issue) wireEvent() map[string]any {
	e := i.Event
	at, platform := cmp.Or(e.At, i.Last), cmp.Or(e.Platform, "node")
	tags := []map[string]any{{"key": "level", "value": i.Level}, {"key": "user", "value": "ip:" + UserAddress}, {"key": "user.email", "value": UserMail}}
	if i.Environment != "" {
		tags = append(tags, map[string]any{"key": "environment", "value": i.Environment})
	}
	for key, value := range e.Tags {
		tags = append(tags, map[string]any{"key": key, "value": value})
	}
	wire := map[string]any{
		"id": EventID(i.ID), "eventID": EventID(i.ID), "groupID": i.ID, "title": i.Title, "message": e.Message, "platform": platform,
		"type": "error", "dateCreated": at.UTC().Format(time.RFC3339Nano), "tags": tags, "dist": nil, "release": nil,
		"user":     map[string]any{"email": UserMail, "ip_address": UserAddress, "username": nil, "name": "Hell Boy"},
		"contexts": map[string]any{"runtime": map[string]any{"name": "node", "version": "v20.20.2", "type": "runtime"}, "user": map[string]any{"email": UserMail}},
		"entries":  []map[string]any{},
	}
	if e.Release != "" {
		wire["release"] = map[string]any{"version": e.Release}
	}
	if len(e.Exceptions) > 0 {
		wire["entries"] = []map[string]any{{"type": "breadcrumbs", "data": map[string]any{"values": []any{}}}, {"type": "exception", "data": map[string]any{"values": exceptions(e.Exceptions)}}}
	}
	return wire
}

func exceptions(values []Exception) []map[string]any {
	var wire []map[string]any
	for _, x := range values {
		value := map[string]any{"type": x.Type, "value": x.Value, "module": x.Module, "mechanism": x.Mechanism, "stacktrace": nil}
		if x.Frames != nil {
			value["stacktrace"] = map[string]any{"frames": x.Frames, "hasSystemFrames": true}
		}
		wire = append(wire, value)
	}
	return wire
}

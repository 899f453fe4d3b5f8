package sentrytest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/fake"
)

// Issue is a Sentry issue. Put sets defaults for zero fields.
type Issue struct {
	ID          string
	Project     string // slug; default is the first project of the organization
	Title       string
	Level       string // default error
	Status      string // default unresolved
	Environment string
	Count       int64 // lifetime total; default 1
	First, Last time.Time
	Event       *Event // the newest; nil if Sentry no longer has one
}

// Put adds an issue and returns its id.
func (s *Server) Put(i Issue) string {
	s.Lock()
	defer s.Unlock()
	if i.ID == "" {
		i.ID = strconv.Itoa(s.nextID)
		s.nextID++
	}
	i.Project = cmp.Or(i.Project, s.Settings.Projects[0])
	i.Level = cmp.Or(i.Level, "error")
	i.Status = cmp.Or(i.Status, "unresolved")
	i.Last = cmp.Or(i.Last, s.Settings.Now().UTC().Add(-time.Minute))
	i.First = cmp.Or(i.First, i.Last)
	i.Count = max(i.Count, 1)
	s.issues = append(s.issues, i)
	return i.ID
}

// Issues returns copies of all issues, in the order of the calls to Put.
func (s *Server) Issues() []Issue { return fake.Copy(&s.Mutex, &s.issues) }

// Issue returns a copy of an issue, or the zero Issue if it does not exist.
func (s *Server) Issue(id string) (found Issue) {
	for _, i := range s.Issues() {
		if i.ID == id {
			found = i
		}
	}
	return found
}

// Happen adds n events to an issue, the last one at the given time. It reopens a resolved issue, as Sentry does.
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

// Change calls change with the issue, which must exist.
func (s *Server) Change(id string, change func(*Issue)) {
	s.Lock()
	defer s.Unlock()
	change(s.find(id))
}

// Delete removes an issue.
func (s *Server) Delete(id string) {
	s.Lock()
	defer s.Unlock()
	s.issues = slices.DeleteFunc(s.issues, func(i Issue) bool { return i.ID == id })
}

func (s *Server) find(id string) *Issue {
	if n := slices.IndexFunc(s.issues, func(i Issue) bool { return i.ID == id }); n >= 0 {
		return &s.issues[n]
	}
	return nil
}

// list answers with one page, sorted by last seen. The query may be is:unresolved (default) or empty.
func (s *Server) list(h http.Header, r *http.Request) any {
	q := r.URL.Query()
	limit, err := strconv.Atoi(cmp.Or(q.Get("limit"), "100"))
	must(err == nil && limit >= 1 && limit <= 100, http.StatusBadRequest, "Invalid limit, must be between 1 and 100")
	limit = min(limit, s.Settings.PageSize)
	for _, slug := range q["project"] {
		must(slices.Contains(s.Settings.Projects, slug), s.Settings.UnknownProject, notAllowed)
	}
	for _, name := range q["environment"] {
		must(slices.ContainsFunc(s.issues, func(i Issue) bool { return i.Environment == name }), http.StatusNotFound, notFound)
	}
	offset := 0 // a cursor is VALUE:OFFSET:PREVIOUS, opaque to clients
	if cursor := q.Get("cursor"); cursor != "" {
		_, err := fmt.Sscanf(cursor, "0:%d:0", &offset)
		must(err == nil, http.StatusBadRequest, "Error parsing search query")
	}
	query, all := q.Get("query"), q.Has("query") && q.Get("query") == ""
	must(all || query == "" || query == "is:unresolved", http.StatusBadRequest, "Error parsing search query")
	among := func(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }
	var selected []*Issue
	for n, i := range s.issues {
		if (all || i.Status == "unresolved") && among(q["project"], i.Project) && among(q["environment"], i.Environment) {
			selected = append(selected, &s.issues[n])
		}
	}
	slices.SortStableFunc(selected, func(a, b *Issue) int { return b.Last.Compare(a.Last) })
	end := min(offset+limit, len(selected))
	const link = `<http://%[1]s/>; rel="previous"; results="%[2]t"; cursor="0:%[3]d:1", <http://%[1]s/>; rel="next"; results="%[4]t"; cursor="0:%[5]d:0"`
	h.Set("Link", fmt.Sprintf(link, r.Host, offset > 0, max(0, offset-limit), end < len(selected), offset+limit))
	page := []object{}
	for _, i := range selected[min(offset, end):end] {
		page = append(page, s.wire(i))
	}
	return page
}

// wire returns an issue in Sentry's JSON. The count outside lifetime covers a search period: half the total.
func (s *Server) wire(i *Issue) object {
	first, last := i.First.UTC().Format(time.RFC3339Nano), i.Last.UTC().Format(time.RFC3339Nano)
	return object{
		"id": i.ID, "shortId": strings.ToUpper(i.Project) + "-" + i.ID, "title": i.Title, "level": i.Level, "status": i.Status,
		"permalink": "https://sentry.example/organizations/acme/issues/" + i.ID + "/",
		"project":   object{"id": "2", "name": i.Project, "slug": i.Project},
		"count":     strconv.FormatInt(max(1, i.Count/2), 10), "userCount": 1, "firstSeen": first, "lastSeen": last,
		"lifetime":   object{"count": strconv.FormatInt(i.Count, 10), "userCount": 1, "firstSeen": first, "lastSeen": last},
		"assignedTo": object{"type": "user", "email": "john.doe@example.com", "name": "John Doe"}, "filtered": nil,
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
	delete(wire, "lifetime") // a single issue has no lifetime field: its count is the total
	wire["count"] = strconv.FormatInt(i.Count, 10)
	return wire
}

func (s *Server) update(_ http.Header, r *http.Request) any {
	i := s.of(r)
	var change struct{ Status string }
	err := json.NewDecoder(r.Body).Decode(&change)
	known := slices.Contains([]string{"resolved", "unresolved", "ignored"}, change.Status)
	must(err == nil && known, http.StatusBadRequest, "Invalid status")
	i.Status = change.Status
	return s.wire(i)
}

// Event is the newest event of an issue, as an SDK would have sent it.
type Event struct {
	Platform   string // default node
	Message    string
	Exceptions []Exception
	Tags       map[string]string
	Release    string
}

// Exception is one exception of an event. As in Sentry, causes come first, and in Frames the oldest calls.
type Exception struct {
	Type, Value, Module string
	Frames              []Frame
	Mechanism           map[string]any
}

// Frame is one symbolicated frame.
type Frame struct {
	Function string `json:"function,omitempty"`
	Module   string `json:"module,omitempty"`
	Filename string `json:"filename,omitempty"`
	AbsPath  string `json:"absPath,omitempty"`
	Line     int    `json:"lineNo"`
	Column   int    `json:"colNo,omitempty"`
	InApp    bool   `json:"inApp"`
}

// EventID returns the id of an issue's newest event.
func EventID(issue string) string { return strings.Repeat("0", 32-len(issue)) + issue }

// User data in every event, which must never be published.
const (
	UserMail    = "hell@boy.cat"
	UserAddress = "162.217.75.90"
)

// event answers with the newest event, requested as "latest" or by its id.
func (s *Server) event(_ http.Header, r *http.Request) any {
	i := s.of(r)
	id, e := EventID(i.ID), i.Event
	must(e != nil && slices.Contains([]string{"latest", id}, r.PathValue("event")), http.StatusNotFound, "No matching event")
	all := map[string]string{"level": i.Level, "user": "ip:" + UserAddress, "user.email": UserMail, "environment": i.Environment}
	maps.Copy(all, e.Tags)
	tags := []object{}
	for key, value := range all {
		if value != "" {
			tags = append(tags, object{"key": key, "value": value})
		}
	}
	wire := object{
		"id": id, "eventID": id, "groupID": i.ID, "title": i.Title, "message": e.Message, "platform": cmp.Or(e.Platform, "node"),
		"type": "error", "dateCreated": i.Last.UTC().Format(time.RFC3339Nano), "tags": tags, "release": nil,
		"user":     object{"email": UserMail, "ip_address": UserAddress, "username": nil, "name": "Hell Boy"},
		"contexts": object{"runtime": object{"name": "node", "version": "v20.20.2", "type": "runtime"}, "user": object{"email": UserMail}},
	}
	if e.Release != "" {
		wire["release"] = object{"version": e.Release}
	}
	var values []object
	for _, x := range e.Exceptions {
		value := object{"type": x.Type, "value": x.Value, "module": x.Module, "mechanism": x.Mechanism, "stacktrace": nil}
		if x.Frames != nil {
			value["stacktrace"] = object{"frames": x.Frames, "hasSystemFrames": true}
		}
		values = append(values, value)
	}
	wire["entries"] = []object{
		{"type": "breadcrumbs", "data": object{"values": []any{}}}, {"type": "exception", "data": object{"values": values}},
	}
	return wire
}

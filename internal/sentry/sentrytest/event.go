package sentrytest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

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

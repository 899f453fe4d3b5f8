// Package event holds the types that all packages share: a record as a source delivered it, the event that
// parsing makes of one or more records, and its level and frames.
//
// It is pure and imports nothing of this project.
package event

import (
	"fmt"
	"strings"
	"time"
)

// Record is one raw log record, before its lines are joined to others and parsed.
type Record struct {
	ID      string    // delivery id, unique within Source and Stream
	Source  string    // key of the source, such as "cloudwatch:eu-central-1:/ecs/shop"
	Stream  string    // where lines keep their order: a log stream or a file
	Time    time.Time // when the line was logged; zero if the source does not know
	Text    string    // as logged, untrusted; may hold several lines
	URL     string    // address of this record; may be empty
	Service string    // guessed from the name of the source; may be empty
}

// Event is one occurrence of an error, or of anything else that was logged. All strings are foreign text,
// which package safe makes harmless.
type Event struct {
	ID         string
	Source     string
	Stream     string
	URL        string
	Time       time.Time // of the first line; zero if unknown
	Level      Level
	Deliveries []string // ids of the webhooks or messages that brought it; empty if counted by time
	Text       string   // all lines as logged, without transport prefixes, joined by "\n"
	Message    string   // the head line, or the message field, without timestamp, level and logger
	Split      bool     // each line was its own record, so a filter may have dropped some
	Partial    bool     // the message or frames of a reported failure are missing
	Headless   bool     // the log line above a stack trace is missing, so the level is a guess
	Stack      string   // the text with the stack trace, newlines restored; empty if there is none

	Exceptions []Exception // the type chain: the outermost exception, then its causes
	Runtime    string      // as stacktrace.Parse names it; empty without a stack trace

	Format      string // how the line was read, such as "syslog, json"; empty if nothing was recognised
	Issue       string // id of its Sentry issue, if it has one
	Logger      string
	Service     string
	Release     string
	Commit      string // of the code that ran, if the record states it
	Environment string
	RequestID   string
	TraceID     string

	Decision Decision // set by intake; zero until then
}

// Decision is what policy decided about an event.
type Decision struct {
	Keep      bool   // false: the event is not counted
	Rules     []int  // indexes of the team's matching rules, in order
	Group     string // name of the error that a rule assigns it to; may be empty
	IgnoredBy int    // line of the rule that ignores it; 0 for none
}

// Matched is a combination of level and matching rules that at least one event of an error has.
type Matched struct {
	Level Level
	Rules []int
}

// Exception is one link of a type chain.
type Exception struct {
	Type    string // as the runtime prints it, such as "java.lang.IllegalStateException"
	Message string // may hold several lines
	Frames  []Frame
}

// Frame is one call of a stack. Every list of frames begins with the most recent call.
type Frame struct {
	Function string
	Module   string // package, class or module path; empty if the runtime prints none
	File     string
	Line     int // from 1; 0 if unknown
	Column   int // from 1; 0 if unknown
	InApp    bool
}

// Link is a page about an event, such as its trace. Both fields are foreign text.
type Link struct{ Name, URL string }

// Version is what an event states about the code that ran.
type Version struct{ Commit, Release, Service string }

// String returns the release and the commit, or only one of them if they are equal or one is unknown. It is
// empty if neither is known.
func (v Version) String() string {
	if v.Commit == v.Release {
		return v.Release
	}
	return strings.TrimSpace(v.Release + " " + v.Commit)
}

// Version returns what the event states about the code that ran.
func (e *Event) Version() Version { return Version{e.Commit, e.Release, e.Service} }

// InApp returns the in-app frames of all exceptions, in the order of the chain.
func (e *Event) InApp() []Frame {
	n := 0 // the capacity, so the list is allocated once
	for _, x := range e.Exceptions {
		n += len(x.Frames)
	}
	frames := make([]Frame, 0, n)
	for _, x := range e.Exceptions {
		for _, f := range x.Frames {
			if f.InApp {
				frames = append(frames, f)
			}
		}
	}
	return frames
}

// StackText returns a chain as text for people, for a source that provides no text of the stack.
func StackText(chain []Exception) string {
	var b strings.Builder
	for i, x := range chain {
		if i > 0 {
			b.WriteString("\nCaused by: ")
		}
		b.WriteString(strings.TrimPrefix(x.Type+": "+x.Message, ": "))
		for _, f := range x.Frames {
			b.WriteString("\n    at " + place(f))
		}
	}
	return b.String()
}

func place(f Frame) string {
	file := f.File
	if f.Line > 0 {
		file = strings.TrimSuffix(fmt.Sprintf("%s:%d:%d", file, f.Line, f.Column), ":0")
	}
	name := strings.TrimPrefix(f.Module+"."+f.Function, ".")
	switch {
	case f.Function == "":
		return file
	case file == "":
		return name
	}
	return name + " (" + file + ")"
}

// State is the state of an issue in a service that keeps its own.
type State string

// The states. A service may have more; each is mapped to the nearest of these.
const (
	Unresolved State = "unresolved"
	Resolved   State = "resolved"
	Ignored    State = "ignored" // archived, for good or until a condition is met
	Deleted    State = "deleted"
)

// SentryIssue is an issue of Sentry, which groups events itself. All strings but ID and State are foreign text.
type SentryIssue struct {
	ID      string // never changes
	Name    string // for people, such as "SHOP-1F"
	Title   string
	URL     string
	Project string
	Level   Level
	State   State
	Total   int64 // all events so far
	Users   int64 // affected users
	First   time.Time
	Last    time.Time
}

// Event returns the issue's newest event, as far as the issue describes it.
func (t SentryIssue) Event() Event {
	return Event{ID: t.ID, Source: "sentry", Issue: t.ID, URL: t.URL, Time: t.Last, Level: t.Level,
		Message: t.Title, Text: t.Title, Service: t.Project}
}

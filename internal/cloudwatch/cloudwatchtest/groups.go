package cloudwatchtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Event is a log event to put into a stream.
type Event struct {
	ID       string    // made up where empty: 56 digits, as the service's are
	Stream   string    // 1 to 512 characters, none of them ":" or "*"
	Time     time.Time // the event's timestamp; what is finer than a millisecond is cut off
	Ingested time.Time // when the service has it, and shows it; zero is Time
	Message  string    // at most 1 MB
}

type group struct {
	region, name string
	class        string // empty is STANDARD
	events       []stored
	unsorted     bool
}

type stored struct {
	Event
	sequence int
	group    string // in rows of Logs Insights
}

// order is the service's: timestamp, ingestion time, then as they were put.
func order(a, b stored) int {
	return cmp.Or(a.Time.Compare(b.Time), a.Ingested.Compare(b.Ingested), cmp.Compare(a.sequence, b.sequence))
}

// PutLogEvents' limits, from the service's model: an event is at most 1 MB with
// 26 bytes of overhead, at most 14 days old and 2 hours ahead.
const (
	maxEventBytes = 1<<20 - 26
	maxAge        = 14 * 24 * time.Hour
	maxAhead      = 2 * time.Hour
)

var (
	groupName  = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)
	streamName = regexp.MustCompile(`^[^:*]{1,512}$`)
)

// Class sets the class of a group, such as INFREQUENT_ACCESS, which neither
// FilterLogEvents nor GetLogEvents can read. It makes the group if it is missing.
func (s *Server) Class(region, name, class string) error {
	if err := s.Put(region, name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[region+":"+name].class = class
	return nil
}

// Put adds events to a group, and makes group and streams where they are
// missing; without events it makes the group. It refuses what the service
// would, and then adds nothing.
func (s *Server) Put(region, name string, events ...Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !groupName.MatchString(name) {
		return fmt.Errorf("%q cannot be the name of a log group", name)
	}
	var added []stored
	for _, e := range events {
		e, err := s.accept(e)
		if err != nil {
			return fmt.Errorf("event %q: %w", e.ID, err)
		}
		added = append(added, e)
	}
	if s.groups == nil {
		s.groups = map[string]*group{}
	}
	g := s.groups[region+":"+name]
	if g == nil {
		g = &group{region: region, name: name}
		s.groups[region+":"+name] = g
	}
	g.events = append(g.events, added...)
	g.unsorted = true
	return nil
}

func (s *Server) accept(e Event) (stored, error) {
	s.sequence++
	e.Time = e.Time.Truncate(time.Millisecond)
	if e.Ingested.IsZero() {
		e.Ingested = e.Time
	}
	if e.ID == "" {
		e.ID = fmt.Sprintf("3%013d%042d", e.Time.UnixMilli(), s.sequence)
	}
	made := stored{Event: e, sequence: s.sequence}
	switch {
	case !streamName.MatchString(e.Stream):
		return made, fmt.Errorf("%q cannot be the name of a log stream", e.Stream)
	case len(e.Message) == 0 || len(e.Message) > maxEventBytes:
		return made, fmt.Errorf("a message has 1 to %d bytes, this one has %d", maxEventBytes, len(e.Message))
	case e.Ingested.Sub(e.Time) > maxAge:
		return made, fmt.Errorf("more than 14 days old when it came in")
	case e.Time.Sub(e.Ingested) > maxAhead:
		return made, fmt.Errorf("more than 2 hours ahead when it came in")
	}
	return made, nil
}

// sorted returns the group's events in order, those not yet ingested too.
func (g *group) sorted() []stored {
	if g.unsorted {
		slices.SortFunc(g.events, order)
		g.unsorted = false
	}
	return g.events
}

type groupRef struct {
	LogGroupName       *string `json:"logGroupName"`
	LogGroupIdentifier *string `json:"logGroupIdentifier"`
}

func (r groupRef) name() string {
	switch {
	case r.LogGroupName != nil:
		return *r.LogGroupName
	case r.LogGroupIdentifier != nil:
		return (*r.LogGroupIdentifier)[strings.LastIndex(*r.LogGroupIdentifier, ":")+1:]
	}
	return ""
}

var identifier = regexp.MustCompile(`^[\w#+=/:,.@-]+$`)

func (s *Server) group(region string, ref groupRef) *group {
	name, id := ref.LogGroupName, ref.LogGroupIdentifier
	must(name == nil || id == nil, refuse("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters."))
	if name != nil {
		must(groupName.MatchString(*name), constraint(*name, "logGroupName", patternOfNames))
	}
	if id != nil {
		must(identifier.MatchString(*id), constraint(*id, "logGroupIdentifier", `satisfy regular expression pattern: [\w#+=/:,.@-]*`))
	}
	must(ref.name() != "", invalid("Either logGroupName or logGroupIdentifier must be given."))
	g := s.groups[region+":"+ref.name()]
	elsewhere := id != nil && strings.HasPrefix(*id, "arn:") && *id != arn(region, ref.name())
	must(g != nil && !elsewhere, refuse("ResourceNotFoundException", "The specified log group does not exist."))
	return g
}

const patternOfNames = `satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`

// readable is group for what only reads groups of the class STANDARD.
func (s *Server) readable(req Request, ref groupRef) *group {
	g := s.group(req.Region, ref)
	must(g.class == "" || g.class == "STANDARD",
		refuse("InvalidOperationException", fmt.Sprintf("%s is not supported for log groups of the class %s.", req.Action, g.class)))
	return g
}

// decode reads a request's body. A field that it has and T has not is one that
// the fake does not imitate.
func decode[T any](req Request) (in T) {
	decoder := json.NewDecoder(bytes.NewReader(req.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		must(!strings.Contains(err.Error(), "unknown field"), unsupported(err.Error()))
		panic(refuse("SerializationException", err.Error()))
	}
	return in
}

// pageSize is the limit of a request, checked, or the largest one.
func pageSize(limit *int, largest int) int {
	if limit == nil {
		return largest
	}
	must(*limit >= 1, constraint(*limit, "limit", "have value greater than or equal to 1"))
	must(*limit <= largest, constraint(*limit, "limit", fmt.Sprintf("have value less than or equal to %d", largest)))
	return *limit
}

func (s *Server) describeLogGroups(req Request) any {
	in := decode[struct {
		Prefix    *string `json:"logGroupNamePrefix"`
		NextToken string  `json:"nextToken"` // the last name of the page before
		Limit     *int    `json:"limit"`
	}](req)
	limit, prefix := pageSize(in.Limit, maxPageNames), ""
	if in.Prefix != nil {
		prefix = *in.Prefix
		must(groupName.MatchString(prefix), constraint(prefix, "logGroupNamePrefix", patternOfNames))
	}
	page := []object{}
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[name]
		if g.region != req.Region || !strings.HasPrefix(g.name, prefix) || g.name <= in.NextToken {
			continue
		}
		if len(page) == limit {
			return object{"logGroups": page, "nextToken": page[limit-1]["logGroupName"]}
		}
		page = append(page, object{
			"logGroupName": g.name, "logGroupClass": cmp.Or(g.class, "STANDARD"),
			"arn": arn(g.region, g.name) + ":*", "logGroupArn": arn(g.region, g.name),
		})
	}
	return object{"logGroups": page}
}

package cloudwatchtest

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Event is a log event to put into a stream.
type Event struct {
	ID       string    `json:"eventId"`       // if empty, Put makes one up: 56 digits, like the service's
	Stream   string    `json:"logStreamName"` // 1 to 512 characters, none of them ":" or "*"
	Time     time.Time `json:"-"`             // the event's timestamp; Put truncates it to a millisecond
	Ingested time.Time `json:"-"`             // when it becomes readable; if zero, at Time
	Message  string    `json:"message"`       // 1 to 1,048,550 bytes: 1 MiB less 26

	// Put sets the fields below.
	Timestamp int64 `json:"timestamp"` // Time in milliseconds since 1970
	sequence  int
	group     string
}

type group struct {
	region, name string
	events       []Event
	unsorted     bool
}

// order compares events as the service sorts them: by timestamp, by ingestion time, then in the order of Put.
func order(a, b Event) int {
	return cmp.Or(a.Time.Compare(b.Time), a.Ingested.Compare(b.Ingested), cmp.Compare(a.sequence, b.sequence))
}

var (
	groupName  = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)
	identifier = regexp.MustCompile(`^[\w#+=/:,.@-]+$`)
	streamName = regexp.MustCompile(`^[^:*]{1,512}$`)
)

// Put adds events to a group, and creates the group if it is missing, even without events. If the service
// would refuse the name or any of the events, Put returns an error and adds nothing.
func (s *Server) Put(region, name string, events ...Event) error {
	s.Lock()
	defer s.Unlock()
	if !groupName.MatchString(name) {
		return fmt.Errorf("%q cannot be the name of a log group", name)
	}
	var added []Event
	for _, e := range events {
		s.sequence++
		e.Time = e.Time.Truncate(time.Millisecond)
		e.Ingested = cmp.Or(e.Ingested, e.Time)
		e.ID = cmp.Or(e.ID, fmt.Sprintf("3%013d%042d", e.Time.UnixMilli(), s.sequence))
		if !streamName.MatchString(e.Stream) || len(e.Message) == 0 || len(e.Message) > 1<<20-26 ||
			e.Ingested.Sub(e.Time) > 14*24*time.Hour || e.Time.Sub(e.Ingested) > 2*time.Hour {
			return fmt.Errorf("PutLogEvents would refuse the event %q of %d bytes in the stream %q", e.ID, len(e.Message), e.Stream)
		}
		e.Timestamp, e.sequence, e.group = e.Time.UnixMilli(), s.sequence, name
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
	g.events, g.unsorted = append(g.events, added...), true
	return nil
}

// between returns the events from a time on and before another, in Unix milliseconds, sorted. It includes
// events that are not ingested yet.
func (g *group) between(from, before int64) []Event {
	if g.unsorted {
		slices.SortFunc(g.events, order)
		g.unsorted = false
	}
	find := func(ms int64) int {
		i, _ := slices.BinarySearchFunc(g.events, ms, func(e Event, ms int64) int { return cmp.Compare(e.Timestamp, ms) })
		return i
	}
	end := find(before)
	return g.events[min(find(from), end):end]
}

type groupRef struct{ LogGroupName, LogGroupIdentifier string }

func (r groupRef) name() string {
	return cmp.Or(r.LogGroupName, r.LogGroupIdentifier[strings.LastIndex(r.LogGroupIdentifier, ":")+1:])
}

func (s *Server) group(region string, ref groupRef) *group {
	name, id := ref.LogGroupName, ref.LogGroupIdentifier
	must(name == "" || id == "", refuse("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters."))
	must(name == "" || groupName.MatchString(name), constraint("logGroupName", name))
	must(id == "" || identifier.MatchString(id), constraint("logGroupIdentifier", id))
	must(ref.name() != "", invalid("Either logGroupName or logGroupIdentifier must be given."))
	g := s.groups[region+":"+ref.name()]
	elsewhere := strings.HasPrefix(id, "arn:") && id != arn(region, ref.name())
	must(g != nil && !elsewhere, refuse("ResourceNotFoundException", "The specified log group does not exist."))
	return g
}

// readable is like group, but refuses groups of the class Infrequent Access, which the action cannot read.
func (s *Server) readable(region, action string, ref groupRef) *group {
	g := s.group(region, ref)
	must(!slices.Contains(s.Infrequent, g.name),
		refuse("InvalidOperationException", action+" is not supported for log groups of the class INFREQUENT_ACCESS."))
	return g
}

func (s *Server) describeLogGroups(region string, body []byte) any {
	in := decode[struct {
		Prefix    string `json:"logGroupNamePrefix"`
		NextToken string `json:"nextToken"` // the last name on the previous page
	}](body)
	const limit = 50 // names on a page
	must(in.Prefix == "" || groupName.MatchString(in.Prefix), constraint("logGroupNamePrefix", in.Prefix))
	page := []object{}
	for _, key := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[key]
		if g.region != region || !strings.HasPrefix(g.name, in.Prefix) || g.name <= in.NextToken {
			continue
		}
		if len(page) == limit {
			return object{"logGroups": page, "nextToken": page[limit-1]["logGroupName"]}
		}
		class := map[bool]string{true: "INFREQUENT_ACCESS", false: "STANDARD"}[slices.Contains(s.Infrequent, g.name)]
		page = append(page, object{"logGroupName": g.name, "logGroupClass": class, "arn": arn(g.region, g.name) + ":*"})
	}
	return object{"logGroups": page}
}

package cloudwatchtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
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

// groupRef is how a request names its group.
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

// group finds the group that a request names.
func (s *Server) group(region string, ref groupRef) (*group, *refusal) {
	switch {
	case ref.LogGroupName != nil && ref.LogGroupIdentifier != nil:
		return nil, refuse("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.")
	case ref.LogGroupName != nil && !groupName.MatchString(*ref.LogGroupName):
		return nil, constraint(*ref.LogGroupName, "logGroupName", `satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`)
	case ref.LogGroupIdentifier != nil && !identifier.MatchString(*ref.LogGroupIdentifier):
		return nil, constraint(*ref.LogGroupIdentifier, "logGroupIdentifier", `satisfy regular expression pattern: [\w#+=/:,.@-]*`)
	case ref.name() == "":
		return nil, invalid("Either logGroupName or logGroupIdentifier must be given.")
	}
	g := s.groups[region+":"+ref.name()]
	elsewhere := ref.LogGroupIdentifier != nil && strings.HasPrefix(*ref.LogGroupIdentifier, "arn:") &&
		*ref.LogGroupIdentifier != arn(region, ref.name())
	if g == nil || elsewhere {
		return nil, refuse("ResourceNotFoundException", "The specified log group does not exist.")
	}
	return g, nil
}

// decode reads a request's body. A field that it has and v has not is one that
// the fake does not imitate.
func decode(body []byte, v any) *refusal {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return unsupported(err.Error())
		}
		return refuse("SerializationException", err.Error())
	}
	return nil
}

// pageSize is the limit of a request, checked, or the largest one.
func pageSize(limit *int, largest int) (int, *refusal) {
	switch {
	case limit == nil:
		return largest, nil
	case *limit < 1:
		return 0, constraint(*limit, "limit", "have value greater than or equal to 1")
	case *limit > largest:
		return 0, constraint(*limit, "limit", fmt.Sprintf("have value less than or equal to %d", largest))
	}
	return *limit, nil
}

type groupsOutput struct {
	LogGroups []groupOutput `json:"logGroups"`
	NextToken string        `json:"nextToken,omitempty"`
}

type groupOutput struct {
	Name     string `json:"logGroupName"`
	ARN      string `json:"arn"`         // with ":*" at its end
	GroupARN string `json:"logGroupArn"` // without
	Class    string `json:"logGroupClass"`
}

func (s *Server) describeLogGroups(req Request) (any, *refusal) {
	var in struct {
		Prefix    *string `json:"logGroupNamePrefix"`
		NextToken string  `json:"nextToken"`
		Limit     *int    `json:"limit"`
	}
	if err := decode(req.Body, &in); err != nil {
		return nil, err
	}
	limit, err := pageSize(in.Limit, maxPageNames)
	if err != nil {
		return nil, err
	}
	prefix := ""
	if in.Prefix != nil {
		prefix = *in.Prefix
		if !groupName.MatchString(prefix) {
			return nil, constraint(prefix, "logGroupNamePrefix", `satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`)
		}
	}
	var names []string
	classes := map[string]string{}
	for _, g := range s.groups {
		if g.region == req.Region && strings.HasPrefix(g.name, prefix) {
			names, classes[g.name] = append(names, g.name), cmp.Or(g.class, "STANDARD")
		}
	}
	slices.Sort(names)
	start, found := slices.BinarySearch(names, in.NextToken) // a token is the last name of the page before
	if found {
		start++
	}
	page, next := names[start:], ""
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1]
	}
	out := groupsOutput{LogGroups: []groupOutput{}, NextToken: next}
	for _, name := range page {
		out.LogGroups = append(out.LogGroups, groupOutput{Name: name, ARN: arn(req.Region, name) + ":*", GroupARN: arn(req.Region, name), Class: classes[name]})
	}
	return out, nil
}

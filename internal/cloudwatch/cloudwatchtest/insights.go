package cloudwatchtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Limits of Logs Insights, from the service's model and its quotas page.
const (
	maxQueryGroups   = 50
	maxQueryRows     = 10_000
	maxQueryLength   = 10_000
	maxQueriesAtOnce = 100
)

// query is a query of Logs Insights, by its id.
type query struct {
	queryInput
	groups []*group
	match  *regexp.Regexp
	polls  int // answered so far
	status string
}

type queryInput struct {
	Groups []string `json:"logGroupIdentifiers"`
	Start  int64    `json:"startTime"` // in seconds, inclusive like the end
	End    int64    `json:"endTime"`
	Text   string   `json:"queryString"`
	Limit  int      `json:"limit"`
}

type queryID struct {
	ID string `json:"queryId"`
}

type resultField struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

type queryStatistics struct {
	BytesScanned   float64 `json:"bytesScanned"`
	RecordsMatched float64 `json:"recordsMatched"`
	RecordsScanned float64 `json:"recordsScanned"`
}

// language is the part of Logs Insights QL that the fake runs.
var language = regexp.MustCompile(`^fields @timestamp, @message, @logStream, @log \| filter @message like /((?:[^/\\]|\\.)*)/ \| sort @timestamp asc$`)

func (s *Server) startQuery(req Request) (any, *refusal) {
	q := &query{status: "Running"}
	if err := decode(req.Body, &q.queryInput); err != nil {
		return nil, err
	}
	text := language.FindStringSubmatch(q.Text)
	switch {
	case len(q.Groups) == 0 || len(q.Groups) > maxQueryGroups:
		return nil, constraint(q.Groups, "logGroupIdentifiers", fmt.Sprintf("have length less than or equal to %d", maxQueryGroups))
	case q.Limit < 1 || q.Limit > maxQueryRows:
		return nil, constraint(q.Limit, "limit", fmt.Sprintf("have value less than or equal to %d", maxQueryRows))
	case q.End < q.Start:
		return nil, invalid("Query's end date and time must be after its start date and time.")
	case len(q.Text) > maxQueryLength:
		return nil, constraint(q.Text, "queryString", fmt.Sprintf("have length less than or equal to %d", maxQueryLength))
	case text == nil:
		return nil, unsupported("the query " + q.Text)
	case s.running() >= maxQueriesAtOnce:
		return nil, refuse("LimitExceededException", "Account maximum query concurrency limit of [100] reached.")
	}
	var err error
	if q.match, err = regexp.Compile(strings.ReplaceAll(text[1], `\/`, "/")); err != nil {
		return nil, refuse("MalformedQueryException", err.Error())
	}
	for _, name := range q.Groups {
		g, err := s.group(req.Region, groupRef{LogGroupIdentifier: &name})
		if err != nil {
			return nil, err
		}
		q.groups = append(q.groups, g)
	}
	if s.queries == nil {
		s.queries = map[string]*query{}
	}
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.queries))
	s.queries[id] = q
	s.peak = max(s.peak, s.running())
	return queryID{id}, nil
}

func (s *Server) running() int {
	n := 0
	for _, q := range s.queries {
		if q.status == "Running" {
			n++
		}
	}
	return n
}

// Queries returns how many queries of Logs Insights run now, and how many ran at once.
func (s *Server) Queries() (now, peak int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running(), s.peak
}

func (s *Server) query(req Request) (*query, *refusal) {
	var in queryID
	if err := decode(req.Body, &in); err != nil {
		return nil, err
	}
	if s.queries[in.ID] == nil {
		return nil, refuse("ResourceNotFoundException", "The specified query does not exist.")
	}
	return s.queries[in.ID], nil
}

func (s *Server) stopQuery(req Request) (any, *refusal) {
	q, err := s.query(req)
	switch {
	case err != nil:
		return nil, err
	case q.status != "Running":
		return nil, invalid("The specified query is not running.")
	}
	q.status = "Cancelled"
	return map[string]bool{"success": true}, nil
}

func (s *Server) getQueryResults(req Request) (any, *refusal) {
	q, err := s.query(req)
	if err != nil {
		return nil, err
	}
	if q.polls++; q.polls > s.QueryPolls && q.status == "Running" {
		q.status = "Complete"
	}
	rows, statistics := s.run(q)
	if q.status != "Complete" {
		rows, statistics.BytesScanned = rows[:0], statistics.BytesScanned*float64(q.polls)/float64(s.QueryPolls+1)
	}
	return map[string]any{"results": rows, "statistics": statistics, "status": q.status}, nil
}

// run returns the query's rows, the earliest of all groups first.
func (s *Server) run(q *query) ([][]resultField, queryStatistics) {
	rows, statistics := [][]resultField{}, queryStatistics{}
	all := &group{unsorted: true}
	from, before := q.Start*1000, (q.End+1)*1000
	for _, g := range q.groups {
		for _, e := range g.between(&from, &before) {
			if e.Ingested.After(s.now()) {
				continue
			}
			statistics.BytesScanned += float64(len(e.Message))
			statistics.RecordsScanned++
			if q.match.MatchString(e.Message) {
				e.group = g.name
				all.events = append(all.events, e)
			}
		}
	}
	statistics.RecordsMatched = float64(len(all.events))
	for _, e := range all.sorted()[:min(len(all.events), q.Limit)] {
		rows = append(rows, []resultField{
			{"@timestamp", e.Time.UTC().Format("2006-01-02 15:04:05.000")}, {"@message", e.Message},
			{"@logStream", e.Stream}, {"@log", Account + ":" + e.group}, {"@ptr", "ptr" + strconv.Itoa(e.sequence)},
		})
	}
	return rows, statistics
}

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

// readable refuses what only Logs Insights can read.
func (g *group) readable(operation string) *refusal {
	if g.class == "" || g.class == "STANDARD" {
		return nil
	}
	return refuse("InvalidOperationException", fmt.Sprintf("%s is not supported for log groups of the class %s.", operation, g.class))
}

package cloudwatchtest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

type query struct {
	Groups []string `json:"logGroupIdentifiers"`
	Start  int64    `json:"startTime"` // in Unix seconds, inclusive like the end
	End    int64    `json:"endTime"`
	Text   string   `json:"queryString"`
	Limit  int      `json:"limit"`

	groups []*group
	match  *regexp.Regexp
	polls  int // answered so far
	status string
}

// language matches the one form of query, in Logs Insights QL, that the fake runs.
var language = regexp.MustCompile(`^fields @timestamp, @message, @logStream, @log \| filter @message like /((?:[^/\\]|\\.)*)/ \| sort @timestamp asc$`)

// startQuery enforces the limits from the service's model and its quotas page.
func (s *Server) startQuery(req Request) any {
	q := decode[query](req)
	must(len(q.Groups) >= 1 && len(q.Groups) <= 50, constraint("logGroupIdentifiers", q.Groups))
	must(len(q.Text) <= 10_000, constraint("queryString", q.Text))
	must(q.Limit >= 1 && q.Limit <= 10_000, constraint("limit", q.Limit))
	must(q.End >= q.Start, invalid("Query's end date and time must be after its start date and time."))
	text := language.FindStringSubmatch(q.Text)
	must(text != nil, unsupported("the query "+q.Text))
	must(s.running < 100, refuse("LimitExceededException", "Account maximum query concurrency limit of [100] reached."))
	var err error
	q.match, err = regexp.Compile(strings.ReplaceAll(text[1], `\/`, "/"))
	must(err == nil, refuse("MalformedQueryException", fmt.Sprint(err)))
	for _, name := range q.Groups {
		q.groups = append(q.groups, s.group(req.Region, groupRef{LogGroupIdentifier: name}))
	}
	q.status = "Running"
	s.queries = append(s.queries, &q)
	s.running++
	s.peak = max(s.peak, s.running)
	return object{"queryId": fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.queries)-1)} // package faults replaces the first 8 digits
}

// Queries returns how many Logs Insights queries are running, and the most that ever ran at once.
func (s *Server) Queries() (now, peak int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running, s.peak
}

func (s *Server) query(req Request) *query {
	id := decode[struct{ QueryID string }](req).QueryID
	n, err := strconv.Atoi(id[strings.LastIndexByte(id, '-')+1:])
	must(err == nil && n < len(s.queries), refuse("ResourceNotFoundException", "The specified query does not exist."))
	return s.queries[n]
}

func (s *Server) stopQuery(req Request) any {
	q := s.query(req)
	must(q.status == "Running", invalid("The specified query is not running."))
	q.status = "Cancelled"
	s.running--
	return object{"success": true}
}

func (s *Server) getQueryResults(req Request) any {
	q := s.query(req)
	if q.polls++; q.polls > s.QueryPolls && q.status == "Running" {
		q.status = "Complete"
		s.running--
	}
	rows, scanned, matched := s.run(q)
	if q.status != "Complete" {
		rows, scanned = rows[:0], scanned*float64(q.polls)/float64(s.QueryPolls+1)
	}
	return object{"results": rows, "statistics": object{"bytesScanned": scanned, "recordsMatched": matched}, "status": q.status}
}

// run returns the query's rows, the bytes that it scans and bills, and the number of matches before
// q.Limit applies.
func (s *Server) run(q *query) (rows [][]object, scanned float64, matched int) {
	var found []stored
	from, before := q.Start*1000, (q.End+1)*1000
	for _, g := range q.groups {
		for _, e := range g.between(from, before) {
			if e.Ingested.After(s.Now()) {
				continue
			}
			scanned += float64(len(e.Message))
			if q.match.MatchString(e.Message) {
				found = append(found, e)
			}
		}
	}
	slices.SortFunc(found, order)
	rows = [][]object{}
	field := func(name, value string) object { return object{"field": name, "value": value} }
	for _, e := range found[:min(len(found), q.Limit)] {
		rows = append(rows, []object{
			field("@timestamp", e.Time.UTC().Format("2006-01-02 15:04:05.000")), field("@message", e.Message),
			field("@logStream", e.Stream), field("@log", Account+":"+e.group), field("@ptr", "ptr"+strconv.Itoa(e.sequence)),
		})
	}
	return rows, scanned, len(found)
}

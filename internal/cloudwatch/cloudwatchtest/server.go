// Package cloudwatchtest is a fake CloudWatch Logs: an http.Handler that speaks the service's wire format,
// AWS JSON 1.1, holds log groups in memory and enforces the real limits.
//
// It supports FilterLogEvents, GetLogEvents, DescribeLogGroups, the client's Logs Insights queries, and STS's
// GetCallerIdentity. Limits and shapes come from the service's Smithy model (Logs_20140328), error messages
// from recorded AWS answers. If it does not support a parameter or pattern, it answers 501 with an
// explanation instead of guessing. It reads a request's region from the scope of the signature, which it does
// not verify.
//
// Of this project it imports only package fake.
package cloudwatchtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/fake"
)

const (
	// Account is the id of the account that has all groups.
	Account = "123456789012"

	identity = "arn:aws:sts::" + Account + ":assumed-role/errmon/GitHubActions"
)

// Server is the fake. The exported fields may be changed only between requests. The methods may be called at
// any time.
type Server struct {
	fake.Front
	Now          func() time.Time // the clock; events are invisible before their ingestion time
	PageEvents   int              // maximum number of events on a page; 0 for the service's 10,000
	EmptyPages   int              // empty pages before each page of events; if not 0, an empty page is also the last
	RepeatEvents int              // number of events of the previous page that each page repeats
	QueryPolls   int              // number of polls that find a query still running
	Infrequent   []string         // groups of the class INFREQUENT_ACCESS, which only queries can read
	Allow        []string         // the allowed IAM actions, such as "logs:FilterLogEvents"; nil allows all
	IdentityCode string           // STS's error code for GetCallerIdentity; empty to let it succeed
	// Break is called for each request except GetCallerIdentity, one at a time. It may be nil or return nil.
	Break func(fake.Request) *fake.Fault

	groups   map[string]*group // by region and name
	cursors  []cursor          // by token
	queries  []*query          // by id
	running  int               // number of queries now running
	peak     int               // highest value of running
	sequence int
}

// Refusal returns a fault in the shape of an AWS refusal, with status 400.
func Refusal(code, message string) *fake.Fault {
	return &fake.Fault{Status: http.StatusBadRequest, Body: marshal(refuse(code, message).Body)}
}

var scope = regexp.MustCompile(`Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/logs/aws4_request`)

// ServeHTTP answers one request. It does not record GetCallerIdentity.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		s.serveIdentity(w)
		return
	}
	r.URL.Path = strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "Logs_20140328.")
	s.Serve(w, r, &s.Break, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		answer{Status: http.StatusOK, Body: s.answer(r)}.Write(w)
	})
}

// answer handles a request. Like the service, it checks permissions before parameters.
func (s *Server) answer(r *http.Request) any {
	body, _ := io.ReadAll(r.Body)
	name, region := r.URL.Path, ""
	if signed := scope.FindStringSubmatch(r.Header.Get("Authorization")); signed != nil {
		region = signed[1]
	}
	action := map[string]func(region string, body []byte) any{
		"FilterLogEvents":   s.filterLogEvents,
		"DescribeLogGroups": s.describeLogGroups,
		"GetLogEvents":      s.getLogEvents,
		"StartQuery":        s.startQuery,
		"GetQueryResults":   s.getQueryResults,
		"StopQuery":         s.stopQuery,
	}[name]
	must(r.Method == http.MethodPost && action != nil, refuse("UnknownOperationException", ""))
	must(region != "", refuse("MissingAuthenticationTokenException", "Missing Authentication Token"))
	var ref groupRef
	_ = json.Unmarshal(body, &ref) // a malformed body is refused later
	must(s.Allow == nil || slices.Contains(s.Allow, "logs:"+name), refuse("AccessDeniedException",
		fmt.Sprintf("User: %s is not authorized to perform: logs:%s on resource: %s:log-stream: "+
			"because no identity-based policy allows the logs:%[2]s action", identity, name, arn(region, ref.name()))))
	return action(region, body)
}

func arn(region, group string) string {
	return "arn:aws:logs:" + region + ":" + Account + ":log-group:" + group
}

// decode parses a request's body. It refuses a field that T lacks as unsupported.
func decode[T any](body []byte) (in T) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		must(!strings.Contains(err.Error(), "unknown field"), unsupported(err.Error()))
		panic(refuse("SerializationException", err.Error()))
	}
	return in
}

type (
	object = fake.Object
	answer = fake.Answer
)

var must = fake.Must

func refuse(code, message string) answer {
	return answer{Status: http.StatusBadRequest, Body: object{"__type": code, "message": message}}
}

func invalid(message string) answer { return refuse("InvalidParameterException", message) }

// constraint returns the service's refusal of a value that its model does not allow.
func constraint(at string, value any) answer {
	return invalid(fmt.Sprintf("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint", value, at))
}

func unsupported(what string) answer {
	refusal := refuse("NotInCloudwatchtest", "cloudwatchtest does not imitate this: "+what)
	refusal.Status = http.StatusNotImplemented
	return refusal
}

func marshal(v any) string {
	text, _ := json.Marshal(v) // cannot fail for the types of this package
	return string(text)
}

// serveIdentity answers STS's GetCallerIdentity, the only request whose body is a form.
func (s *Server) serveIdentity(w http.ResponseWriter) {
	const namespace = `xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`
	w.Header().Set("Content-Type", "text/xml")
	if s.IdentityCode != "" {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `<ErrorResponse %s><Error><Type>Sender</Type><Code>%s</Code><Message>The security token included in `+
			`the request is invalid.</Message></Error></ErrorResponse>`, namespace, s.IdentityCode)
		return
	}
	fmt.Fprintf(w, `<GetCallerIdentityResponse %s><GetCallerIdentityResult><Arn>%s</Arn><UserId>AROAEXAMPLE:GitHubActions</UserId>`+
		`<Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, namespace, identity, Account)
}

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
func (s *Server) startQuery(region string, body []byte) any {
	q := decode[query](body)
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
		q.groups = append(q.groups, s.group(region, groupRef{LogGroupIdentifier: name}))
	}
	q.status = "Running"
	s.queries = append(s.queries, &q)
	s.running++
	s.peak = max(s.peak, s.running)
	return object{"queryId": fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.queries)-1)} // package faults replaces the first 8 digits
}

// Queries returns how many Logs Insights queries are running, and the most that ever ran at once.
func (s *Server) Queries() (now, peak int) {
	s.Lock()
	defer s.Unlock()
	return s.running, s.peak
}

func (s *Server) query(body []byte) *query {
	id := decode[struct{ QueryID string }](body).QueryID
	n, err := strconv.Atoi(id[strings.LastIndexByte(id, '-')+1:])
	must(err == nil && n < len(s.queries), refuse("ResourceNotFoundException", "The specified query does not exist."))
	return s.queries[n]
}

func (s *Server) stopQuery(_ string, body []byte) any {
	q := s.query(body)
	must(q.status == "Running", invalid("The specified query is not running."))
	q.status = "Cancelled"
	s.running--
	return object{"success": true}
}

func (s *Server) getQueryResults(_ string, body []byte) any {
	q := s.query(body)
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
	var found []Event
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

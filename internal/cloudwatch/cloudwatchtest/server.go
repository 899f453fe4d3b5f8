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
	"strings"
	"sync"
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
	Now          func() time.Time     // the clock; events are invisible before their ingestion time
	PageEvents   int                  // maximum number of events on a page; 0 for the service's 10,000
	EmptyPages   int                  // empty pages before each page of events; if not 0, an empty page is also the last
	RepeatEvents int                  // number of events of the previous page that each page repeats
	QueryPolls   int                  // number of polls that find a query still running
	Infrequent   []string             // groups of the class INFREQUENT_ACCESS, which only queries can read
	Allow        []string             // the allowed IAM actions, such as "logs:FilterLogEvents"; nil allows all
	IdentityCode string               // STS's error code for GetCallerIdentity; empty to let it succeed
	Fault        func(Request) *Fault // called for each request except GetCallerIdentity; may be nil or return nil
	mu           sync.Mutex           // guards the fields below
	groups       map[string]*group    // by region and name
	cursors      []cursor             // by token
	queries      []*query             // by id
	running      int                  // number of queries now running
	peak         int                  // highest value of running
	requests     []Request
	sequence     int
}

// Request is a request as the fake received it.
type Request struct {
	Action string // such as "FilterLogEvents"
	Region string
	Body   json.RawMessage
}

// Fault is an answer that replaces the correct one.
type Fault struct {
	Status int    // 0 closes the connection without an answer
	Body   string // sent as it is
}

// Refusal returns a fault in the shape of an AWS refusal, with status 400.
func Refusal(code, message string) *Fault {
	return &Fault{Status: http.StatusBadRequest, Body: marshal(refuse(code, message).Body)}
}

// Requests returns all requests so far in order, including refused ones and those with a Fault, but without
// GetCallerIdentity.
func (s *Server) Requests() []Request { return fake.Copy(&s.mu, &s.requests) }

var scope = regexp.MustCompile(`Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/logs/aws4_request`)

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has disconnected
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		s.serveIdentity(w)
		return
	}
	req := Request{Action: strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "Logs_20140328."), Body: body}
	if signed := scope.FindStringSubmatch(r.Header.Get("Authorization")); signed != nil {
		req.Region = signed[1]
	}
	s.mu.Lock()
	s.requests = append(s.requests, req)
	s.mu.Unlock()

	var fault *Fault
	if s.Fault != nil {
		fault = s.Fault(req)
	}
	if fault != nil && fault.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if fault != nil {
		w.WriteHeader(fault.Status)
		io.WriteString(w, fault.Body)
		return
	}
	fake.Serve(w, func() { answer{Status: http.StatusOK, Body: s.answer(r.Method, req)}.Write(w) })
}

// answer handles a request. Like the service, it checks permissions before parameters.
func (s *Server) answer(method string, req Request) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	action := map[string]func(Request) any{
		"FilterLogEvents":   s.filterLogEvents,
		"DescribeLogGroups": s.describeLogGroups,
		"GetLogEvents":      s.getLogEvents,
		"StartQuery":        s.startQuery,
		"GetQueryResults":   s.getQueryResults,
		"StopQuery":         s.stopQuery,
	}[req.Action]
	must(method == http.MethodPost && action != nil, refuse("UnknownOperationException", ""))
	must(req.Region != "", refuse("MissingAuthenticationTokenException", "Missing Authentication Token"))
	var ref groupRef
	_ = json.Unmarshal(req.Body, &ref) // a malformed body is refused later
	must(s.Allow == nil || slices.Contains(s.Allow, "logs:"+req.Action), refuse("AccessDeniedException",
		fmt.Sprintf("User: %s is not authorized to perform: logs:%s on resource: %s:log-stream: because no identity-based policy allows the logs:%s action",
			identity, req.Action, arn(req.Region, ref.name()), req.Action)))
	return action(req)
}

func arn(region, group string) string {
	return "arn:aws:logs:" + region + ":" + Account + ":log-group:" + group
}

// decode parses a request's body. It refuses a field that T lacks as unsupported.
func decode[T any](req Request) (in T) {
	decoder := json.NewDecoder(bytes.NewReader(req.Body))
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
		fmt.Fprintf(w, `<ErrorResponse %s><Error><Type>Sender</Type><Code>%s</Code><Message>The security token included in the request is invalid.`+
			`</Message></Error></ErrorResponse>`, namespace, s.IdentityCode)
		return
	}
	fmt.Fprintf(w, `<GetCallerIdentityResponse %s><GetCallerIdentityResult><Arn>%s</Arn><UserId>AROAEXAMPLE:GitHubActions</UserId>`+
		`<Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, namespace, identity, Account)
}

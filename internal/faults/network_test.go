package faults

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

// network carries every request of every run in this process to the run's world. Requests to GitHub and
// Sentry never leave memory, and their host names the run. Those to CloudWatch use loopback, since the
// SDK's transport cannot be replaced; the account in the log group's ARN, or the id of a query, names the
// run.
type network struct {
	mu   sync.Mutex
	runs map[int]*run
	last int
}

var net = &network{runs: map[int]*run{}}

func TestMain(m *testing.M) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(net.cloudwatch))
	server.Config.IdleTimeout = 2 * time.Second // each run makes its own connection
	server.Start()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": server.URL, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_CA_BUNDLE": "", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	http.DefaultTransport = net
	debug.SetGCPercent(400) // for many short runs
	flag.Parse()
	if flag.Lookup("rapid.checks").Value.String() == "100" {
		checks := "15"
		if *sweep {
			checks = "500"
		}
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// add numbers a run.
func (n *network) add(r *run) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last++
	r.id = n.last
	n.runs[r.id] = r
}

func (n *network) remove(r *run) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.runs, r.id)
}

func (n *network) run(id string) *run {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, _ := strconv.Atoi(id)
	return n.runs[number]
}

func (r *run) githubURL() string { return fmt.Sprintf("http://run-%d.github.test", r.id) }
func (r *run) sentryURL() string { return fmt.Sprintf("http://run-%d.sentry.test", r.id) }

// logGroups returns the ARNs by which this run requests the script's groups.
func (r *run) logGroups() string {
	var arns []string
	for _, group := range r.world.script.groups {
		arns = append(arns, fmt.Sprintf("arn:aws:logs:%s:%012d:log-group:%s", region, r.id, group))
	}
	return strings.Join(arns, ",")
}

var (
	runInHost = regexp.MustCompile(`^run-(\d+)\.(github|sentry)\.test$`)
	runInARN  = regexp.MustCompile(`(:logs:` + region + `:)(\d{12})(:log-group:)`)
	// Only the id identifies a query when its results are requested.
	runInQuery = regexp.MustCompile(`("queryId":")(\d{8})-`)
	runInBody  = regexp.MustCompile(`:logs:` + region + `:(\d{12}):log-group:|"queryId":"(\d{8})-`)
)

// RoundTrip implements http.RoundTripper for requests to GitHub and Sentry.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	match := runInHost.FindStringSubmatch(req.URL.Host)
	if match == nil {
		return nil, fmt.Errorf("no such host: %s", req.URL.Host)
	}
	if req.Body == nil {
		req.Body = http.NoBody
	}
	in := req.Clone(req.Context())
	in.RequestURI, in.Host = req.URL.RequestURI(), req.URL.Host
	r := n.run(match[1])
	answer := httptest.NewRecorder()
	if r == nil || !served(func() { r.answer(answer, in, match[2]) }) {
		return nil, io.ErrUnexpectedEOF
	}
	if err := req.Context().Err(); err != nil {
		return nil, err // the answer came too late
	}
	resp := answer.Result()
	resp.Request = req
	if length, err := strconv.Atoi(resp.Header.Get("Content-Length")); err == nil && length > answer.Body.Len() {
		resp.Body = io.NopCloser(io.MultiReader(answer.Body, brokenReader{}))
	}
	return resp, nil
}

// answer makes GitHub or Sentry answer.
func (r *run) answer(w http.ResponseWriter, req *http.Request, host string) {
	if host == "github" {
		r.serve(w, req, github, r.world.github)
		return
	}
	r.serve(w, req, sentry, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.world.learn()
		r.world.sentry.ServeHTTP(w, req)
	}))
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// served reports whether the handler answered at all.
func served(handle func()) (ok bool) {
	defer func() {
		switch p := recover(); {
		case p == nil:
		case errors.Is(p.(error), http.ErrAbortHandler):
			ok = false
		default:
			panic(p)
		}
	}()
	handle()
	return true
}

// cloudwatch answers the requests of the AWS SDK.
func (n *network) cloudwatch(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	number := runInBody.FindSubmatch(body)
	if number == nil {
		panic(http.ErrAbortHandler)
	}
	r := n.run(string(append(number[1], number[2]...)))
	if r == nil {
		panic(http.ErrAbortHandler)
	}
	body = runInARN.ReplaceAll(body, []byte("${1}"+cloudwatchtest.Account+"${3}"))
	req.Body = io.NopCloser(bytes.NewReader(runInQuery.ReplaceAll(body, []byte("${1}00000000-"))))
	r.serve(marking{w, r.id}, req, cloudwatch, r.world.aws)
}

// marking puts the run's number into the ids of queries.
type marking struct {
	http.ResponseWriter
	run int
}

func (m marking) Write(answer []byte) (int, error) {
	_, err := m.ResponseWriter.Write(runInQuery.ReplaceAll(answer, fmt.Appendf(nil, "${1}%08d-", m.run)))
	return len(answer), err
}

func (m marking) WriteString(answer string) (int, error) { return m.Write([]byte(answer)) }

// fault is the damage done to one request and its answer.
type fault struct {
	apply    bool          // the service carries out the request anyway
	delay    time.Duration // time until anything comes back
	truncate bool          // half of the true answer comes back
	status   int           // 0: the connection is cut, unless truncate or through
	through  bool          // the true answer comes back after the delay
	header   map[string]string
	body     string
}

// serve passes one request through the run's gate to a service, and damages it as the gate decides.
func (r *run) serve(w http.ResponseWriter, req *http.Request, to service, handler http.Handler) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	q := request{service: to, method: req.Method, path: req.URL.Path, query: req.URL.Query(), body: string(body)}
	if to == cloudwatch {
		_, q.path, _ = strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	}
	f := r.arrive(q)
	req.Body = io.NopCloser(bytes.NewReader(body))
	if f == nil {
		handler.ServeHTTP(w, req)
		return
	}
	answer := httptest.NewRecorder()
	if f.apply || f.truncate || f.through {
		handler.ServeHTTP(answer, req)
	}
	r.world.pass(f.delay)
	if to == cloudwatch && r.timed.over() {
		// Over loopback, the answer and the end of the context would race.
		<-req.Context().Done()
		panic(http.ErrAbortHandler)
	}
	f.send(w, answer)
}

func (f *fault) send(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	switch {
	case f.through || f.truncate:
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		body := answer.Body.Bytes()
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.Code)
		if f.truncate {
			body = body[:len(body)/2]
		}
		_, _ = w.Write(body)
	case f.status == 0:
		panic(http.ErrAbortHandler)
	default:
		for name, value := range f.header {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", cmp.Or(f.header["Content-Type"], "application/json"))
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, f.body)
	}
}

package faults

import (
	"bytes"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cli"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/github/githubtest"
)

const region = "eu-central-1"

// world is everything outside the process: the services and the time.
type world struct {
	*timeline
	script *script
	github *githubtest.Server
	aws    *cloudwatchtest.Server
	sentry *tracker
	wrote  []wrote       // what people wrote, for the judge
	owed   []deed        // what people could not do yet
	raced  bool          // runs overlapped, so an error may be filed twice and one issue closed as a duplicate
	skew   time.Duration // error of the clocks on errmon's machines
}

// newWorld returns the world at the script's start.
func newWorld(s *script) *world {
	w := &world{timeline: &timeline{time: s.start}, script: s, github: githubtest.New("acme", "shop")}
	w.github.Configure(func(to *githubtest.Settings) { to.Now, to.Private = w.now, true })
	w.fillLogs()
	w.sentry = w.newTracker()
	if s.prepare != nil {
		s.prepare(w)
	}
	return w
}

// clone returns another world that continues from the current state.
func (w *world) clone() *world {
	c := &world{timeline: &timeline{time: w.now()}, script: w.script, github: w.github.Clone(),
		wrote: slices.Clone(w.wrote), owed: slices.Clone(w.owed), raced: w.raced, skew: w.skew}
	c.github.Configure(func(to *githubtest.Settings) { to.Now = c.now })
	c.fillLogs()
	c.sentry = w.cloneTracker(c)
	return c
}

func (w *world) fillLogs() {
	w.aws = &cloudwatchtest.Server{Now: w.now, PageEvents: w.script.pageEvents, RepeatEvents: 2, EmptyPages: w.script.emptyPages}
	for _, group := range w.script.groups {
		if err := w.aws.Put(region, group, w.script.logged(group)...); err != nil {
			panic(err)
		}
	}
}

type service string

const (
	github     service = "GitHub"
	cloudwatch service = "CloudWatch"
)

// request is a request that arrives at a service.
type request struct {
	service      service
	method, path string
	query        url.Values
	body         string
}

// class returns the kind of the request, without numbers such as an issue's.
func (q request) class() string {
	return string(q.service) + " " + q.method + " " + digits.ReplaceAllString(q.path, "N")
}

var digits = regexp.MustCompile(`\d+`)

// writes reports whether the request would change something.
func (q request) writes() bool { return q.service != cloudwatch && q.method != "GET" }

// run is one run of errmon.
type run struct {
	id    int
	world *world
	args  []string
	ctx   context.Context
	// gate decides about each request as it arrives, in order; nil lets all pass.
	gate   func(request) *fault
	cancel context.CancelFunc

	// asking is held while a request is recorded and the gate decides. Requests arrive one at a time, but
	// on several connections, which do not order memory accesses.
	asking   sync.Mutex
	requests []request
	dead     bool

	stdin         string
	pending, last request // of overlapping runs: the waiting request, and the one let through before it
	rested        bool    // the run slept for long before the pending request
	timed         timed   // its contexts with a deadline

	code int
	out  string
}

func (w *world) newRun(args ...string) *run {
	r := &run{world: w, args: append([]string{"scan"}, args...)}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// do runs errmon to the end.
func (r *run) do() *run {
	defer r.cancel()
	net.add(r)
	defer net.remove(r)
	env := map[string]string{
		"GITHUB_API_URL": r.githubURL(), "GITHUB_TOKEN": "token", "GITHUB_REPOSITORY": "acme/shop",
		"AWS_LOG_GROUP_NAME": r.logGroups(), "AWS_REGION": region,
	}
	if len(r.world.script.reports) > 0 {
		env["SENTRY_URL"], env["SENTRY_AUTH_TOKEN"], env["SENTRY_RESOLVE"] = r.sentryURL(), "token", "true"
		env["SENTRY_ORGANIZATION"], env["SENTRY_PROJECT"] = "acme", "web"
	}
	for name, value := range r.world.script.settings {
		env[name] = value
	}
	var out bytes.Buffer
	command := cli.Command{
		Stdin: strings.NewReader(r.stdin), Stdout: &out, Stderr: &out,
		Getenv: func(name string) string { return env[name] }, Clock: r.noting(r.world.clock(r.world.skew)),
	}
	r.code = command.Main(r.ctx, r.args)
	r.out = out.String()
	r.asking.Lock() // the last request may have been abandoned before its answer
	defer r.asking.Unlock()
	return r
}

// breaking asks a gate about each request of the run by its number, from 0.
func (r *run) breaking(gate func(r *run, at int) *fault) *run {
	at := -1
	r.gate = func(request) *fault {
		at++
		return gate(r, at)
	}
	return r
}

// arrive records a request and asks the gate about it.
func (r *run) arrive(q request) *fault {
	r.asking.Lock()
	defer r.asking.Unlock()
	r.requests = append(r.requests, q)
	switch {
	case r.dead:
		return &fault{}
	case r.gate == nil:
		return nil
	}
	return r.gate(q)
}

// die stops the process: nothing that it sends from now on arrives. Gates call it.
func (r *run) die() {
	r.dead = true
	r.cancel()
}

func (r *run) mustSucceed(t testing.TB) *run {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d\n%s", r.code, r.out)
	}
	return r
}

// writes returns the run's requests that would change something.
func (r *run) writes() []request {
	return slices.DeleteFunc(slices.Clone(r.requests), func(q request) bool { return !q.writes() })
}

// count returns the number of the run's requests to a service.
func (r *run) count(to service) int {
	n := 0
	for _, q := range r.requests {
		if q.service == to {
			n++
		}
	}
	return n
}

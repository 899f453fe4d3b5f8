package relay_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/relay"
)

const stormSecret = "storm-secret"

func sign(body string) string {
	mac := hmac.New(sha256.New, []byte(stormSecret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

func keys[V any](m map[string]V) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// arrival is a dispatch that GitHub accepted.
type arrival struct {
	at   time.Time
	size int // of its payload, in bytes
}

// gate stands in front of a GitHub in memory and records what was accepted, and when.
type gate struct {
	inner http.Handler
	// refusals are the statuses of the first answers.
	refusals []int

	mu   sync.Mutex
	more *sync.Cond
	sent []arrival
	ids  map[string]time.Time
}

func newGate() *gate {
	server := githubtest.New("acme", "shop")
	server.Configure(func(s *githubtest.Settings) { s.Unlimited = true })
	g := &gate{inner: server, ids: map[string]time.Time{}}
	g.more = sync.NewCond(&g.mu)
	return g
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if status := g.refusal(); status != 0 {
		w.Header().Set("Retry-After", "1") // seconds
		w.WriteHeader(status)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	g.inner.ServeHTTP(answer, r)
	if answer.Code == http.StatusNoContent {
		g.note(body)
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (g *gate) refusal() (status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.refusals) > 0 {
		status, g.refusals = g.refusals[0], g.refusals[1:]
	}
	return status
}

func (g *gate) note(body []byte) {
	var in struct {
		Payload json.RawMessage `json:"client_payload"`
	}
	var p struct{ Errmon json.RawMessage }
	if json.Unmarshal(body, &in) != nil || json.Unmarshal(in.Payload, &p) != nil {
		return
	}
	entries, err := inbound.ReadEnvelope(p.Errmon)
	if err != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.sent = append(g.sent, arrival{now, len(in.Payload)})
	for _, e := range entries {
		for _, id := range e.IDs {
			g.ids[id] = now
		}
	}
	g.more.Broadcast()
}

func (g *gate) dispatches() []arrival {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.sent)
}

func (g *gate) arrived() map[string]time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	ids := map[string]time.Time{}
	for id, at := range g.ids {
		ids[id] = at
	}
	return ids
}

// await returns when all ids have arrived. Otherwise the test's own time limit ends it.
func (g *gate) await(t *testing.T, ids map[string]time.Time) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	for id := range ids {
		for g.ids[id].IsZero() {
			g.more.Wait()
		}
	}
}

// delays returns the times from each webhook to its dispatch, shortest first.
func (g *gate) delays(sent map[string]time.Time) []time.Duration {
	arrived := g.arrived()
	var delays []time.Duration
	for id, at := range sent {
		delays = append(delays, arrived[id].Sub(at))
	}
	slices.Sort(delays)
	return delays
}

// stormWorld is a running relay and the GitHub that it dispatches to.
type stormWorld struct {
	url    string
	github *gate
	stop   func() error // sends SIGTERM or its equivalent, and waits for the relay to end
	pid    int          // of the program; 0 if the relay runs inside the test
	t      *testing.T
}

func startStorm(t *testing.T, coalesce time.Duration) *stormWorld {
	t.Helper()
	w := &stormWorld{github: newGate(), t: t}
	server := httptest.NewServer(w.github)
	t.Cleanup(server.Close)
	if *storm {
		w.program(server.URL, coalesce)
	} else {
		w.inside(server.URL, coalesce)
	}
	return w
}

// inside runs the relay in the test's own process.
func (w *stormWorld) inside(api string, coalesce time.Duration) {
	client, err := github.New(github.Config{Token: "token", BaseURL: api, Owner: "acme", Repo: "shop", Clock: clock.System()})
	if err != nil {
		w.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	c := relay.Config{SentrySecret: stormSecret, Log: slog.New(slog.DiscardHandler), Clock: clock.System()}
	metrics := relay.NewMetrics()
	queue := relay.NewQueue(coalesce, client.Dispatch, c, metrics)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- relay.Serve(ctx, listener, relay.NewReceiver(c, queue.Add, relay.Readiness(queue, nil), metrics), queue)
	}()
	w.url = "http://" + listener.Addr().String()
	w.stop = func() error { cancel(); return <-done }
}

// program builds errmon and starts it as a user would.
func (w *stormWorld) program(api string, coalesce time.Duration) {
	path := filepath.Join(w.t.TempDir(), "errmon")
	if out, err := exec.Command("go", "build", "-o", path, "../..").CombinedOutput(); err != nil {
		w.t.Fatalf("build: %v\n%s", err, out)
	}
	cmd := exec.Command(path, "relay", "--listen", "127.0.0.1:0", "--coalesce", min(coalesce, 10*time.Minute).String())
	cmd.Env = append(os.Environ(), "SENTRY_CLIENT_SECRET="+stormSecret, "GITHUB_TOKEN=token", "GITHUB_REPOSITORY=acme/shop", "GITHUB_API_URL="+api)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stderr)
	for w.url == "" && lines.Scan() {
		if m := regexp.MustCompile(`"address":"([^"]+)"`).FindStringSubmatch(lines.Text()); m != nil {
			w.url = "http://" + m[1]
		}
	}
	read := make(chan struct{})
	go func() { defer close(read); _, _ = io.Copy(io.Discard, stderr) }()
	w.pid = cmd.Process.Pid
	w.stop = func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-read
		return cmd.Wait()
	}
}

// memory returns the program's current and peak resident memory in MB, as Linux reports them. Both are 0 on
// other systems, or if the relay runs inside the test.
func (w *stormWorld) memory() (now, peak int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.pid))
	if w.pid == 0 || err != nil {
		return 0, 0
	}
	kilobytes := func(name string) int {
		_, rest, _ := strings.Cut(string(status), name+":")
		var n int
		_, _ = fmt.Sscan(rest, &n)
		return n
	}
	return kilobytes("VmRSS") >> 10, kilobytes("VmHWM") >> 10
}

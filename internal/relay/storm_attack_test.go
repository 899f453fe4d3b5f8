package relay_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// attackers is the number of connections that stay open with a body that never ends. A relay without limits
// would hold 1 MB for each, 1.5 GB in all.
const attackers = 1500

// attackKinds are the heads of the requests. Some are refused before their body is read; others can be
// proved wrong only with the whole body.
var attackKinds = []struct{ name, path, head string }{
	{"unsigned", "/webhook/sentry", "Content-Length: 1048576\r\n"},
	{"unsigned, of unknown length", "/webhook/sentry", "Transfer-Encoding: chunked\r\n"},
	{"wrong token", "/webhook/sentry", "Content-Length: 1048576\r\nAuthorization: Bearer nobody-knows-it\r\n"},
	{"forged signature", "/webhook/sentry", "Content-Length: 1048576\r\nSentry-Hook-Signature: " + strings.Repeat("0", 64) + "\r\n"},
	{"forged signature, small", "/webhook/sentry", "Content-Length: 65536\r\nSentry-Hook-Signature: " + strings.Repeat("0", 64) + "\r\n"},
	{"forged signature, of unknown length", "/webhook/sentry", "Transfer-Encoding: chunked\r\nSentry-Hook-Signature: " + strings.Repeat("0", 64) + "\r\n"},
}

// TestStormUnderAttack sends signed webhooks while attackers hold 1,500 unfinished bodies and reconnect a
// second after being refused. It stays on loopback, and ends when the webhooks are answered, or after two
// minutes.
func TestStormUnderAttack(t *testing.T) {
	if !*storm {
		t.Skip("with -storm")
	}
	const webhooks = 10_000
	for _, kinds := range [][]int{{0}, {3}, {4}, {0, 1, 2, 3, 4, 5}} {
		w := startStorm(t, 10*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		siege := &siege{address: strings.TrimPrefix(w.url, "http://"), answers: map[string]int{}}
		siege.begin(ctx, kinds)
		got := fire(t, w.url, 0, webhooks, func(int) {})
		cancel()
		siege.done.Wait()
		w.github.await(t, got.accepted)
		_, peak := w.memory()
		t.Logf("%d attackers (%s), answered %v", attackers, names(kinds), siege.answers)
		t.Logf("  %d signed webhooks beside them in %s: %d accepted; answers: median %s, p99 %s, slowest %s", webhooks, got.took.Round(time.Millisecond),
			len(got.accepted), got.latency.P50, got.latency.P99, got.latency.Max)
		t.Logf("  memory of the relay: %d MB at most", peak)
		// A forged signature is detected only at the end of the body, so a webhook may have to wait for
		// room.
		if least := webhooks * 999 / 1000; len(got.accepted) < least || got.answers[http.StatusServiceUnavailable] != webhooks-len(got.accepted) || peak >= 150 {
			t.Errorf("answers %v, %d MB: want at least %d accepted and the others told to come again, in less than 150 MB", got.answers, peak, least)
		}
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	}
}

// TestStormOfLargeBodies sends 1,500 signed webhooks of 1 MB at once. Those that do not fit are asked to
// retry, and memory stays bounded while others are parsed.
func TestStormOfLargeBodies(t *testing.T) {
	if !*storm {
		t.Skip("with -storm")
	}
	w := startStorm(t, 10*time.Second)
	frames := strings.Repeat(`{"function":"total","filename":"/app/src/cart.js","lineno":10,"in_app":true,"vars":{"cart":[1,2,3]}},`, 10_000)
	answers := map[int]int{}
	var mu sync.Mutex
	var sent sync.WaitGroup
	for n := range attackers {
		sent.Go(func() {
			body := fmt.Sprintf(`{"action":"triggered","data":{"event":{"event_id":%q,"exception":{"values":[{"type":"E","stacktrace":{"frames":[%s]}}]}}}}`,
				eventID(n), strings.TrimSuffix(frames, ","))
			status := w.post(body)
			mu.Lock()
			defer mu.Unlock()
			answers[status]++
		})
	}
	sent.Wait()
	_, peak := w.memory()
	t.Logf("%d signed bodies of %d KB at once: answered %v (0: closed before the answer was read)", attackers, len(frames)>>10, answers)
	t.Logf("  memory of the relay: %d MB at most", peak)
	if peak >= 150 || answers[http.StatusAccepted] == 0 {
		t.Errorf("want some accepted, in less than 150 MB")
	}
	if err := w.stop(); err != nil {
		t.Error(err)
	}
}

// post returns the status of the answer to a signed webhook; 0 without an answer.
func (w *stormWorld) post(body string) int {
	request, err := http.NewRequest(http.MethodPost, w.url+"/webhook/sentry", strings.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Sentry-Hook-Signature", sign(body))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}

func names(kinds []int) string {
	var all []string
	for _, k := range kinds {
		all = append(all, attackKinds[k].name)
	}
	return strings.Join(all, ", ")
}

// siege is the state that the attackers share.
type siege struct {
	address string
	done    sync.WaitGroup
	mu      sync.Mutex
	answers map[string]int // by status
}

// begin starts the attackers and returns when all have sent their first head.
func (s *siege) begin(ctx context.Context, kinds []int) {
	var ready sync.WaitGroup
	for n := range attackers {
		ready.Add(1)
		s.done.Go(func() {
			for first := true; ctx.Err() == nil; first = false {
				s.attack(ctx, kinds[n%len(kinds)], func() {
					if first {
						ready.Done()
					}
				})
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
			}
		})
	}
	ready.Wait()
}

// attack sends a body except its last byte, and waits for the answer.
func (s *siege) attack(ctx context.Context, kind int, begun func()) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		begun()
		s.note("no connection")
		return
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	k := attackKinds[kind]
	fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: relay\r\n%s\r\n", k.path, k.head)
	begun()
	body := strings.Repeat("x", 1<<20-1)
	switch {
	case strings.Contains(k.head, "chunked"):
		body = "100000\r\n" + body
	case strings.Contains(k.head, "65536"):
		body = body[:1<<16-1]
	}
	go func() { _, _ = io.WriteString(c, body) }()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.note("connection closed")
	default:
		s.note(answer.Status)
	}
}

func (s *siege) note(answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[answer]++
}

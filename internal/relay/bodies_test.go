package relay

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// unfinished opens a connection and sends a request with only part of its body. With end, it closes the
// sending side.
func unfinished(t *testing.T, address, path string, headers map[string]string, length string, end bool) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	var head strings.Builder
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: relay\r\n%s\r\n", path, length)
	for name, value := range headers {
		fmt.Fprintf(&head, "%s: %s\r\n", name, value)
	}
	if _, err := io.WriteString(c, head.String()+"\r\n10\r\n{\"data\":{\"event\""); err != nil {
		t.Fatal(err)
	}
	if end {
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func answerOn(t *testing.T, c net.Conn) *http.Response {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// TestRefusedUnread sends half of each body. A request whose head is refused is answered even though the
// rest never comes; reading the body first would end in 400.
func TestRefusedUnread(t *testing.T) {
	const declared, chunked = "Content-Length: 1048576", "Transfer-Encoding: chunked"
	for _, tt := range []struct {
		name, path, length string
		headers            map[string]string
		insecure           bool
		want               int
	}{
		{"neither signature nor token", sentryWeb, declared, nil, false, 401},
		{"neither, for Slack", slackWeb, declared, nil, false, 401},
		{"of unknown length", sentryWeb, chunked, nil, false, 401},
		{"a wrong token", sentryWeb, declared, bearer("x"), false, 401},
		{"a signature of the other service", slackWeb, declared, forged(), false, 401},
		{"a scan without a token", "/trigger-scan", declared, nil, false, 401},
		{"a method that is not taken", "/healthz", declared, nil, false, 405},
		{"no such route", "/webhook/teams", chunked, nil, false, 404},
		{"a signature, which is of the whole body", sentryWeb, declared, forged(), false, 400},
		{"more than is read", sentryWeb, "Content-Length: 1048577", forged(), false, 413},
		{"insecure", sentryWeb, declared, nil, true, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			var gh gitHub
			cfg := config(&log)
			cfg.Insecure = tt.insecure
			address, stop := open(t, cfg, gh.dispatch, 0)
			c := unfinished(t, address, tt.path, tt.headers, tt.length, tt.want == 400)
			if answer := answerOn(t, c); answer.StatusCode != tt.want {
				t.Errorf("%d, want %d\n%s", answer.StatusCode, tt.want, log.String())
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTooLargeWithoutSayingSo sends a chunked body one byte over the limit, with no Content-Length.
func TestTooLargeWithoutSayingSo(t *testing.T) {
	var log bytes.Buffer
	var gh gitHub
	address, stop := open(t, config(&log), gh.dispatch, 0)
	c := unfinished(t, address, sentryWeb, forged(), "Transfer-Encoding: chunked", false)
	if _, err := fmt.Fprintf(c, "\r\n%x\r\n%s", maxBody-15, strings.Repeat("x", maxBody-15)); err != nil {
		t.Fatal(err)
	}
	if answer := answerOn(t, c); answer.StatusCode != 413 {
		t.Errorf("%d, want 413", answer.StatusCode)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// forged returns a signature that can be proved wrong only with the whole body.
func forged() map[string]string {
	return map[string]string{"Sentry-Hook-Signature": sign("other", "x")}
}

// hold opens connections whose bodies never end, and returns their answers as they come.
func hold(t *testing.T, address string, connections int, length string) <-chan *http.Response {
	answers := make(chan *http.Response, connections)
	for range connections {
		c := unfinished(t, address, sentryWeb, forged(), length, false)
		go func() {
			if answer, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
				answers <- answer
			}
		}()
	}
	return answers
}

func shed(t *testing.T, answer *http.Response) {
	t.Helper()
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v, want 503 with Retry-After", answer.StatusCode, answer.Header)
	}
}

// TestUnfinishedGiveWay fills the room for small bodies, and sends eight more.
func TestUnfinishedGiveWay(t *testing.T) {
	const over = 8
	var log bytes.Buffer
	var gh gitHub
	address, stop := open(t, config(&log), gh.dispatch, 0)
	answers := hold(t, address, smallRoom/maxSmall+over, fmt.Sprintf("Content-Length: %d", maxSmall))
	if status, answer := send(t, "POST", address+sentryWeb, sentrySigned(alert), alert); status != 202 {
		t.Errorf("a signed webhook beside them: %d %s", status, answer)
	}
	for range over {
		shed(t, <-answers)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestLargeBodiesHaveTheirOwnRoom fills the room for large bodies. Small webhooks are not affected, and
// large ones are accepted once the earlier ones are a second old.
func TestLargeBodiesHaveTheirOwnRoom(t *testing.T) {
	for _, length := range []string{"Content-Length: 1048576", "Transfer-Encoding: chunked"} {
		t.Run(length, func(t *testing.T) {
			var log bytes.Buffer
			var gh gitHub
			var later atomic.Int64
			cfg := config(&log)
			cfg.Clock.Now = func() time.Time { return now.Add(time.Duration(later.Load())) }
			cfg.Clock.Timeout = func(ctx context.Context, _ time.Duration, cause error) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancelCause(ctx)
				if later.Load() == 0 { // nobody gives way, so waiting is pointless
					cancel(cause)
				}
				return ctx, func() { cancel(nil) }
			}
			address, stop := open(t, cfg, gh.dispatch, 0)
			answers := hold(t, address, largeRoom/maxBody+1, length)
			shed(t, <-answers) // one too many
			if status, answer := send(t, "POST", address+sentryWeb, sentrySigned(alert), alert); status != 202 {
				t.Errorf("a small webhook beside them: %d %s", status, answer)
			}
			shed(t, answerOn(t, unfinished(t, address, sentryWeb, forged(), length, false))) // one more at once
			later.Store(int64(largeGrace))
			large := strings.Replace(alert, `"e1","issue_id":"7","title":"boom"`, `"e2","title":"`+strings.Repeat("boom ", 100_000)+`"`, 1)
			if status, answer := send(t, "POST", address+sentryWeb, sentrySigned(large), large); status != 202 {
				t.Errorf("a large webhook a second later: %d %s", status, answer)
			}
			shed(t, <-answers)
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

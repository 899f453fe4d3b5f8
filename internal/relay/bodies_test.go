package relay

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// unfinished opens a connection and sends a request without the end of its
// body. With end, it says that no more comes.
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

// TestRefusedUnread sends a half of each body. What is refused for its head is
// answered although the rest never comes; reading the body first would end in 400.
func TestRefusedUnread(t *testing.T) {
	const declared, chunked = "Content-Length: 1048576", "Transfer-Encoding: chunked"
	forged := map[string]string{"Sentry-Hook-Signature": sign("other", "x")}
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
		{"a signature of the other service", slackWeb, declared, forged, false, 401},
		{"a scan without a token", "/trigger-scan", declared, nil, false, 401},
		{"a method that is not taken", "/healthz", declared, nil, false, 405},
		{"no such route", "/webhook/teams", chunked, nil, false, 404},
		{"a signature, which is of the whole body", sentryWeb, declared, forged, false, 400},
		{"more than is read", sentryWeb, "Content-Length: 1048577", forged, false, 413},
		{"insecure", sentryWeb, declared, nil, true, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			var gh receiver
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

// TestUnfinishedGiveWay fills the room with bodies that never end, under
// signatures that only the whole body could prove wrong.
func TestUnfinishedGiveWay(t *testing.T) {
	const over = 8
	forged := map[string]string{"Sentry-Hook-Signature": sign("other", "x")}
	for _, length := range []string{"Content-Length: 1048576", "Transfer-Encoding: chunked"} {
		t.Run(length, func(t *testing.T) {
			var log bytes.Buffer
			var gh receiver
			address, stop := open(t, config(&log), gh.dispatch, 0)
			answers := make(chan *http.Response)
			for range maxInFlight/maxBody + over {
				c := unfinished(t, address, sentryWeb, forged, length, false)
				go func() {
					if answer, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
						answers <- answer
					}
				}()
			}
			if status, answer := send(t, "POST", address+sentryWeb, sentrySigned(alert), alert); status != 202 {
				t.Errorf("a signed webhook beside them: %d %s", status, answer)
			}
			for range over {
				if answer := <-answers; answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
					t.Errorf("%d %v, want 503", answer.StatusCode, answer.Header)
				}
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

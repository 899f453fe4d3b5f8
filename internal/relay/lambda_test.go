//go:build !nolambda

package relay

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/org/errmon-action/internal/clock"
)

const queuePath = "/123456789012/errmon-relay"

// fakeSQS accepts messages over SQS's JSON protocol.
type fakeSQS struct {
	messages []string
	broken   bool
}

func (q *fakeSQS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ QueueUrl, MessageBody string }
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	switch err := json.NewDecoder(r.Body).Decode(&in); {
	case q.broken, err != nil, r.Header.Get("X-Amz-Target") != "AmazonSQS.SendMessage", !strings.HasSuffix(in.QueueUrl, queuePath), len(in.MessageBody) > 256<<10:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"com.amazonaws.sqs#InvalidParameterValue","message":"refused"}`)
		return
	}
	q.messages = append(q.messages, in.MessageBody)
	sum := md5.Sum([]byte(in.MessageBody))
	fmt.Fprintf(w, `{"MessageId":"m","MD5OfMessageBody":%q}`, hex.EncodeToString(sum[:]))
}

// front returns the first Lambda function and its queue.
func front(t *testing.T) (*Receiver, *fakeSQS) {
	t.Helper()
	queue := &fakeSQS{}
	server := httptest.NewServer(queue)
	t.Cleanup(server.Close)
	client := sqs.New(sqs.Options{Region: "eu-central-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	return NewReceiver(config(&bytes.Buffer{}), ToSQS(client, "https://sqs.eu-central-1.amazonaws.com"+queuePath), func(context.Context, bool) error { return nil }, NewMetrics()), queue
}

// functionURL returns an event as Lambda passes it for a function URL.
func functionURL(t *testing.T, path string, headers map[string]string, body string, base64Encoded bool) events.LambdaFunctionURLRequest {
	t.Helper()
	raw, err := os.ReadFile("testdata/function-url.json")
	if err != nil {
		t.Fatal(err)
	}
	var in events.LambdaFunctionURLRequest
	if err := json.Unmarshal(raw, &in); err != nil {
		t.Fatal(err)
	}
	in.RawPath, in.RequestContext.HTTP.Path, in.Body, in.IsBase64Encoded = path, path, body, base64Encoded
	if base64Encoded {
		in.Body = base64.StdEncoding.EncodeToString([]byte(body))
	}
	for name, value := range headers {
		in.Headers[strings.ToLower(name)] = value
	}
	return in
}

// sqsEvent returns the event that Lambda makes of messages.
func sqsEvent(t *testing.T, bodies []string) events.SQSEvent {
	t.Helper()
	raw, err := os.ReadFile("testdata/sqs-record.json")
	if err != nil {
		t.Fatal(err)
	}
	var in events.SQSEvent
	for n, body := range bodies {
		var record events.SQSMessage
		if err := json.Unmarshal(raw, &record); err != nil {
			t.Fatal(err)
		}
		record.MessageId, record.Body = fmt.Sprintf("m%d", n), body
		in.Records = append(in.Records, record)
	}
	return in
}

func TestFunctionURL(t *testing.T) {
	slash := url.Values{"command": {"/errmon"}, "text": {"scan"}, "trigger_id": {"1.2"}}.Encode()
	long := strings.Repeat("x", 2<<20)
	for _, c := range []struct {
		name, path string
		headers    map[string]string
		body       string
		base64     bool
		status     int
		message    string // part of the queue's message; empty if none is sent
	}{
		{"Sentry", sentryWeb, sentrySigned(alert), alert, false, 202, `{"errmon":{"v":1,"events":[{"shape":"sentry","ids":["e1"]`},
		{"wrong signature", sentryWeb, sentrySigned("x"), alert, false, 401, ""},
		{"a form comes in base64", slackWeb, slackSigned(slash, now), slash, true, 200, `"ids":["1.2"]`},
		{"trigger", "/trigger-scan", bearer(token), "", false, 202, `{"scan":true}`},
		{"too large", sentryWeb, sentrySigned(long), long, false, 413, ""},
		{"unknown route", "/favicon.ico", nil, "", false, 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			relay, queue := front(t)
			answer, err := relay.FunctionURL(t.Context(), functionURL(t, c.path, c.headers, c.body, c.base64))
			if err != nil || answer.StatusCode != c.status {
				t.Fatalf("%d %q, want %d (%v)", answer.StatusCode, answer.Body, c.status, err)
			}
			if (c.message == "") != (len(queue.messages) == 0) || (c.message != "" && !strings.Contains(queue.messages[0], c.message)) {
				t.Errorf("queued %q, want %q", queue.messages, c.message)
			}
		})
	}
	t.Run("the queue refuses", func(t *testing.T) {
		relay, queue := front(t)
		queue.broken = true
		if answer, _ := relay.FunctionURL(t.Context(), functionURL(t, sentryWeb, sentrySigned(alert), alert, false)); answer.StatusCode != 503 {
			t.Errorf("%d %q", answer.StatusCode, answer.Body)
		}
	})
}

// TestQueueToDispatch sends webhooks through both functions.
func TestQueueToDispatch(t *testing.T) {
	relay, queue := front(t)
	for n := range 300 {
		body := fmt.Sprintf(`{"action":"triggered","data":{"event":{"event_id":"e%d","issue_id":"%d","title":%q}}}`, n, n%10, strings.Repeat("x", 500))
		if answer, err := relay.FunctionURL(t.Context(), functionURL(t, sentryWeb, sentrySigned(body), body, false)); err != nil || answer.StatusCode != 202 {
			t.Fatal(answer, err)
		}
	}
	for range 2 {
		if answer, err := relay.FunctionURL(t.Context(), functionURL(t, "/trigger-scan", bearer(token), "", false)); err != nil || answer.StatusCode != 202 {
			t.Fatal(answer, err)
		}
	}
	var gh gitHub
	out, err := Batches(gh.dispatch, config(&bytes.Buffer{}))(t.Context(), sqsEvent(t, queue.messages))
	if err != nil || len(out.BatchItemFailures) > 0 {
		t.Fatal(out, err)
	}
	slices.Sort(gh.kinds)
	if got := strings.Join(gh.kinds, " "); got != "errmon errmon-scan" || len(gh.ids) != 300 {
		t.Errorf("%d ids in %s", len(gh.ids), got)
	}
}

func TestBatchFailures(t *testing.T) {
	message := func(id string, length int) string {
		return fmt.Sprintf(`{"errmon":{"v":1,"events":[{"shape":"text","ids":[%q],"sample":{"text":%q}}]}}`, id, strings.Repeat(id, length))
	}
	in := sqsEvent(t, []string{message("a", 20_000), message("b", 20_000), "half", message("c", 20_000), `{"errmon":{"v":2}}`})
	calls := 0
	out, err := Batches(func(context.Context, string, []byte) error {
		if calls++; calls == 1 {
			return errors.New("GitHub answered 502")
		}
		return nil
	}, config(&bytes.Buffer{}))(t.Context(), in)
	var failed []string
	for _, f := range out.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	slices.Sort(failed)
	if got := strings.Join(failed, " "); err != nil || calls != 2 || got != "m0 m1 m2 m4" {
		t.Errorf("%d dispatches, to be delivered again: %s (%v)", calls, got, err)
	}
}

// A function that runs out of time cannot report what failed: its last request ends before.
func TestBatchesEndInTime(t *testing.T) {
	end := time.Now().Add(time.Minute)
	ctx, cancel := context.WithDeadline(t.Context(), end)
	defer cancel()
	c := config(&bytes.Buffer{})
	c.Clock = clock.System()
	_, err := Batches(func(ctx context.Context, _ string, _ []byte) error {
		if last, ok := clock.Deadline(ctx); !ok || end.Sub(last) < clock.Grace+time.Second {
			t.Errorf("it dispatches until %s of %s", last, end)
		}
		return nil
	}, c)(ctx, sqsEvent(t, []string{`{"scan":true}`}))
	if err != nil {
		t.Fatal(err)
	}
}

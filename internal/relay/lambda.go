//go:build !nolambda

package relay

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/org/errmon-action/internal/inbound"
)

func init() { OnLambda = onLambda }

// onLambda serves one of the two functions, until Lambda ends it.
func onLambda(ctx context.Context, c Config, queueURL string, dispatch Dispatch) error {
	if queueURL == "" {
		lambda.StartWithOptions(Batches(dispatch, c), lambda.WithContext(ctx))
		return nil
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("read the AWS configuration: %w", err)
	}
	receiver := NewReceiver(c, ToSQS(sqs.NewFromConfig(loaded), queueURL), nil, NewMetrics())
	lambda.StartWithOptions(receiver.FunctionURL, lambda.WithContext(ctx))
	return nil
}

// queued is a message in the queue between the two functions.
type queued struct {
	Scan   bool            `json:"scan,omitempty"`
	Errmon json.RawMessage `json:"errmon,omitempty"` // an envelope of one event
}

// ToSQS returns a Deliver that puts each delivery into a queue, because nothing
// runs after the answer on Lambda. A message has at most inbound.MaxPayload bytes;
// SQS accepts 256 KB.
func ToSQS(client *sqs.Client, queueURL string) Deliver {
	return func(ctx context.Context, d Delivery) error {
		body := []byte(`{"scan":true}`)
		if !d.Scan {
			var b inbound.Batch
			b.Add(d.Entry) // it fits an empty batch
			var err error
			if body, err = b.Payload(); err != nil {
				return err
			}
		}
		_, err := client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(queueURL), MessageBody: aws.String(string(body))})
		if err != nil {
			return fmt.Errorf("put the event into the queue: %w", err)
		}
		return nil
	}
}

// FunctionURL answers a request to a Lambda function URL as the receiver would.
func (d *Receiver) FunctionURL(ctx context.Context, in events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	body, err := []byte(in.Body), error(nil)
	if in.IsBase64Encoded {
		body, err = base64.StdEncoding.DecodeString(in.Body)
	}
	target := url.URL{Path: in.RawPath, RawQuery: in.RawQueryString}
	request, requestErr := http.NewRequestWithContext(ctx, in.RequestContext.HTTP.Method, target.String(), bytes.NewReader(body))
	if err != nil || requestErr != nil {
		return events.LambdaFunctionURLResponse{StatusCode: http.StatusBadRequest, Body: "bad request\n"}, nil
	}
	for name, value := range in.Headers {
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	d.Handler().ServeHTTP(recorder, request)
	recorder.Header().Del("Connection") // there is none of ours
	headers := map[string]string{}
	for name := range recorder.Header() {
		headers[name] = recorder.Header().Get(name)
	}
	return events.LambdaFunctionURLResponse{StatusCode: recorder.Code, Headers: headers, Body: recorder.Body.String()}, nil
}

// Batches returns the handler of a queue's messages: it dispatches them in as few
// payloads as possible, and returns the messages that SQS should deliver again. A
// message that GitHub refuses for good comes back until the queue's redrive policy
// moves it away.
func Batches(dispatch Dispatch, c Config) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, in events.SQSEvent) (events.SQSEventResponse, error) {
		if deadline, ok := ctx.Deadline(); ok { // for the GitHub client, minus the time that an answer takes
			var cancel context.CancelFunc
			ctx, cancel = c.Clock.WithTimeout(ctx, time.Until(deadline)-2*time.Second, context.DeadlineExceeded)
			defer cancel()
		}
		var out events.SQSEventResponse
		for _, load := range pack(in) {
			err := load.err
			if err == nil {
				err = load.send(ctx, dispatch)
			}
			if err == nil {
				c.Log.Info("dispatched", "type", load.kind, "events", len(load.messages))
				continue
			}
			c.Log.Error("a dispatch failed", "type", load.kind, "ids", load.events.IDs(), "messages", load.messages, "error", err)
			for _, id := range load.messages {
				out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
			}
		}
		return out, nil
	}
}

// load is one dispatch and the messages in it; err means that they cannot be read.
type load struct {
	batch
	messages []string
	err      error
}

func (l *load) send(ctx context.Context, dispatch Dispatch) error {
	payload, err := l.payload()
	if err != nil {
		return err
	}
	return dispatch(ctx, l.kind, payload)
}

// add reports whether the events of another message still fit.
func (l *load) add(entries []inbound.Entry) bool {
	return !slices.ContainsFunc(entries, func(e inbound.Entry) bool { return !l.events.Add(e) })
}

func pack(in events.SQSEvent) []*load {
	var loads []*load
	open := map[string]*load{} // by kind
	for _, record := range in.Records {
		kind, entries, err := readMessage(record.Body)
		if open[kind] == nil || !open[kind].add(entries) || err != nil {
			open[kind] = &load{batch: batch{kind: kind}, err: err}
			open[kind].add(entries)
			loads = append(loads, open[kind])
		}
		open[kind].messages = append(open[kind].messages, record.MessageId)
	}
	return loads
}

// readMessage returns the type of a message's dispatch, and its events.
func readMessage(body string) (kind string, entries []inbound.Entry, err error) {
	var m queued
	if err = json.Unmarshal([]byte(body), &m); err == nil {
		if m.Scan {
			return TypeScan, nil, nil
		}
		if entries, err = inbound.ReadEnvelope(m.Errmon); err == nil {
			return TypeEvents, entries, nil
		}
	}
	return "", nil, fmt.Errorf("read the message: %w", err)
}

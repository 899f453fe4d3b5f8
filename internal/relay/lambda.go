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
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/inbound"
)

func init() {
	OnLambda = func(ctx context.Context, c Config, queueURL string, dispatch Dispatch) error {
		if queueURL == "" {
			lambda.StartWithOptions(Batches(dispatch, c), lambda.WithContext(ctx))
			return nil
		}
		loaded, err := awsconfig.LoadDefaultConfig(ctx)
		if err != nil {
			return fmt.Errorf("read the AWS configuration: %w", err)
		}
		ready := func(context.Context, bool) error { return nil }
		receiver := NewReceiver(c, ToSQS(sqs.NewFromConfig(loaded), queueURL), ready, NewMetrics())
		lambda.StartWithOptions(receiver.FunctionURL, lambda.WithContext(ctx))
		return nil
	}
}

// ToSQS returns a Deliver that puts deliveries into SQS, because nothing runs after an answer on Lambda.
func ToSQS(client *sqs.Client, queueURL string) Deliver {
	return func(ctx context.Context, d Delivery) error {
		body := `{"scan":true}`
		if !d.Scan {
			var b inbound.Batch
			b.Add(d.Entry) // always fits an empty batch
			body = string(b.Payload())
		}
		if _, err := client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &queueURL, MessageBody: &body}); err != nil {
			return fmt.Errorf("put the event into the queue: %w", err)
		}
		return nil
	}
}

// FunctionURL answers a request to a Lambda function URL with the receiver's routes.
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
	recorder.Header().Del("Connection") // Lambda manages connections itself
	headers := map[string]string{}
	for name := range recorder.Header() {
		headers[name] = recorder.Header().Get(name)
	}
	return events.LambdaFunctionURLResponse{StatusCode: recorder.Code, Headers: headers, Body: recorder.Body.String()}, nil
}

type load struct {
	batch
	messages []string
}

// Batches returns the handler for SQS messages. It dispatches them in few payloads and reports all failures, so
// that SQS delivers the messages again until its redrive policy moves them, even if GitHub refuses for good.
func Batches(dispatch Dispatch, c Config) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, in events.SQSEvent) (out events.SQSEventResponse, _ error) {
		if deadline, ok := ctx.Deadline(); ok { // dispatches without an answer by then count as failed
			var cancel context.CancelFunc
			ctx, cancel = c.Clock.WithTimeout(ctx, time.Until(deadline)-clock.Grace-2*time.Second, context.DeadlineExceeded)
			defer cancel()
		}
		fail := func(l load, err error) {
			c.Log.Error("a dispatch failed", "type", l.kind, "ids", l.events.IDs(), "messages", l.messages, "error", err)
			for _, id := range l.messages {
				out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
			}
		}
		var loads []*load
		open := map[string]*load{} // kind → the newest load
		for _, record := range in.Records {
			kind, entries, err := readMessage(record.Body)
			if err != nil {
				fail(load{messages: []string{record.MessageId}}, err)
				continue
			}
			if open[kind] == nil || !open[kind].add(entries) {
				open[kind] = &load{batch: batch{kind: kind}}
				open[kind].add(entries)
				loads = append(loads, open[kind])
			}
			open[kind].messages = append(open[kind].messages, record.MessageId)
		}
		for _, l := range loads {
			if err := dispatch(ctx, l.kind, l.events.Payload()); err != nil {
				fail(*l, err)
			} else {
				c.Log.Info("dispatched", "type", l.kind, "events", len(l.messages))
			}
		}
		return out, nil
	}
}

func (l *load) add(entries []inbound.Entry) bool {
	return !slices.ContainsFunc(entries, func(e inbound.Entry) bool { return !l.events.Add(e) })
}

func readMessage(body string) (kind string, entries []inbound.Entry, err error) {
	var m struct {
		Scan   bool
		Errmon json.RawMessage // an envelope with one event
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil || m.Scan {
		return TypeScan, nil, err
	}
	entries, err = inbound.ReadEnvelope(m.Errmon)
	return TypeEvents, entries, err
}

package cloudwatchtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/fake"
)

const region = "eu-central-1"

var (
	noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	ctx  = context.Background()
)

// start serves the fake at noon, with n events one second apart before it, and returns an SDK client for
// it.
func start(t *testing.T, n int) (*Server, *cloudwatchlogs.Client) {
	s := &Server{Now: func() time.Time { return noon }}
	var events []Event
	for i := range n {
		events = append(events, Event{ID: fmt.Sprint(i), Stream: "s", Time: noon.Add(time.Duration(i-n) * time.Second), Message: "ERROR"})
	}
	if err := s.Put(region, "/shop", events...); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, cloudwatchlogs.New(cloudwatchlogs.Options{
		Region: region, BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
	})
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name          string
		setUp         func(*Server)
		change        func(*cloudwatchlogs.FilterLogEventsInput)
		code, message string
	}{
		{"limit", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.Limit = aws.Int32(10001) }, "InvalidParameterException",
			"1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint"},
		{"limit 0", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.Limit = aws.Int32(0) }, "InvalidParameterException", "'limit'"},
		{"token", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.NextToken = aws.String("x") }, "InvalidParameterException",
			"The specified nextToken is invalid."},
		{"pattern's length", nil, func(in *cloudwatchlogs.FilterLogEventsInput) {
			in.FilterPattern = aws.String(strings.Repeat("ä", 1025))
		},
			"InvalidParameterException", "at 'filterPattern' failed to satisfy constraint"},
		{"pattern", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.FilterPattern = aws.String(`a:b`) }, "InvalidParameterException",
			"Invalid filter pattern"},
		{"pattern beyond the fake", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.FilterPattern = aws.String(`%x%`) }, "NotInCloudwatchtest", "regular expression"},
		{"field beyond the fake", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.Unmask = true }, "NotInCloudwatchtest", "unmask"},
		{"group", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.LogGroupName = aws.String("/nope") }, "ResourceNotFoundException",
			"The specified log group does not exist."},
		{"group of another account", nil, func(in *cloudwatchlogs.FilterLogEventsInput) {
			in.LogGroupName, in.LogGroupIdentifier = nil, aws.String(strings.Replace(arn(region, "/shop"), Account, "999999999999", 1))
		}, "ResourceNotFoundException", "does not exist"},
		{"group's name", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.LogGroupName = aws.String("a b") }, "InvalidParameterException", "logGroupName"},
		{"ARN with a star", nil, func(in *cloudwatchlogs.FilterLogEventsInput) {
			in.LogGroupName, in.LogGroupIdentifier = nil, aws.String(arn(region, "/shop")+":*")
		}, "InvalidParameterException", "logGroupIdentifier"},
		{"name and ARN", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.LogGroupIdentifier = aws.String("/shop") }, "ValidationException",
			"LogGroup name and LogGroup ARN are mutually exclusive parameters."},
		{"no group", nil, func(in *cloudwatchlogs.FilterLogEventsInput) { in.LogGroupName = nil }, "InvalidParameterException", "must be given"},
		{"permission", func(s *Server) { s.Allow = []string{"logs:GetLogEvents"} }, nil, "AccessDeniedException",
			"is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:eu-central-1:123456789012:log-group:/shop:log-stream:" +
				" because no identity-based policy allows the logs:FilterLogEvents action"},
		{"fault", func(s *Server) {
			s.Break = func(fake.Request) *fake.Fault { return Refusal("ExpiredTokenException", "expired") }
		}, nil, "ExpiredTokenException", "expired"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, c := start(t, 1)
			if test.setUp != nil {
				test.setUp(s)
			}
			if test.change == nil {
				test.change = func(*cloudwatchlogs.FilterLogEventsInput) {}
			}
			_, _, err := filter(c, test.change)
			var refusal smithy.APIError
			if !errors.As(err, &refusal) || refusal.ErrorCode() != test.code || !strings.Contains(refusal.ErrorMessage(), test.message) {
				t.Errorf("%v\nwant %s: %s", err, test.code, test.message)
			}
		})
	}
}

func TestUnsignedAndUnknownRequests(t *testing.T) {
	s := &Server{}
	for _, test := range []struct{ action, want string }{
		{"Logs_20140328.FilterLogEvents", "MissingAuthenticationTokenException"},
		{"Logs_20140328.DeleteLogGroup", "UnknownOperationException"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{}`))
		r.Header.Set("X-Amz-Target", test.action)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: %d %s, want %s", test.action, w.Code, w.Body, test.want)
		}
	}
	if got := len(s.Requests()); got != 2 {
		t.Errorf("%d requests on record, want 2", got)
	}
}

func TestDescribe(t *testing.T) {
	s, c := start(t, 2)
	for i := range 52 {
		if err := s.Put(region, fmt.Sprintf("/%02d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put("us-east-1", "/elsewhere"); err != nil {
		t.Fatal(err)
	}
	first, err := c.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil || len(first.LogGroups) != 50 || *first.LogGroups[0].LogGroupName != "/00" || *first.LogGroups[0].Arn != arn(region, "/00")+":*" {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := c.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{NextToken: first.NextToken})
	if err != nil || len(second.LogGroups) != 3 || *second.LogGroups[2].LogGroupName != "/shop" || second.NextToken != nil {
		t.Errorf("%+v, %v", second, err)
	}
}

func TestGetLogEvents(t *testing.T) {
	_, c := start(t, 5)
	get := func(change func(*cloudwatchlogs.GetLogEventsInput)) *cloudwatchlogs.GetLogEventsOutput {
		t.Helper()
		in := &cloudwatchlogs.GetLogEventsInput{
			LogGroupName: aws.String("/shop"), LogStreamName: aws.String("s"), Limit: aws.Int32(2), StartFromHead: aws.Bool(true),
		}
		change(in)
		out, err := c.GetLogEvents(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	seconds := func(out *cloudwatchlogs.GetLogEventsOutput) (list []int) {
		for _, e := range out.Events {
			list = append(list, int(noon.Sub(time.UnixMilli(*e.Timestamp)).Seconds()))
		}
		return list
	}
	first := get(func(*cloudwatchlogs.GetLogEventsInput) {})
	second := get(func(in *cloudwatchlogs.GetLogEventsInput) { in.NextToken = first.NextForwardToken })
	last := get(func(in *cloudwatchlogs.GetLogEventsInput) { in.NextToken = second.NextForwardToken })
	end := get(func(in *cloudwatchlogs.GetLogEventsInput) { in.NextToken = last.NextForwardToken })
	window := get(func(in *cloudwatchlogs.GetLogEventsInput) {
		in.StartTime, in.EndTime = aws.Int64(noon.Add(-3*time.Second).UnixMilli()), aws.Int64(noon.Add(-2*time.Second).UnixMilli())
	})
	got := [][]int{seconds(first), seconds(second), seconds(last), seconds(end), seconds(window)}
	if diff := cmp.Diff([][]int{{5, 4}, {3, 2}, {1}, nil, {3}}, got); diff != "" {
		t.Error(diff)
	}
	if *end.NextForwardToken != *last.NextForwardToken {
		t.Error("the end of the stream has a token of its own")
	}
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/shop"), LogStreamName: aws.String("t"), StartFromHead: aws.Bool(true)}
	if _, err := c.GetLogEvents(ctx, in); err == nil {
		t.Error("no error for an unknown stream")
	}
}

func TestPutRefuses(t *testing.T) {
	for _, test := range []struct {
		name, group string
		event       Event
	}{
		{"group's name", "a b", Event{Stream: "s", Time: noon, Message: "x"}},
		{"stream's name", "/shop", Event{Stream: "s:1", Time: noon, Message: "x"}},
		{"no stream", "/shop", Event{Time: noon, Message: "x"}},
		{"empty", "/shop", Event{Stream: "s", Time: noon}},
		{"too large", "/shop", Event{Stream: "s", Time: noon, Message: strings.Repeat("x", 1<<20)}},
		{"too old", "/shop", Event{Stream: "s", Time: noon, Ingested: noon.Add(15 * 24 * time.Hour), Message: "x"}},
		{"too far ahead", "/shop", Event{Stream: "s", Time: noon, Ingested: noon.Add(-3 * time.Hour), Message: "x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &Server{}
			if err := s.Put(region, test.group, test.event); err == nil || len(s.groups) != 0 {
				t.Errorf("%v, %d groups", err, len(s.groups))
			}
		})
	}
}

func TestMadeUpIDs(t *testing.T) {
	s, c := start(t, 0)
	e := Event{Stream: "s", Time: noon, Message: "x"}
	if err := s.Put(region, "/shop", e, e); err != nil {
		t.Fatal(err)
	}
	ids, _, err := filter(c, func(*cloudwatchlogs.FilterLogEventsInput) {})
	if err != nil || len(ids) != 2 || ids[0] == ids[1] || len(ids[0]) != 56 || strings.Trim(ids[0], "0123456789") != "" {
		t.Errorf("%v, %v; want two of 56 digits", ids, err)
	}
}

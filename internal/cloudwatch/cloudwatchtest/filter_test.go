package cloudwatchtest

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/google/go-cmp/cmp"
)

func filter(c *cloudwatchlogs.Client, change func(*cloudwatchlogs.FilterLogEventsInput)) ([]string, *string, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/shop")}
	change(in)
	out, err := c.FilterLogEvents(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, e := range out.Events {
		ids = append(ids, *e.EventId)
	}
	return ids, out.NextToken, nil
}

func TestFilterSelects(t *testing.T) {
	ms := func(d time.Duration) *int64 { return aws.Int64(noon.Add(d).UnixMilli()) }
	for _, test := range []struct {
		name   string
		change func(*cloudwatchlogs.FilterLogEventsInput)
		want   []string
	}{
		{"all", func(*cloudwatchlogs.FilterLogEventsInput) {}, []string{"0", "1", "2", "3", "other"}},
		{"start, inclusive", func(in *cloudwatchlogs.FilterLogEventsInput) { in.StartTime = ms(-2 * time.Second) }, []string{"2", "3", "other"}},
		{"pattern", func(in *cloudwatchlogs.FilterLogEventsInput) { in.FilterPattern = aws.String("-ERROR") }, []string{"other"}},
		{"ARN", func(in *cloudwatchlogs.FilterLogEventsInput) {
			in.LogGroupName, in.LogGroupIdentifier = nil, aws.String(arn(region, "/shop"))
		}, []string{"0", "1", "2", "3", "other"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, c := start(t, 4)
			if err := s.Put(region, "/shop", Event{ID: "other", Stream: "t", Time: noon, Message: "INFO"},
				Event{ID: "late", Stream: "t", Time: noon, Ingested: noon.Add(time.Second), Message: "INFO"}); err != nil {
				t.Fatal(err)
			}
			ids, token, err := filter(c, test.change)
			if diff := cmp.Diff(test.want, ids); diff != "" || err != nil || token != nil {
				t.Error(diff, err, token)
			}
		})
	}
}

func TestFilterPages(t *testing.T) {
	s, c := start(t, 5)
	s.PageEvents, s.EmptyPages, s.RepeatEvents = 3, 1, 1
	want := [][]string{nil, {"0", "1", "2"}, nil, {"2", "3", "4"}, nil}
	var token *string
	for i, page := range want {
		ids, next, err := filter(c, func(in *cloudwatchlogs.FilterLogEventsInput) { in.NextToken = token })
		if diff := cmp.Diff(page, ids); diff != "" || err != nil {
			t.Fatalf("page %d: %s %v", i, diff, err)
		}
		if last := i == len(want)-1; last != (next == nil) {
			t.Fatalf("page %d: token %v", i, next)
		}
		token = next
	}
}

// Events that arrive between two pages, before or after the position reached, neither shift the others nor
// hide them.
func TestFilterPagesWhileEventsComeIn(t *testing.T) {
	s, c := start(t, 4)
	s.PageEvents = 2
	_, token, err := filter(c, func(*cloudwatchlogs.FilterLogEventsInput) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(region, "/shop", Event{ID: "before", Stream: "s", Time: noon.Add(-time.Minute), Message: "x"},
		Event{ID: "after", Stream: "s", Time: noon.Add(-1500 * time.Millisecond), Message: "x"}); err != nil {
		t.Fatal(err)
	}
	ids, _, err := filter(c, func(in *cloudwatchlogs.FilterLogEventsInput) { in.NextToken = token })
	if diff := cmp.Diff([]string{"2", "after"}, ids); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestFilterPageIsOneMegabyte(t *testing.T) {
	s, c := start(t, 0)
	for i := range 5 {
		if err := s.Put(region, "/shop", Event{Stream: "s", Time: noon.Add(time.Duration(i-9) * time.Second), Message: strings.Repeat("x", 300<<10)}); err != nil {
			t.Fatal(err)
		}
	}
	ids, token, err := filter(c, func(*cloudwatchlogs.FilterLogEventsInput) {})
	if len(ids) != 3 || token == nil || err != nil {
		t.Errorf("%d events, token %v, %v; want 3 and a token", len(ids), token, err)
	}
}

// A token is valid only for the request for which it was issued.
func TestTokenOfAnotherRequest(t *testing.T) {
	s, c := start(t, 3)
	s.PageEvents = 1
	_, token, err := filter(c, func(*cloudwatchlogs.FilterLogEventsInput) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, life := range []time.Duration{tokenLife, tokenLife + time.Second} {
		s.Now = func() time.Time { return noon.Add(life) }
		_, _, err := filter(c, func(in *cloudwatchlogs.FilterLogEventsInput) { in.NextToken = token })
		if (err == nil) != (life == tokenLife) {
			t.Errorf("after %v: %v", life, err)
		}
	}
	s.Now = func() time.Time { return noon }
	_, _, err = filter(c, func(in *cloudwatchlogs.FilterLogEventsInput) { in.NextToken, in.FilterPattern = token, aws.String("x") })
	if err == nil {
		t.Error("accepted with another pattern")
	}
}

package cloudwatch_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/fake"
)

const otherAccountARN = "arn:aws:logs:eu-central-1:999999999999:log-group:/ecs/shop"

func TestGroups(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []string
		want    []string // names
		listed  int      // number of DescribeLogGroups requests
		errs    []string
	}{
		{"exact names, in order, unseen", []string{"/z", "/a"}, []string{"/z", "/a"}, 0, nil},
		{"a prefix", []string{"/ecs/*"}, []string{"/ecs/cart", "/ecs/shop"}, 1, nil},
		{"every group", []string{"*"}, []string{"/aws/lambda/pay", "/ecs/cart", "/ecs/shop"}, 1, nil},
		{"each once", []string{"/ecs/shop", arn("/ecs/shop"), "/ecs/*", "/ecs/shop"}, []string{"/ecs/shop", "/ecs/cart"}, 1, nil},
		{"a prefix without a match", []string{"/nope*", "/ecs/shop"}, []string{"/ecs/shop"}, 1,
			[]string{`no log group matches "/nope*" in eu-central-1`}},
		{"two accounts by ARN", []string{arn("/ecs/shop"), otherAccountARN}, []string{"/ecs/shop"}, 0,
			[]string{"two accounts, 123456789012 and 999999999999"}},
		{"two accounts, a name before", []string{"/ecs/shop", arn("/ecs/shop"), otherAccountARN}, []string{"/ecs/shop"}, 0,
			[]string{"two accounts, 123456789012 and 999999999999"}},
		{"two accounts by prefix", []string{otherAccountARN, "/ecs/s*"}, []string{"/ecs/shop"}, 1,
			[]string{"two accounts, 999999999999 and 123456789012"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			for _, name := range []string{"/ecs/shop", "/ecs/cart", "/aws/lambda/pay"} {
				w.put(name)
			}
			specs, err := cloudwatch.ParseSpecs(test.entries, region)
			if err != nil {
				t.Fatal(err)
			}
			c := w.client()
			groups, err := c.Groups(context.Background(), specs)
			if diff := cmp.Diff(test.want, names(groups)); diff != "" {
				t.Error(diff)
			}
			if (err == nil) != (test.errs == nil) {
				t.Errorf("error %v", err)
			}
			for _, want := range test.errs {
				if !strings.Contains(fmt.Sprint(err), want) {
					t.Errorf("%v\ndoes not say %q", err, want)
				}
			}
			if got := c.Requests()["DescribeLogGroups"]; got != test.listed {
				t.Errorf("listed %d times, want %d", got, test.listed)
			}
		})
	}
}

func names(groups []*cloudwatch.Group) []string {
	var out []string
	for _, g := range groups {
		out = append(out, g.Name())
	}
	return out
}

func TestGroupsPagesTheListing(t *testing.T) {
	w := newWorld(t)
	for i := range 120 {
		w.put(fmt.Sprintf("/ecs/%03d", i))
	}
	c := w.client()
	groups := w.groups(c, "/ecs/*")
	if len(groups) != 120 || c.Requests()["DescribeLogGroups"] != 3 {
		t.Errorf("%d groups in %d pages, want 120 in 3", len(groups), c.Requests()["DescribeLogGroups"])
	}
}

func TestGroupsRefusesARepeatedToken(t *testing.T) {
	w := newWorld(t)
	w.service.Break = func(fake.Request) *fake.Fault {
		return &fake.Fault{Status: 200, Body: `{"logGroups":[{"logGroupName":"/ecs/shop"}],"nextToken":"again"}`}
	}
	specs, err := cloudwatch.ParseSpecs([]string{"/ecs/*"}, region)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := w.client().Groups(context.Background(), specs)
	if err == nil || !strings.Contains(err.Error(), "repeated a page token") || len(groups) != 1 {
		t.Errorf("%v, %v", names(groups), err)
	}
}

func TestServiceOfRecords(t *testing.T) {
	for _, test := range []struct{ group, want string }{
		{"/aws/lambda/checkout", "checkout"},
		{"/aws/amplify/d2kx1example", "d2kx1example"},
		{"/ecs/shop-api", "shop-api"},
		{"/ecs/shop-api/", "shop-api"},
		{"shop", "shop"},
		{"API-Gateway-Execution-Logs_a1b2c3/prod", "API-Gateway-Execution-Logs_a1b2c3/prod"},
	} {
		t.Run(test.group, func(t *testing.T) {
			w := newWorld(t)
			w.put(test.group, series("s", noon.Add(-time.Minute), 1)...)
			records, _, err := read(context.Background(), w.group(test.group))
			if err != nil || len(records) != 1 || records[0].Service != test.want {
				t.Errorf("%v, %v; want the service %q", records, err, test.want)
			}
		})
	}
}

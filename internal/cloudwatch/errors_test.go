package cloudwatch_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/fake"
)

// Every error names what to fix and keeps its cause.
func TestErrorsNameTheRemedy(t *testing.T) {
	for _, test := range []struct {
		name  string
		entry string
		setUp func(*world)
		code  string
		want  []string
	}{
		{"unknown group", "/shop", func(*world) {}, "ResourceNotFoundException",
			[]string{`log group "/shop" not found in eu-central-1: check log-groups and aws-region`}},
		{"unknown group for Logs Insights", "/shop", func(w *world) { w.config.Reader, w.config.InsightsBudget = "insights", 1 },
			"ResourceNotFoundException", []string{`log group "/shop" not found in eu-central-1: check log-groups and aws-region`}},
		{"missing permission", "/shop", func(w *world) { w.service.Allow = []string{} }, "AccessDeniedException",
			[]string{"the permission logs:FilterLogEvents on arn:aws:logs:eu-central-1:*:log-group:/shop:*"}},
		{"missing permission on an ARN", arn("/shop"), func(w *world) { w.service.Allow = []string{} }, "AccessDeniedException",
			[]string{"the permission logs:FilterLogEvents on " + arn("/shop") + ":*"}},
		{"missing permission to list", "/ecs/*", func(w *world) { w.service.Allow = []string{"logs:FilterLogEvents"} }, "AccessDeniedException",
			[]string{`list log groups "/ecs/*" in eu-central-1`, "the permission logs:DescribeLogGroups on *"}},
		{"invalid pattern", "/shop", func(w *world) { w.config.FilterPattern = `?"open` }, "InvalidParameterException",
			[]string{`"/shop"`, "check filter-pattern"}},
		{"throttled for good", "/shop", refuseWith("ThrottlingException", "Rate exceeded"), "ThrottlingException",
			[]string{"throttled 8 attempts", "lower aws-requests-per-second"}},
		{"another bad parameter", "/shop", refuseWith("InvalidParameterException", "Not supported by this log class"), "InvalidParameterException",
			[]string{`read log group "/shop" in eu-central-1: InvalidParameterException: Not supported by this log class`}},
		{"unknown access key", "/shop", refuseWith("UnrecognizedClientException", "The security token included in the request is invalid."),
			"UnrecognizedClientException", []string{"AWS_ACCESS_KEY_ID", "the region is enabled"}},
		{"wrong secret", "/shop", refuseWith("InvalidSignatureException", "The request signature we calculated does not match"),
			"InvalidSignatureException", []string{"AWS_SECRET_ACCESS_KEY"}},
		{"expired", "/shop", refuseWith("ExpiredTokenException", "The security token included in the request is expired"),
			"ExpiredTokenException", []string{"have expired", "role-duration-seconds"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.setUp(w)
			err := readEntry(w, test.entry)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q\ndoes not say %q", err, want)
				}
			}
			var refusal smithy.APIError
			if !errors.As(err, &refusal) || refusal.ErrorCode() != test.code {
				t.Errorf("%q has lost its cause, %s", err, test.code)
			}
		})
	}
}

func refuseWith(code, message string) func(*world) {
	return func(w *world) {
		w.service.Break = func(fake.Request) *fake.Fault { return cloudwatchtest.Refusal(code, message) }
	}
}

// readEntry resolves an entry and reads its group.
func readEntry(w *world, entry string) error {
	specs, err := cloudwatch.ParseSpecs([]string{entry}, region)
	if err != nil {
		w.Fatal(err)
	}
	groups, err := w.client().Groups(context.Background(), specs)
	if err != nil || len(groups) == 0 {
		return err
	}
	_, _, err = read(context.Background(), groups[0])
	return err
}

func TestTypedCauseSurvives(t *testing.T) {
	var notFound *types.ResourceNotFoundException
	if err := readEntry(newWorld(t), "/shop"); !errors.As(err, &notFound) {
		t.Errorf("%v", err)
	}
}

func TestErrorsOfTheNetwork(t *testing.T) {
	w := newWorld(t)
	silent := httptest.NewServer(nil)
	silent.Close()
	for _, test := range []struct{ name, endpoint, want string }{
		{"refused", silent.URL, "check the network and AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"},
		{"no such host", "http://logs.eu-cental-1.invalid", "check aws-region and the network"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", test.endpoint)
			if err := readEntry(w, "/shop"); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v\ndoes not say %q", err, test.want)
			}
		})
	}
}

func TestNoCredentials(t *testing.T) {
	w := newWorld(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	notEC2 := httptest.NewServer(nil) // always answers 404, like another cloud's metadata service
	defer notEC2.Close()
	for _, test := range []struct{ name, disabled, metadata string }{
		{"metadata switched off", "true", ""},
		{"not on EC2", "false", notEC2.URL},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("AWS_EC2_METADATA_DISABLED", test.disabled)
			t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", test.metadata)
			err := readEntry(w, "/shop")
			for _, want := range []string{"aws-actions/configure-aws-credentials", "id-token: write", "AWS_ACCESS_KEY_ID"} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v\ndoes not say %q", err, want)
				}
			}
			if n := len(w.service.Requests()); n != 0 {
				t.Errorf("%d requests without credentials", n)
			}
		})
	}
}

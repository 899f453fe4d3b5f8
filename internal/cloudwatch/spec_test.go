package cloudwatch_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch"
)

func TestParseSpecsRefuses(t *testing.T) {
	for _, test := range []struct{ name, entry, region, want string }{
		{"empty", "", region, "has 1 to 512 characters"},
		{"a space", "/ecs/my shop", region, "separate several by commas"},
		{"a colon", "shop:*", region, "has 1 to 512 characters"},
		{"a query", "/ecs/shop?x", region, "has 1 to 512 characters"},
		{"too long", strings.Repeat("x", 513), region, "has 1 to 512 characters"},
		{"star in the middle", "/ecs/*/api", region, `"*" may only be the last character`},
		{"two stars", "/ecs/**", region, `"*" may only be the last character`},
		{"name without region", "/ecs/shop", "", "set aws-region"},
		{"prefix without region", "/ecs/*", "", "set aws-region"},
		{"another service's ARN", "arn:aws:s3:::bucket", region, "not the ARN of a log group"},
		{"ARN of a stream", arn("/shop") + ":log-stream:a", region, "not the ARN of a log group"},
		{"ARN of another kind", "arn:aws:logs:eu-central-1:123456789012:destination:x", region, "not the ARN of a log group"},
		{"ARN without region", "arn:aws:logs::123456789012:log-group:/shop", region, "not the ARN of a log group"},
		{"ARN with a short account", "arn:aws:logs:eu-central-1:1234:log-group:/shop", region, "not the ARN of a log group"},
		{"ARN without a name", arn(""), region, "has 1 to 512 characters"},
		{"ARN of a prefix", arn("/ecs/*"), region, "a prefix must be written without an ARN"},
		{"region in words", "/ecs/shop", "Frankfurt", `aws-region: "Frankfurt" is not the name of a region`},
		{"zone for region", "/ecs/shop", "eu-central-1a", "aws-region"},
	} {
		t.Run(test.name, func(t *testing.T) {
			specs, err := cloudwatch.ParseSpecs([]string{test.entry}, test.region)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v\ndoes not say %q", err, test.want)
			}
			if specs != nil {
				t.Error("specs beside an error")
			}
		})
	}
}

func TestParseSpecsTellsAllMistakes(t *testing.T) {
	_, err := cloudwatch.ParseSpecs([]string{"/fine", "a b", arn("/fine"), "/ecs/*/api"}, region)
	if err == nil || strings.Count(err.Error(), "log-groups: ") != 2 {
		t.Errorf("want two mistakes: %v", err)
	}
}

func TestParseSpecsReads(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct{ name, entry, region, key, host string }{
		{"name", "/ecs/shop", region, "cloudwatch:eu-central-1:/ecs/shop", "eu-central-1.console.aws.amazon.com"},
		{"every allowed character", "aZ09.-_/#", region, "cloudwatch:eu-central-1:aZ09.-_/#", "eu-central-1.console.aws.amazon.com"},
		{"longest name", strings.Repeat("x", 512), region, "cloudwatch:eu-central-1:" + strings.Repeat("x", 512), "eu-central-1.console.aws.amazon.com"},
		{"ARN", arn("/shop"), "", "cloudwatch:eu-central-1:/shop", "eu-central-1.console.aws.amazon.com"},
		{"ARN with its star", arn("/shop") + ":*", "", "cloudwatch:eu-central-1:/shop", "eu-central-1.console.aws.amazon.com"},
		{"ARN of another region", "arn:aws:logs:us-west-2:123456789012:log-group:x", region, "cloudwatch:us-west-2:x", "us-west-2.console.aws.amazon.com"},
		{"China", "arn:aws-cn:logs:cn-north-1:123456789012:log-group:x", "", "cloudwatch:cn-north-1:x", "cn-north-1.console.amazonaws.cn"},
		{"GovCloud", "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:x", "", "cloudwatch:us-gov-west-1:x",
			"us-gov-west-1.console.amazonaws-us-gov.com"},
	} {
		t.Run(test.name, func(t *testing.T) {
			specs, err := cloudwatch.ParseSpecs([]string{test.entry}, test.region)
			if err != nil {
				t.Fatal(err)
			}
			groups, err := w.client().Groups(context.Background(), specs)
			if err != nil || len(groups) != 1 {
				t.Fatalf("%d groups, %v", len(groups), err)
			}
			if diff := cmp.Diff(test.key, groups[0].Key()); diff != "" {
				t.Error(diff)
			}
			if want := "https://" + test.host + "/cloudwatch/home?region="; !strings.HasPrefix(groups[0].URL(), want) {
				t.Errorf("URL %s, want %s…", groups[0].URL(), want)
			}
		})
	}
}

// Every accepted entry names a group that the service accepts. Two entries have the same key only if they
// name the same group in the same region.
func FuzzParseSpecs(f *testing.F) {
	for _, seed := range []string{"/ecs/shop", "/ecs/*", "*", arn("/shop"), arn("/shop") + ":*", "arn:aws:logs:::log-group:", "a:b", "\x00"} {
		f.Add(seed, region)
	}
	w := newWorld(f)
	client := w.client()
	accepted := regexp.MustCompile(`^cloudwatch:([a-z]+(?:-[a-z]+)+-[0-9]+):([.\-_/#A-Za-z0-9]{1,512})$`)
	f.Fuzz(func(t *testing.T, entry, region string) {
		specs, err := cloudwatch.ParseSpecs([]string{entry}, region)
		if err != nil || strings.HasSuffix(entry, "*") && !strings.HasPrefix(entry, "arn:") {
			return
		}
		groups, err := client.Groups(context.Background(), specs)
		if err != nil || len(groups) != 1 {
			t.Fatalf("%d groups, %v", len(groups), err)
		}
		match := accepted.FindStringSubmatch(groups[0].Key())
		if match == nil {
			t.Fatalf("%q has the key %q", entry, groups[0].Key())
		}
		arnTail := fmt.Sprintf(":logs:%s:", match[1])
		if entry != match[2] && (!strings.Contains(entry, arnTail) || !strings.Contains(entry, ":log-group:"+match[2])) {
			t.Errorf("%q became %q", entry, groups[0].Key())
		}
	})
}

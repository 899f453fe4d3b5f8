package cloudwatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/org/errmon-action/internal/finding"
)

// explain returns an error that states why reading the group failed and, if known, how to fix it.
func (g *Group) explain(ctx context.Context, err error) error {
	code, message, refusal := codeOf(err)
	switch {
	case code == "ResourceNotFoundException":
		return mend(fmt.Sprintf("log group %q not found in %s", g.name, g.region), "check log-groups and aws-region", refusal)
	case code == "InvalidParameterException" && (strings.Contains(message, "filter pattern") || strings.Contains(message, "filterPattern")):
		return mend(g.doing()+": CloudWatch cannot parse the pattern", "check filter-pattern", refusal)
	}
	return explain(ctx, g.doing(), g.region, "logs:FilterLogEvents", g.resource(), err)
}

func (g *Group) doing() string { return fmt.Sprintf("read log group %q in %s", g.name, g.region) }

// resource returns the group's ARN for an IAM policy, with "*" in place of an unknown account.
func (g *Group) resource() string {
	partition, _ := partitionOf(g.region)
	return fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s:*", partition, g.region, cmp.Or(g.account, "*"), g.name)
}

// partitionOf returns a region's partition and the host of its console.
func partitionOf(region string) (name, console string) {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn", "console.amazonaws.cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov", "console.amazonaws-us-gov.com"
	}
	return "aws", "console.aws.amazon.com"
}

// codeOf returns the service's refusal, with its code and message; empty if the error is anything else.
func codeOf(err error) (code, message string, refusal error) {
	if r, ok := errors.AsType[smithy.APIError](err); ok {
		return r.ErrorCode(), r.ErrorMessage(), r
	}
	return "", "", nil
}

// onlyInsights reports whether FilterLogEvents refused a group because of its class, by the error's code,
// which AWS does not document, or its message.
func onlyInsights(err error) bool {
	code, message, _ := codeOf(err)
	return code == "InvalidOperationException" || infrequentText.MatchString(message)
}

var infrequentText = regexp.MustCompile(`(?i)infrequent[ _]access`)

// explain returns an error that states why a request failed and, if known, how to fix it. action and resource
// are the permission that the request needs. Unless ctx has ended, AWS's code and message are included.
func explain(ctx context.Context, doing, region, action, resource string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%s: stopped early: %w", doing, cause)
	}
	code, _, refusal := codeOf(err)
	if refusal == nil {
		if _, ok := errors.AsType[*net.DNSError](err); ok {
			return mend(doing+": the CloudWatch Logs host does not resolve", "check aws-region and the network", err)
		}
		if _, ok := errors.AsType[*net.OpError](err); ok {
			return mend(doing+": cannot connect to CloudWatch Logs", "check the network and AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", err)
		}
		return fmt.Errorf("%s: %w", doing, err)
	}
	var what, remedy string
	switch code {
	case "AccessDeniedException", "AccessDenied":
		what, remedy = "not allowed", fmt.Sprintf("give the role or user of the AWS credentials the permission %s on %s", action, resource)
	case "ThrottlingException", "Throttling":
		what = fmt.Sprintf("CloudWatch throttled %d attempts: the account's shared request quota is used up", attempts)
		remedy = "lower aws-requests-per-second, or run at another minute"
	case "LimitExceededException":
		what = "the account is at its limit of concurrent Logs Insights queries"
		remedy = "run at another minute, or close dashboards that query"
	case "ExpiredTokenException", "ExpiredToken":
		what = "the AWS credentials have expired"
		remedy = "fetch new ones, or ask aws-actions/configure-aws-credentials for a longer role-duration-seconds"
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch",
		"IncompleteSignature", "MissingAuthenticationToken", "MissingAuthenticationTokenException":
		what = "AWS does not accept the credentials in " + region
		remedy = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and that the region is enabled for the account"
	default:
		return fmt.Errorf("%s: %w", doing, refusal)
	}
	return mend(doing+": "+what, remedy, refusal)
}

func mend(what, remedy string, cause error) error {
	return &finding.Mendable{What: what, Remedy: remedy, Cause: cause}
}

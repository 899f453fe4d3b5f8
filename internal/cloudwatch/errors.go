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

// explainRead returns an error that states why a read failed and how to fix it.
func explainRead(ctx context.Context, g *Group, err error) error {
	doing := fmt.Sprintf("read log group %q in %s", g.name, g.region)
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		switch refusal.ErrorCode() {
		case "ResourceNotFoundException":
			return mend(fmt.Sprintf("log group %q not found in %s", g.name, g.region), "check log-groups and aws-region", refusal)
		case "InvalidParameterException":
			if strings.Contains(refusal.ErrorMessage(), "filter pattern") || strings.Contains(refusal.ErrorMessage(), "filterPattern") {
				return mend(doing+": CloudWatch cannot parse the pattern", "check filter-pattern", refusal)
			}
		}
	}
	return explain(ctx, doing, g.region, permission{"logs:FilterLogEvents", g.resource()}, err)
}

// onlyInsights reports whether FilterLogEvents refused a group for its class. The code is
// not documented, so a text that names the class is enough.
func onlyInsights(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && (refusal.ErrorCode() == "InvalidOperationException" || infrequentText.MatchString(refusal.ErrorMessage()))
}

var infrequentText = regexp.MustCompile(`(?i)infrequent[ _]access`)

// resource returns the group's name in IAM policies. An unknown account is written
// "*", which a policy may contain too.
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

type permission struct{ action, resource string }

// explain covers the errors of any request. It keeps a refusal's code and message
// without the SDK's description of the transport.
func explain(ctx context.Context, doing, region string, needs permission, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%s: stopped before its end: %w", doing, cause)
	}
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return explainRefusal(doing, region, needs, refusal)
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return mend(doing+": the CloudWatch Logs host does not resolve", "check aws-region and the network", err)
	}
	var dial *net.OpError
	if errors.As(err, &dial) {
		return mend(doing+": cannot connect to CloudWatch Logs", "check the network and AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func explainRefusal(doing, region string, needs permission, refusal smithy.APIError) error {
	switch refusal.ErrorCode() {
	case "AccessDeniedException", "AccessDenied":
		return mend(doing+": not allowed", fmt.Sprintf("give the role or user of the AWS credentials the permission %s on %s",
			needs.action, needs.resource), refusal)
	case "ThrottlingException", "Throttling":
		return mend(fmt.Sprintf("%s: CloudWatch throttled %d attempts: the account's shared request quota is used up", doing, attempts),
			"lower aws-requests-per-second, or run at another minute", refusal)
	case "LimitExceededException":
		return mend(doing+": the account is at its limit of concurrent Logs Insights queries", "run at another minute, or close dashboards that query", refusal)
	case "ExpiredTokenException", "ExpiredToken":
		return mend(doing+": the AWS credentials have expired", "fetch new ones, or ask "+
			"aws-actions/configure-aws-credentials for a longer role-duration-seconds", refusal)
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch",
		"IncompleteSignature", "MissingAuthenticationToken", "MissingAuthenticationTokenException":
		return mend(fmt.Sprintf("%s: AWS does not accept the credentials in %s", doing, region), "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "+
			"AWS_SESSION_TOKEN, and that the region is enabled for the account", refusal)
	}
	return fmt.Errorf("%s: %w", doing, refusal)
}

func mend(what, remedy string, cause error) error {
	return &finding.Mendable{What: what, Remedy: remedy, Cause: cause}
}

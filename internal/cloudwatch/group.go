package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/source"
)

// Group is one log group, ready to be read.
type Group struct {
	Spec // names a single group, never a prefix

	client     *Client
	infrequent atomic.Bool // whether it is known to be in a class that only Logs Insights can read
	planned    source.Request
	after      []source.Source       // what is read after it, in order: see Plan
	ahead      atomic.Pointer[ahead] // set from the start of a read ahead until the group's turn
	batch      *answer               // result of a query of several groups, until it is read; may be nil
	kept       []event.Record        // all records since keptFrom, for Window; keptFrom is zero if none are kept
	keptFrom   time.Time
}

// Key returns the source key of the group's records, which markers store: "cloudwatch:REGION:NAME".
func (g *Group) Key() string { return "cloudwatch:" + g.region + ":" + g.name }

// service guesses the service from the group's name: /aws/lambda/checkout is checkout. For API Gateway's
// API-Gateway-Execution-Logs_ID/STAGE it returns the whole name, because many APIs share the name of a stage.
func (g *Group) service() string {
	if strings.HasPrefix(g.name, "API-Gateway-Execution-Logs_") {
		return g.name
	}
	path := strings.TrimRight(g.name, "/")
	return path[strings.LastIndex(path, "/")+1:]
}

// Groups returns the groups that match the specs, each once, in the specs' order. Only prefixes cause
// requests to CloudWatch Logs (DescribeLogGroups); an exact name is not checked until it is read. A spec that
// fails does not stop the others: Groups returns the joined errors along with the groups found. Without
// credentials it returns only an error.
//
// Groups with the same region and name in two accounts would share a key, and so their progress and counts:
// the second is an error. If only one of two entries names the account, both count as the same group.
func (c *Client) Groups(ctx context.Context, specs []Spec) ([]*Group, error) {
	if err := c.checkCredentials(ctx); err != nil {
		return nil, err
	}
	byKey := map[string]*Group{}
	var found []*Group
	var failures []error
	for _, spec := range specs {
		groups, err := []*Group{{client: c, Spec: spec}}, error(nil)
		if spec.prefix {
			groups, err = c.list(ctx, spec)
			failures = append(failures, err)
		}
		for _, g := range groups {
			known := byKey[g.Key()]
			switch {
			case known == nil:
				byKey[g.Key()] = g
				found = append(found, g)
			case known.account == "":
				known.arn, known.account = g.arn, g.account
			case g.account != "" && g.account != known.account:
				failures = append(failures, fmt.Errorf("log-groups: %q in %s is named in two accounts, %s and %s, which cannot be "+
					"distinguished: read one of them in another workflow, with its own label", g.name, g.region, known.account, g.account))
			}
		}
	}
	return found, errors.Join(failures...)
}

// list returns the groups with the spec's prefix. If a page fails, it also returns those of earlier pages.
func (c *Client) list(ctx context.Context, spec Spec) ([]*Group, error) {
	in := &cloudwatchlogs.DescribeLogGroupsInput{}
	if spec.name != "" {
		in.LogGroupNamePrefix = &spec.name
	}
	var groups []*Group
	for pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(c.region(spec.region), in); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx, c.retrying(ctx))
		if err == nil && out.NextToken != nil && aws.ToString(out.NextToken) == aws.ToString(in.NextToken) {
			err = errors.New("the service repeated a page token") // the listing would never end
		}
		if err != nil {
			doing := fmt.Sprintf("list log groups %q in %s", spec.name+"*", spec.region)
			return groups, explain(ctx, doing, spec.region, "logs:DescribeLogGroups", "*", err)
		}
		for _, g := range out.LogGroups {
			id, _ := arn.Parse(aws.ToString(g.Arn)) // without an ARN the account stays empty
			found := &Group{client: c, Spec: Spec{region: spec.region, name: aws.ToString(g.LogGroupName), account: id.AccountID}}
			found.infrequent.Store(g.LogGroupClass == types.LogGroupClassInfrequentAccess)
			groups = append(groups, found)
		}
		in.NextToken = out.NextToken
	}
	if len(groups) == 0 {
		return nil, mend(fmt.Sprintf("no log group matches %q in %s", spec.name+"*", spec.region), "check log-groups and aws-region", nil)
	}
	return groups, nil
}

// Spec is a parsed entry of the input log-groups: a group by its name or ARN, or all groups with a prefix.
type Spec struct {
	region  string
	arn     string // as logGroupIdentifier takes it, without the final ":*"; empty unless an ARN was given
	account string // 12 digits; empty if unknown
	name    string // the group's name, or the prefix
	prefix  bool
}

const regionName = `[a-z]{2,}(?:-[a-z]+)+-[0-9]+`

var (
	nameShape   = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`) // from the service's model
	regionShape = regexp.MustCompile(`^` + regionName + `$`)
	arnShape    = regexp.MustCompile(`^(arn:aws(?:-[a-z]+)*:logs:(` + regionName + `):([0-9]{12}):log-group:([^:]*))(?::\*)?$`)
)

// ParseSpecs parses the entries of log-groups: names, ARNs with or without their final ":*", and prefixes
// ending in "*". An ARN contains its region; names and prefixes are in the given region, which may be empty
// if all entries are ARNs. ParseSpecs needs no network, and joins the mistakes of all entries.
func ParseSpecs(entries []string, region string) ([]Spec, error) {
	var specs []Spec
	var mistakes []error
	if region != "" && !regionShape.MatchString(region) {
		mistakes = append(mistakes, fmt.Errorf("aws-region: %q is not the name of a region, such as eu-central-1", region))
	}
	for _, entry := range entries {
		spec, err := parseSpec(entry, region)
		if err != nil {
			mistakes = append(mistakes, finding.Within(fmt.Sprintf("log-groups: %q: ", entry), err))
		}
		specs = append(specs, spec)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return specs, nil
}

func parseSpec(entry, region string) (Spec, error) {
	spec := Spec{region: region}
	if strings.HasPrefix(entry, "arn:") {
		match := arnShape.FindStringSubmatch(entry)
		if match == nil {
			return spec, errors.New("not the ARN of a log group, arn:aws:logs:REGION:ACCOUNT:log-group:NAME")
		}
		spec.arn, spec.region, spec.account, spec.name = match[1], match[2], match[3], match[4]
	} else {
		spec.name, spec.prefix = strings.CutSuffix(entry, "*")
	}
	switch name := spec.name; {
	case spec.region == "":
		return spec, finding.Mend("a name has no region", "set aws-region, or give the ARN")
	case spec.arn != "" && strings.Contains(name, "*"):
		return spec, errors.New("a prefix must be written without an ARN, such as /ecs/*")
	case strings.Contains(name, "*"):
		return spec, errors.New(`"*" may only be the last character`)
	case !nameShape.MatchString(name) && (name != "" || !spec.prefix): // an empty prefix selects every group of the region
		return spec, errors.New("a log group's name has 1 to 512 characters: letters, digits and . - _ / #; separate several by commas")
	}
	return spec, nil
}

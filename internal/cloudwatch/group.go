package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/org/errmon-action/internal/source"
)

// Group is one log group, ready to be read.
type Group struct {
	client  *Client
	region  string
	name    string
	arn     string // identifies it in requests; if empty, its name does
	account string // empty if unknown

	infrequent atomic.Bool // it is known to be in a class that only Logs Insights reads
	planned    source.Request
	after      []*Group              // planned to be read after it, in order
	ahead      atomic.Pointer[ahead] // set while it waits for its turn
	batch      *answer               // what a query of several groups found; nil otherwise
	kept       kept
}

// Key returns the source key of the group's records, which markers store:
// "cloudwatch:REGION:NAME".
func (g *Group) Key() string { return "cloudwatch:" + g.region + ":" + g.name }

// ref returns how requests name the group: by its name, or else by its ARN.
func (g *Group) ref() (name, identifier *string) {
	if g.arn != "" {
		return nil, &g.arn
	}
	return &g.name, nil
}

// service guesses the service from the group's name: /aws/lambda/checkout is
// checkout, /ecs/shop-api is shop-api. API Gateway names its execution logs
// API-Gateway-Execution-Logs_ID/STAGE, where only the whole name is distinct.
func (g *Group) service() string {
	if strings.HasPrefix(g.name, "API-Gateway-Execution-Logs_") {
		return g.name
	}
	path := strings.TrimRight(g.name, "/")
	return path[strings.LastIndex(path, "/")+1:]
}

// Groups returns the groups that match the specs, each once, in the specs' order.
// Only prefixes cause requests (DescribeLogGroups); an exact name is not checked until
// it is read. A spec that fails does not stop the others: Groups returns the joined
// errors beside the groups found. Without credentials it returns no groups.
//
// Two groups with the same region and name in two accounts would share a key, and so
// progress and counts: the second is an error. If one entry names the account and another does
// not, both count as the same group.
func (c *Client) Groups(ctx context.Context, specs []Spec) ([]*Group, error) {
	if err := c.checkCredentials(ctx); err != nil {
		return nil, err
	}
	byKey := map[string]*Group{}
	c.opened = nil
	var failures []error
	for _, spec := range specs {
		groups, err := []*Group{{client: c, region: spec.region, name: spec.name, arn: spec.arn, account: spec.account}}, error(nil)
		if spec.prefix {
			groups, err = c.list(ctx, spec)
			failures = append(failures, err)
		}
		for _, g := range groups {
			known := byKey[g.Key()]
			switch {
			case known == nil:
				byKey[g.Key()] = g
				c.opened = append(c.opened, g)
			case known.account == "":
				known.arn, known.account = g.arn, g.account
			case g.account != "" && g.account != known.account:
				failures = append(failures, fmt.Errorf("log-groups: %q in %s is named in two accounts, %s and %s, "+
					"which cannot be distinguished: watch one of them with a label of its own", g.name, g.region, known.account, g.account))
			}
		}
	}
	return c.opened, errors.Join(failures...)
}

// list returns the groups with the spec's prefix; with an error, those of the
// pages before it.
func (c *Client) list(ctx context.Context, spec Spec) ([]*Group, error) {
	in := &cloudwatchlogs.DescribeLogGroupsInput{}
	if spec.name != "" {
		in.LogGroupNamePrefix = &spec.name
	}
	doing := fmt.Sprintf("list log groups %q in %s", spec.text, spec.region)
	var groups []*Group
	for {
		out, err := c.region(spec.region).DescribeLogGroups(ctx, in, c.retrying(ctx))
		if err != nil {
			return groups, explain(ctx, doing, spec.region, "logs:DescribeLogGroups", "*", err)
		}
		for _, g := range out.LogGroups {
			id, _ := arn.Parse(aws.ToString(g.Arn)) // without an ARN the account stays empty
			found := &Group{client: c, region: spec.region, name: aws.ToString(g.LogGroupName), account: id.AccountID}
			found.infrequent.Store(g.LogGroupClass == types.LogGroupClassInfrequentAccess)
			groups = append(groups, found)
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		if aws.ToString(out.NextToken) == aws.ToString(in.NextToken) {
			return groups, fmt.Errorf("%s: the service repeated a page token", doing)
		}
		in.NextToken = out.NextToken
	}
	if len(groups) == 0 {
		return nil, mend(fmt.Sprintf("no log group matches %q in %s", spec.text, spec.region), "check log-groups and aws-region", nil)
	}
	return groups, nil
}

package cloudwatch

import (
	"context"
	"time"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/source"
)

// Integrate connects the log groups that the entries of log-groups name. Its
// errors are mistakes in the settings; it makes no request. lookback is how old the
// newest event may be until the check warns.
func Integrate(ctx context.Context, c Config, entries []string, lookback time.Duration) (source.Integration, error) {
	i := source.Integration{Name: "CloudWatch"}
	specs, err := ParseSpecs(entries, c.Region)
	if err != nil {
		return i, err
	}
	client, err := New(ctx, c)
	if err != nil {
		return i, err
	}
	i.Requests, i.Costs, i.Plan = client.Requests, client.Costs, client.Plan
	i.Open = func(ctx context.Context) ([]source.Source, error) {
		groups, err := client.Groups(ctx, specs)
		var sources []source.Source
		for _, g := range groups {
			sources = append(sources, g)
		}
		return sources, err
	}
	i.Check = func(ctx context.Context) []finding.Finding { return client.Check(ctx, specs, lookback) }
	return i, nil
}

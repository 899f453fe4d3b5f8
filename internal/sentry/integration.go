package sentry

import (
	"context"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/source"
)

// Integrate connects one organization. A token of the wrong kind makes it unusable.
func Integrate(c Config) source.Integration {
	i := source.Integration{Name: "Sentry"}
	client, err := New(c)
	if err != nil {
		i.Unusable = err
		i.Check = func(context.Context) []finding.Finding { return []finding.Finding{finding.Of("Sentry token", err)} }
		return i
	}
	i.Tracker, i.Check, i.Requests = client, client.Check, client.Requests
	return i
}

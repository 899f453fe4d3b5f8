package cli

import (
	"errors"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/sentry"
)

// watched are the sources that can be read.
type watched struct {
	specs   []cloudwatch.Spec
	sentry  *sentry.Client // nil if it is not configured
	leftOut []error        // why others cannot: the run reads the rest, and fails
}

// watch returns the configured sources. It returns an error if a setting is
// wrong, or if nothing is left to read.
func (s *session) watch(cfg config.Config) (watched, error) {
	w := watched{leftOut: cfg.LeftOut}
	client, err := s.sentry(cfg)
	if err != nil {
		w.leftOut = append(w.leftOut, err)
		cfg.SentryAuthToken = ""
	}
	w.sentry = client
	if w.specs, err = cloudwatch.ParseSpecs(cfg.LogGroups, cfg.AWSRegion); err != nil {
		return w, err
	}
	if nothing := cfg.CheckSources(); nothing != nil {
		return w, errors.Join(errors.Join(w.leftOut...), nothing)
	}
	return w, nil
}

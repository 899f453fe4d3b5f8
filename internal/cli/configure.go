package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/safe"
)

// settings are a configuration as far as it could be read.
type settings struct {
	config.Config
	reader   *github.Client // read the configuration file; nil if it was local
	mistakes error          // what is wrong with the configuration, joined; nil if nothing is
}

// configure reads the configuration of a scan. If a workflow has checked nothing
// out, it asks the repository itself for the file.
func (s *session) configure(ctx context.Context) (settings, error) {
	cfg, err := s.load(s.input())
	c := settings{Config: cfg, mistakes: err}
	absent := errors.Is(err, fs.ErrNotExist)
	if s.actions == nil || c.FileRead || (err != nil && !absent) || c.GitHubToken == "" || c.Owner == "" {
		return c, nil
	}
	if c.reader, err = s.github(cfg); err != nil {
		return c, err
	}
	s.file, err = c.reader.ReadFile(ctx, c.File)
	switch {
	case errors.Is(err, github.ErrNotFound):
		return c, nil
	case err != nil:
		return c, fmt.Errorf("look for %s: %w", c.File, err)
	}
	c.Config, c.mistakes = s.load(s.input())
	return c, nil
}

// loadOffline reads the settings of a command that asks no service.
func (s *session) loadOffline() (config.Config, error) {
	in := s.input()
	in.Offline = true
	cfg, err := s.load(in)
	for _, warning := range cfg.Warnings {
		s.warning(warning.Error())
	}
	return cfg, asUsage(err)
}

// input is where settings come from.
func (s *session) input() config.Input {
	return config.Input{
		Flags:   given(s.flags),
		Getenv:  s.Getenv,
		Environ: os.Environ(),
		ReadFile: func(name string) ([]byte, error) {
			content, err := os.ReadFile(s.inWorkspace(name))
			if errors.Is(err, fs.ErrNotExist) && s.file != nil && !strings.HasSuffix(name, ".env") {
				return s.file, nil
			}
			return content, err
		},
		Now: s.Clock.Now(),
	}
}

// load reads the configuration. Even with an error it holds what is right, so that
// further mistakes can be reported.
func (s *session) load(in config.Input) (config.Config, error) {
	cfg, err := config.Load(in)
	s.redactor = safe.NewRedactor().With(cfg.RedactPatterns, cfg.RedactAllow, safe.NewOwn(config.Secrets(in)...))
	for name, text := range cfg.DotEnv {
		if err := os.Setenv(name, text); err != nil { // the AWS SDK reads the environment itself
			return config.Config{}, fmt.Errorf("set %s from .env: %w", name, err)
		}
	}
	return cfg, err
}

func (s *session) inWorkspace(name string) string {
	if dir := s.Getenv("GITHUB_WORKSPACE"); dir != "" && !filepath.IsAbs(name) {
		return filepath.Join(dir, name)
	}
	return name
}

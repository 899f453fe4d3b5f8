// Package workflow reads a workflow file for doctor: whether its token has the permissions of a scan, and
// whether its schedule will run. Use actionlint to check the file as a whole.
//
// It is pure and may import finding.
package workflow

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/org/errmon-action/internal/finding"
)

// Facts describe a workflow beyond the content of its file.
type Facts struct {
	File     string // the file's name, without its folder
	Job      string // the running job; empty to check every job that uses the action
	Public   bool
	PushedAt time.Time // the repository's last push; zero if unknown
	State    string    // from GitHub's API; empty if unknown
	Now      time.Time
}

func (f Facts) about() string { return "workflow " + f.File }

// idleWarned is when to warn: two weeks before GitHub disables the schedules of an idle public repository.
const idleWarned = (60 - 14) * 24 * time.Hour

type file struct {
	On          any `yaml:"on"`
	Permissions any `yaml:"permissions"`
	Jobs        map[string]struct {
		Permissions any    `yaml:"permissions"`
		Steps       []step `yaml:"steps"`
	} `yaml:"jobs"`
}

type step struct {
	Uses string         `yaml:"uses"`
	With map[string]any `yaml:"with"`
}

// Check reports what in a workflow may keep a scan from running on schedule, reading files or writing issues.
func Check(content []byte, facts Facts) []finding.Finding {
	var f file
	if err := yaml.Unmarshal(content, &f); err != nil {
		return []finding.Finding{finding.Fail(facts.about(), "is not valid YAML", "check it with actionlint")}
	}
	found := f.checkPermissions(facts)
	if found != nil {
		found = append(found, f.checkSchedule(facts)...)
	}
	return found
}

const action = "errmon-action"

// Uses reports whether a workflow mentions this action. It may do so without running it, as in a comment.
func Uses(content []byte) bool { return bytes.Contains(content, []byte(action)) }

func (s step) runsAction() bool { return strings.Contains(s.Uses, action) }

// assumesRole reports whether a step assumes an AWS role with GitHub's OIDC token.
func (s step) assumesRole() bool {
	return strings.Contains(s.Uses, "configure-aws-credentials") && s.With["role-to-assume"] != nil && s.With["aws-access-key-id"] == nil
}

// hasOwnToken reports whether a step runs the action with a token other than the workflow's.
func (s step) hasOwnToken() bool {
	token, _ := s.With["github-token"].(string)
	return s.runsAction() && token != "" && !strings.Contains(token, "github.token") && !strings.Contains(token, "GITHUB_TOKEN")
}

func (f file) checkPermissions(facts Facts) []finding.Finding {
	var found []finding.Finding
	about, checked := facts.about(), false
	add := func(wrong bool, f finding.Finding) {
		if wrong {
			found = append(found, f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Jobs)) {
		j := f.Jobs[name]
		if name != facts.Job && (facts.Job != "" || !slices.ContainsFunc(j.Steps, step.runsAction)) {
			continue
		}
		checked = true
		granted := cmp.Or(j.Permissions, f.Permissions)
		if granted == nil {
			add(true, finding.Warn(about, "sets no permissions, so those of its token depend on the repository's settings",
				"add `permissions:` with `issues: write` and `contents: read`"))
			continue
		}
		add(!slices.ContainsFunc(j.Steps, step.hasOwnToken) && !grants(granted, "issues", "write"),
			finding.Fail(about, "does not let its token write issues", "add `issues: write` to its permissions"))
		add(!grants(granted, "contents", "read"),
			finding.Warn(about, "does not let its token read the repository's files, such as .github/errmon.yml",
				"add `contents: read` to its permissions"))
		add(slices.ContainsFunc(j.Steps, step.assumesRole) && !grants(granted, "id-token", "write"),
			finding.Fail(about, "assumes an AWS role, which needs an OIDC token from GitHub",
				"add `id-token: write` to its permissions"))
	}
	add(checked && len(found) == 0, finding.Good(about, "its permissions suffice"))
	return found
}

// grants reads both forms of permissions: a word for all scopes, or a level by scope. write includes read.
func grants(granted any, scope, level string) bool {
	switch p := granted.(type) {
	case string:
		return p == "write-all" || p == "read-all" && level == "read"
	case map[string]any:
		return p[scope] == level || p[scope] == "write"
	}
	return false
}

func (f file) checkSchedule(facts Facts) []finding.Finding {
	about := facts.about()
	if strings.HasPrefix(facts.State, "disabled") {
		return []finding.Finding{finding.Fail(about, "is disabled ("+facts.State+")",
			"enable it on its page under Actions: `gh workflow enable "+facts.File+"`")}
	}
	on, _ := f.On.(map[string]any)
	entries, _ := on["schedule"].([]any)
	var crons []string
	var found []finding.Finding
	for _, entry := range entries {
		e, _ := entry.(map[string]any)
		cron := fmt.Sprint(e["cron"])
		crons, found = append(crons, cron), append(found, checkCron(about, cron)...)
	}
	if len(crons) == 0 {
		return nil
	}
	idle := facts.Now.Sub(facts.PushedAt)
	if facts.Public && !facts.PushedAt.IsZero() && idle > idleWarned {
		found = append(found, finding.Warn(about,
			fmt.Sprintf("no push for %d days: GitHub disables the schedules of a public repository after 60", idle/(24*time.Hour)),
			"push a commit, or enable the workflow again when GitHub has disabled it"))
	}
	if len(found) == 0 {
		found = append(found, finding.Good(about, "scheduled at %s", strings.Join(crons, " and ")))
	}
	return found
}

// checkCron reports a schedule that GitHub would reject, delay or skip.
func checkCron(about, cron string) []finding.Finding {
	fields := strings.Fields(cron)
	if len(fields) != 5 {
		what := fmt.Sprintf("cron %q has %d fields", cron, len(fields))
		return []finding.Finding{finding.Fail(about, what, "write five: minute, hour, day, month, weekday")}
	}
	warn := func(why, remedy string) []finding.Finding {
		return []finding.Finding{finding.Warn(about, fmt.Sprintf("cron %q", cron)+why, remedy)}
	}
	first, _, _ := strings.Cut(fields[0], ",")
	switch minute := fields[0]; {
	case slices.Contains([]string{"*", "*/1", "*/2", "*/3", "*/4"}, minute):
		return warn(": GitHub runs a schedule at most every 5 minutes", "write */5 or more")
	case first == "0" || first == "00" || strings.HasPrefix(minute, "*/") || strings.HasPrefix(minute, "0-"):
		return warn(" runs at the start of the hour, when GitHub delays and drops runs",
			"move it, for example to minutes 7,22,37,52; no error is lost meanwhile")
	}
	return nil
}

// Package ledger manages the state that GitHub stores: it lists the error issues and the dashboard, checks
// that the lists are complete, decides whose markers to trust, and writes the dashboard. If a list may be
// incomplete, it returns an error, and nothing may be written: a missing issue would be filed again.
//
// It may import count, github, grouping, marker, plan, render and source.
package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/source"
)

// Ledger reads and writes the state stored in one repository. It is not safe for concurrent use.
type Ledger struct {
	GitHub  *github.Client
	Render  render.Renderer // renders the dashboard; all labels derive from its Label
	Trusted []string        // logins whose markers are trusted, besides the token's own and github.WorkflowLogin

	login      string            // the token's own; empty until looked up
	repository github.Repository // zero until looked up
}

// Known holds what List read from GitHub.
type Known struct {
	Issues    []plan.Issue // issues with a trusted marker
	Dashboard marker.Dashboard
	Ticked    []string // keys of waiting errors that people ticked
	Warnings  []string // mainly about issues that are left alone, and why

	stored     []marker.Row   // waiting rows of the dashboard issue itself, without rows merged from duplicates
	home       github.Issue   // the dashboard issue; Number 0 if there is none
	afresh     bool           // the filed issues lost their label, and people closed the dashboard to start afresh
	duplicates []github.Issue // other open dashboards, made by first runs that overlapped
}

func (k *Known) warn(format string, args ...any) {
	k.Warnings = append(k.Warnings, fmt.Sprintf(format, args...))
}

func (l *Ledger) dashboardLabel() string { return l.Render.Label + ":dashboard" }

// ArchiveSuffix is appended to the label of error issues to form the label of archived ones.
const ArchiveSuffix = ":archive"

// ReadIssue converts an issue for package plan; label is the label of error issues. If the marker is
// unreadable but its key line still names the error, there is no error: a damaged issue counts from zero, and
// one written by a newer errmon is muted. Without a key, it returns marker.ErrNone, ErrNewer or ErrDamaged.
func ReadIssue(i github.Issue, label string) (plan.Issue, error) {
	issue := plan.Issue{
		Number: i.Number, Title: i.Title, URL: i.URL, Open: i.State == "open", Locked: i.Locked, Created: i.CreatedAt, ClosedAt: i.ClosedAt,
		Owners: i.Assignees, Ignored: i.Has(label + ":ignore"), Snooze: plan.ReadSnooze(i.Labels, label),
		Archived: i.Has(label+ArchiveSuffix) && !i.Has(label),
		Closed:   map[string]plan.Reason{"not_planned": plan.NotPlanned, "duplicate": plan.ClosedAsDup}[i.StateReason],
	}
	var err error
	if issue.Marker, err = marker.Read(i.Body); issue.Marker.Key() != "" {
		issue.Damaged, issue.Newer = errors.Is(err, marker.ErrDamaged), errors.Is(err, marker.ErrNewer)
		err = nil
	}
	return issue, err
}

// Repository returns the repository's data from GitHub. It sends the request once.
func (l *Ledger) Repository(ctx context.Context) (_ github.Repository, err error) {
	if l.repository.FullName == "" {
		l.repository, err = l.GitHub.Repository(ctx)
	}
	return l.repository, err
}

// ErrUnlabelled stops a run: the next run would miss an issue without its label, and file its error again.
var ErrUnlabelled = errors.New("GitHub drops the label of new issues: the token needs issues: write and push access")

// EnsureLabelled adds the label to an issue that was just filed, if GitHub dropped it. If that fails, it
// closes the issue and returns ErrUnlabelled, and nothing more may be filed.
func EnsureLabelled(ctx context.Context, client *github.Client, issue github.Issue, label string) error {
	if issue.Has(label) {
		return nil
	}
	err := client.AddLabels(ctx, issue.Number, label)
	if err != nil {
		closeErr := client.Edit(ctx, issue.Number, github.Edit{State: "closed", StateReason: "not_planned"})
		err = fmt.Errorf("%w: %w", ErrUnlabelled, errors.Join(err, closeErr))
	}
	return err
}

// trusts reports whether the issue's author is trusted, and warns if not. It looks up our login if needed.
func (l *Ledger) trusts(ctx context.Context, what string, i github.Issue, k *Known) (bool, error) {
	trusted := slices.Concat(l.Trusted, []string{github.WorkflowLogin})
	if slices.ContainsFunc(trusted, func(login string) bool { return strings.EqualFold(login, i.Author) }) {
		return true, nil
	}
	login, err := l.ownLogin(ctx)
	if err == nil && login != i.Author {
		k.warn("%s #%d was written by %q: left alone; if that is errmon under another token, "+
			"add the login to trusted-logins", what, i.Number, i.Author)
	}
	return err == nil && login == i.Author, err
}

// ownLogin returns the login that the token writes as. It sends the request once.
func (l *Ledger) ownLogin(ctx context.Context) (_ string, err error) {
	if l.login == "" {
		l.login, err = l.GitHub.Login(ctx)
	}
	return l.login, err
}

// Keys returns the keys of known errors, and the aliases that only one of them has. If several have an alias,
// only the lines around an event show which error is meant, so reading it twice could count it for two.
func (k Known) Keys() map[string]bool {
	keys, times := map[string]bool{}, map[string]int{}
	for _, m := range k.markers() {
		for _, alias := range m.Aliases {
			times[alias]++
			keys[alias] = times[alias] == 1
		}
	}
	for _, m := range k.markers() {
		for _, key := range m.Keys {
			keys[key] = true
		}
	}
	return keys
}

// current returns the issues that are neither duplicates nor followed by a newer issue of the same error.
func current(issues []plan.Issue) []plan.Issue {
	followed := map[int]bool{}
	for _, issue := range issues {
		followed[issue.Marker.After] = true
	}
	return slices.DeleteFunc(slices.Clone(issues), func(i plan.Issue) bool { return i.Marker.DupOf != 0 || followed[i.Number] })
}

// markers returns the markers of all known errors.
func (k Known) markers() []marker.Marker {
	var markers []marker.Marker
	for _, issue := range current(k.Issues) {
		markers = append(markers, issue.Marker)
	}
	for _, row := range k.Dashboard.Waiting {
		markers = append(markers, row.Marker)
	}
	return markers
}

// Counted returns how many events of a Sentry issue were counted, and whether a known error includes it.
func (k Known) Counted(id string) (total int64, ok bool) {
	key := grouping.SentryKey(id)
	for _, m := range k.markers() {
		if n, ok := m.Sentry[id]; ok || m.Owns(key) {
			return n, true
		}
	}
	return 0, false
}

// Followed returns the Sentry issues that belong to known errors, by id.
func (k Known) Followed(rules plan.Rules, now time.Time) map[string]source.Followed {
	followed := map[string]source.Followed{}
	for _, issue := range slices.Backward(current(k.Issues)) { // oldest last, so that it wins
		for id, total := range issue.Marker.Sentry {
			followed[id] = source.Followed{Filed: true, Open: issue.Open, Wanted: issue.Open && !issue.Ignored, Total: total}
		}
	}
	due := k.due(rules, now)
	for i, row := range k.Dashboard.Waiting {
		for id, total := range row.Marker.Sentry {
			f := followed[id]
			f.Waits, f.Wanted, f.Total, f.Due = true, true, max(f.Total, total), f.Due || slices.Contains(due, i)
			if row.Reason == string(plan.BelowMin) {
				f.DueAt = int64(cmp.Or(row.Marker.Shape.MinEvents, rules.MinEvents))
			}
			followed[id] = f
		}
	}
	return followed
}

// due returns the indexes of rows that this run may file: all that people ticked and, up to the limits on new
// issues, those that such a limit, a refusal or an unread source held back.
func (k Known) due(rules plan.Rules, now time.Time) []int {
	var rows []int
	room := rules.Room(k.Issues, now)
	for i, row := range k.Dashboard.Waiting {
		switch {
		case ticked(k.Ticked, row):
			rows = append(rows, i)
		case row.Reason != string(plan.BelowMin) && row.Reason != string(plan.NoRoom) && room > 0:
			rows = append(rows, i)
			room--
		}
	}
	return rows
}

// ticked reports whether people ticked a waiting error, so it is filed regardless of the limits.
func ticked(keys []string, r marker.Row) bool { return slices.ContainsFunc(keys, r.Marker.Owns) }

// Status returns a sentence with the number of errors in each state.
func (k Known) Status() string {
	open, closed, muted := 0, 0, 0
	for _, i := range k.Issues {
		switch {
		case i.Marker.DupOf != 0:
		case i.Muted():
			muted++
		case i.Open:
			open++
		default:
			closed++
		}
	}
	return fmt.Sprintf("Errors: %d open, %d closed, %d muted, %d waiting for an issue.",
		open, closed, muted, len(k.Dashboard.Waiting)+k.Dashboard.More)
}

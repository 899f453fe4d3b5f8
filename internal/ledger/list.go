package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// List reads the dashboard and the error issues. filed are issues that this run
// filed, which the list must contain. The warnings are complete even with an error,
// which is github.ErrPartialListing if a list is not whole.
func (l *Ledger) List(ctx context.Context, filed []int) (Known, error) {
	var k Known
	dashboards, err := l.GitHub.List(ctx, l.dashboardLabel(), nil)
	if err != nil {
		return k, fmt.Errorf("find the dashboard: %w", err)
	}
	if err := l.readDashboards(ctx, dashboards, &k); err != nil {
		return k, err
	}
	read := map[int]reading{}
	listed, err := l.GitHub.List(ctx, l.Render.Label, reads(read, l.Render.Label))
	if err != nil {
		return k, err
	}
	if err := l.readIssues(ctx, listed, read, &k); err != nil {
		return k, err
	}
	if k.home.Number != 0 {
		k.warnOfRemovedSections(read)
		err := l.verify(ctx, append(slices.Clone(filed), k.Dashboard.Filed...), listed)
		if errors.Is(err, ErrLabelLost) && k.home.State == "closed" {
			k.afresh, err = true, nil
		}
		return k, err
	}
	if err := l.verify(ctx, filed, listed); err != nil {
		return k, err
	}
	return k, l.crossCheck(ctx, listed)
}

// maxArchivePages bounds the look into the archive: the newest 1,000 issues.
const maxArchivePages = 10

// Archive returns the newest archived issues, as far as they are not among the listed ones too.
func (l *Ledger) Archive(ctx context.Context) ([]plan.Issue, error) {
	read := map[int]reading{}
	found, err := l.GitHub.Newest(ctx, l.Render.Label+ArchiveSuffix, maxArchivePages, reads(read, l.Render.Label))
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(i github.Issue) bool { return i.Has(l.Render.Label) })
	var archive Known
	err = l.readIssues(ctx, found, read, &archive)
	for i := range archive.Issues {
		archive.Issues[i].Archived = true
	}
	return archive.Issues, err
}

// reading is what ReadIssue returned for a listed issue.
type reading struct {
	issue plan.Issue
	err   error
}

// reads returns what reads listed issues into read. The marker is all that counts, so
// their bodies go.
func reads(read map[int]reading, label string) func(*github.Issue) {
	return func(i *github.Issue) {
		issue, err := ReadIssue(*i, label)
		read[i.Number] = reading{issue, err}
		i.Body = ""
	}
}

// readIssues keeps the issues that carry a marker of ours.
func (l *Ledger) readIssues(ctx context.Context, listed []github.Issue, read map[int]reading, k *Known) error {
	var newer []string
	for _, i := range listed {
		issue, err := read[i.Number].issue, read[i.Number].err
		if errors.Is(err, marker.ErrNone) {
			continue // somebody's own issue that happens to carry the label
		}
		trusted, loginErr := l.trusts(ctx, i.Author)
		if loginErr != nil {
			return loginErr
		}
		switch {
		case !trusted:
			k.warn("issue #%d carries errmon's marker but was written by %q: left alone; if that is errmon under another token, add the login to trusted-logins", i.Number, i.Author)
			continue
		case err != nil:
			k.warn("issue #%d: %v: left alone", i.Number, err)
			continue
		case issue.Newer:
			newer = append(newer, fmt.Sprintf("#%d", i.Number))
		case issue.Damaged:
			k.warn("issue #%d: its marker is damaged: recognised by its key line and counted again", i.Number)
		}
		k.Issues = append(k.Issues, issue)
	}
	if len(newer) > 0 {
		k.warn("%d issues (%s) were written by a newer version: left alone; update the version in `uses:`", len(newer), strings.Join(newer[:min(len(newer), 10)], ", "))
	}
	k.dropCopies()
	return nil
}

// warnOfRemovedSections warns of filed issues whose section somebody removed:
// their errors count as new from now on.
func (k *Known) warnOfRemovedSections(read map[int]reading) {
	for _, number := range k.Dashboard.Filed {
		if errors.Is(read[number].err, marker.ErrNone) {
			k.warn("issue #%d: errmon's section was removed, so it is no longer tracked; to mute an error, close its issue as not planned instead", number)
		}
	}
}

// dropCopies drops issues whose body a person copied from an older one: the
// marker is ours, but describes the other issue. Two runs that filed one error at
// once have different names, so neither is taken for a copy.
func (k *Known) dropCopies() {
	type birth struct{ key, run string }
	slices.SortFunc(k.Issues, func(a, b plan.Issue) int { return cmp.Compare(a.Number, b.Number) })
	originals := map[birth]int{}
	k.Issues = slices.DeleteFunc(k.Issues, func(i plan.Issue) bool {
		if i.Marker.FiledBy == "" || len(i.Marker.Keys) == 0 {
			return false
		}
		b := birth{i.Marker.Keys[0], i.Marker.FiledBy}
		original, copied := originals[b]
		if !copied {
			originals[b] = i.Number
			return false
		}
		k.warn("issue #%d carries a copy of the marker of issue #%d: left alone; remove errmon's section from its body", i.Number, original)
		return true
	})
}

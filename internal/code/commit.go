package code

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

var (
	sha = regexp.MustCompile(`^[0-9a-f]{7,40}$`)
	// shaAtEnd finds the SHA that a release ends in: "shop@1.2.3+abc1234",
	// "main-abc1234", an image's tag, and git describe's "v1.2.3-4-gabc1234".
	shaAtEnd = regexp.MustCompile(`(?:^|[^0-9a-z]g?)([0-9a-f]{7,40})$`)
	// release splits a package from its version: "shop@1.2.3", "ghcr.io/acme/shop:v1.2.3".
	release    = regexp.MustCompile(`^(?:(.+)[@:])?v?([0-9][0-9A-Za-z.+-]*)$`)
	plainRef   = regexp.MustCompile(`^[0-9A-Za-z@][0-9A-Za-z@/._+-]*$`)
	maxRelease = 200 // characters
)

// SHA returns the commit that an event names, abbreviated or not, or else the
// empty string. It may not exist.
func SHA(v event.Version) string {
	if commit := strings.ToLower(v.Commit); sha.MatchString(commit) {
		return commit
	}
	if found := shaAtEnd.FindStringSubmatch(strings.ToLower(v.Release)); found != nil && len(v.Release) <= maxRelease {
		return found[1]
	}
	return ""
}

// Tags returns the names that a tag of the release may have. The release is
// known if exactly one commit has them.
func Tags(v event.Version) []string {
	if v.Release == "" || len(v.Release) > maxRelease {
		return nil
	}
	names := []string{v.Release}
	if found := release.FindStringSubmatch(v.Release); found != nil {
		version := found[2]
		names = append(names, version, "v"+version)
		for _, name := range []string{found[1][strings.LastIndexByte(found[1], '/')+1:], v.Service} {
			if name != "" {
				names = append(names, name+"@"+version, name+"-v"+version)
			}
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		return !plainRef.MatchString(name) || strings.Contains(name, "..") || strings.Contains(name, "//") ||
			strings.HasSuffix(name, ".") || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".lock")
	})
}

const (
	maxSuspects = 2
	maxFiles    = 40                   // that a change may touch: larger ones are renames and formatting
	maxAge      = 365 * 24 * time.Hour // of a change when the error was first seen
)

// IgnoredRevs is where teams list the commits that git blame should skip.
const IgnoredRevs = ".git-blame-ignore-revs"

// Suspect is a change that may have caused an error, because it changed a line
// that failed.
type Suspect struct {
	Change
	Before time.Duration // from the change to the first event
	Path   string
	Line   int
}

// SuspectOf returns the change behind a line as a suspect. It returns false if
// that change cannot be the cause or proves nothing: it is newer than the first
// event, older than a year, a merge, a bot's, over 40 files, or ignored by the team.
func SuspectOf(link Link, blame []Blamed, firstSeen time.Time, ignored string) (Suspect, bool) {
	at := slices.IndexFunc(blame, func(b Blamed) bool { return b.First <= link.Line && link.Line <= b.Last })
	if at < 0 {
		return Suspect{}, false
	}
	c := blame[at].Change
	before := firstSeen.Sub(c.At)
	ok := before > 0 && before <= maxAge && !c.Merge && c.Files > 0 && c.Files <= maxFiles &&
		c.Author != "" && !bot.MatchString(c.Author) && !ignores(ignored, c.SHA)
	return Suspect{Change: c, Before: before, Path: link.Path, Line: link.Line}, ok
}

// bot matches authors that are programs.
var bot = regexp.MustCompile(`(?i)\[bot\]$|\bbot$|^(?:dependabot|renovate|github-actions|greenkeeper)\b`)

// ignores reports whether a .git-blame-ignore-revs file lists a commit.
func ignores(list, sha string) bool {
	for line := range strings.Lines(list) {
		line, _, _ = strings.Cut(line, "#")
		if rev := strings.TrimSpace(line); len(rev) >= 7 && strings.HasPrefix(sha, strings.ToLower(rev)) {
			return true
		}
	}
	return false
}

// Suspects returns at most two of the suspects, each change once, the newest first.
func Suspects(found []Suspect) []Suspect {
	slices.SortStableFunc(found, func(a, b Suspect) int { return b.At.Compare(a.At) })
	var suspects []Suspect
	for _, s := range found {
		if !slices.ContainsFunc(suspects, func(known Suspect) bool { return known.SHA == s.SHA }) && len(suspects) < maxSuspects {
			suspects = append(suspects, s)
		}
	}
	return suspects
}

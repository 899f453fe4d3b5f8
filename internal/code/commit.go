package code

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

const maxRelease = 200 // bytes

var (
	sha = regexp.MustCompile(`^[0-9a-f]{7,40}$`)
	// shaAtEnd finds the SHA that a release ends in: "shop@1.2.3+abc1234", "v1.2.3-4-gabc1234".
	shaAtEnd = regexp.MustCompile(`(?:^|[^0-9a-z]g?)([0-9a-f]{7,40})$`)
	// release splits a package from its version: "shop@1.2.3", "ghcr.io/acme/shop:v1.2.3".
	release  = regexp.MustCompile(`^(?:(.+)[@:])?v?([0-9][0-9A-Za-z.+-]*)$`)
	plainRef = regexp.MustCompile(`^[0-9A-Za-z@](?:[@/.]?[\w+-])*$`)
)

// SHA returns the commit that an event names, abbreviated or not, or "". The commit may not exist.
func SHA(v event.Version) string {
	if commit := strings.ToLower(v.Commit); sha.MatchString(commit) {
		return commit
	}
	if found := shaAtEnd.FindStringSubmatch(strings.ToLower(v.Release)); found != nil && len(v.Release) <= maxRelease {
		return found[1]
	}
	return ""
}

// Tags returns the names that a release's tag may have. The tag counts if exactly one commit has any of them.
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
		return !plainRef.MatchString(name) || strings.Contains(name+"/", ".lock/") // Git keeps its lock files beside refs
	})
}

// Change is a commit that git blame names for a line.
type Change struct {
	SHA    string
	At     time.Time // when it was committed
	Author string    // login, or name if GitHub knows no account
	Files  int       // number of files it changed; 0 if unknown
	Merge  bool
	Pull   int // the pull request it came with; 0 if none
}

// Suspect is a change that may have caused an error, because it changed a line that failed.
type Suspect struct {
	Change
	Before time.Duration // from the change to the first event
	Path   string
	Line   int
}

const (
	maxSuspects = 2
	maxFiles    = 40                   // files a change may touch; larger ones are renames and formatting
	maxAge      = 365 * 24 * time.Hour // age of a change when the error was first seen
)

// IgnoredRevs is where teams list the commits that git blame should skip.
const IgnoredRevs = ".git-blame-ignore-revs"

var (
	// rev matches a line of IgnoredRevs.
	rev = regexp.MustCompile(`(?m)^\s*[0-9a-f]{7,40}\b`)
	// bot matches authors that are programs.
	bot = regexp.MustCompile(`(?i)\[bot\]$|\bbot$|^(?:dependabot|renovate|github-actions|greenkeeper)\b`)
)

// Suspects returns the suspects among the changes behind links, at most two, each once, the newest first. It
// leaves out unlikely ones: those after the first event or over a year before it, merges, those by a bot or
// an unknown author, those of over 40 or unknown files, and those in ignored, the text of IgnoredRevs.
func Suspects(links []Link, changeOf func(Link) Change, firstSeen time.Time, ignored string) (suspects []Suspect) {
	revs := rev.FindAllString(strings.ToLower(ignored), -1)
	for _, link := range links {
		c := changeOf(link)
		before := firstSeen.Sub(c.At)
		recent, small := before > 0 && before <= maxAge, c.Files > 0 && c.Files <= maxFiles
		likely := recent && small && !c.Merge && c.Author != "" && !bot.MatchString(c.Author)
		known := slices.ContainsFunc(suspects, func(s Suspect) bool { return s.SHA == c.SHA })
		skipped := slices.ContainsFunc(revs, func(rev string) bool { return strings.HasPrefix(c.SHA, strings.TrimSpace(rev)) })
		if likely && !known && !skipped {
			suspects = append(suspects, Suspect{Change: c, Before: before, Path: link.Path, Line: link.Line})
		}
	}
	slices.SortStableFunc(suspects, func(a, b Suspect) int { return b.At.Compare(a.At) })
	return suspects[:min(len(suspects), maxSuspects)]
}

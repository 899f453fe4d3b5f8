package code

import (
	"regexp"
	"slices"
	"strings"

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

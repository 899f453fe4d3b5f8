package marker

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/count"
)

// Build is a version of the code.
type Build struct {
	Version string `json:"v,omitempty"` // as in the events
	Commit  string `json:"c,omitempty"` // its commit, confirmed in the repository; empty if there is none
	Frames  int    `json:"f,omitempty"` // in-app frames that were looked up
	Shown   int    `json:"s,omitempty"` // how many of these were found
}

// Release returns the version's name as people know it.
func (b Build) Release() string {
	release, _, _ := strings.Cut(b.Version, " ")
	return release
}

// Fix is a fix that some versions do not contain, so a failure in them is not a
// regression.
type Fix struct {
	Closed count.Millis `json:"t"` // when the issue was closed
	Commit string       `json:"c"` // that closed it
	Old    []Build      `json:"o"` // versions that do not contain the commit, the latest seen last
}

// Lacks returns a version that does not contain the fix; false if it is not known.
func (f *Fix) Lacks(version string) (Build, bool) {
	if f == nil {
		return Build{}, false
	}
	i := slices.IndexFunc(f.Old, func(b Build) bool { return b.Version == version })
	if i < 0 {
		return Build{}, false
	}
	return f.Old[i], true
}

func (f *Fix) clone() *Fix {
	if f == nil {
		return nil
	}
	c := *f
	c.Old = slices.Clone(f.Old)
	return &c
}

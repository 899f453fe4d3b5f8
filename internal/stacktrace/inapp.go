package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Rules are a team's own word on which frames are in-app, as beginnings of a
// file's path or of a module: "vendor/billing/", "com.acme.". A path also counts
// from any folder on, since containers put the same program in different ones.
// Exclude beats Include, and both what the runtime's file here says.
type Rules struct {
	Include, Exclude []string
}

// Mark sets InApp of all frames by the rules.
func (r Rules) Mark(chain []event.Exception) {
	if len(r.Include)+len(r.Exclude) == 0 {
		return
	}
	for _, x := range chain {
		for i := range x.Frames {
			f := &x.Frames[i]
			f.InApp = (f.InApp || names(r.Include, f)) && !names(r.Exclude, f)
		}
	}
}

func names(prefixes []string, f *event.Frame) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(f.Module, p) || strings.HasPrefix(f.File, p) {
			return true
		}
		if strings.Contains(p, "/") && strings.Contains(f.File, "/"+strings.TrimPrefix(p, "/")) {
			return true
		}
	}
	return false
}

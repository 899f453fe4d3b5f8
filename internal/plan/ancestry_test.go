package plan

import (
	"fmt"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// The versions that failed since the closing are known if there are at most grouping.MaxVersions in all,
// however often and whenever each failed.
func TestFailedSince(t *testing.T) {
	a := Action{Issue: closed(issue(1, "exc1:a", 5), "", time.Hour)}
	for versions := range grouping.MaxVersions + 4 {
		s := grouping.NewSet(func(s string) string { return s })
		s.Add(event.Event{Source: shop, Message: "lost", Release: "before", Time: now.Add(-2 * time.Hour)})
		for i := range 3 * versions {
			s.Add(event.Event{Source: shop, Message: "lost", Release: fmt.Sprint(i % versions), Time: now.Add(time.Duration(i) * time.Second)})
		}
		a.Groups = s.Groups()
		got, certain := a.FailedSince()
		if want := versions > 0 && versions < grouping.MaxVersions; certain != want || certain && len(got) != versions {
			t.Errorf("%d versions: %d, certain %t", versions, len(got), certain)
		}
	}
}

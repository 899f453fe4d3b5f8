package story

import (
	"fmt"
	"testing"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// TestRedeliveredAfterManyOthers delivers a message again after 210 others of the same error. It must not
// count again.
func TestRedeliveredAfterManyOthers(t *testing.T) {
	w := newWorld(t)
	w.github.Configure(func(s *githubtest.Settings) { s.HourlyLimit = 1_000_000 })
	deliver := func(i int) {
		w.deliver(fmt.Sprintf(`{"text":"ERROR payment %d failed","id":"message-%d"}`, i, i)).mustSucceed(t)
	}
	const others = 210
	for i := range 1 + others {
		deliver(i)
	}
	deliver(0)
	if got := count(t, w.find("payment … failed")); got != 1+others {
		t.Errorf("counted %d, want %d", got, 1+others)
	}
}

package grouping

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// distinctMessage returns a message that differs from those of other numbers.
func distinctMessage(n int) string {
	word := func(n int) string { return string([]rune{'b' + rune(n%20), 'a', 'b' + rune(n/20%20), 'o'}) }
	return fmt.Sprintf("%s lost while %s of %s was written to %s", word(n), word(n/7), word(n/400), word(n/3))
}

// TestManyTemplates checks that each template is redacted about once, however many there are, and that memory
// stays bounded.
func TestManyTemplates(t *testing.T) {
	const lines, all = 300_000, 100_000
	redacted := 0
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := NewSet(func(s string) string { redacted++; return s })
	for i := range lines {
		s.Add(event.Event{Source: "s", Message: distinctMessage(i * 7919 % all)})
	}
	groups := s.Groups()
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := (after.HeapAlloc - before.HeapAlloc) >> 20
	t.Logf("%d redactions, %d groups, %d MB held", redacted, len(groups), held)
	if redacted > all*11/10 {
		t.Errorf("%d redactions of %d templates", redacted, all)
	}
	if held > 80 {
		t.Errorf("%d MB held, want at most 80", held)
	}
	runtime.KeepAlive(s)
}

// TestCoversGrowth checks that a template is compared only with those that may cover it, not with all of the
// same shape.
func TestCoversGrowth(t *testing.T) {
	d := newDictionary()
	var forms []*form
	for i := range 5_000 {
		forms = append(forms, d.form(distinctMessage(i)+" after <*>"))
	}
	wide := newCoverIndex(d, forms)
	compared := 0
	for _, f := range forms {
		compared += len(wide.of(f))
	}
	if compared > 2*len(forms) {
		t.Errorf("%d comparisons of %d templates", compared, len(forms))
	}
}

package story

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestActionsArePinned: a tag can be moved to other code, a commit cannot.
func TestActionsArePinned(t *testing.T) {
	own := regexp.MustCompile(`^(\./\S*|org/errmon-action@(v1|COMMIT-SHA))$`)
	pinned := regexp.MustCompile(`^[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	uses := regexp.MustCompile(`(?m)^[ -]*uses: (.+)$`)
	files := pages(t)
	for _, pattern := range []string{".github/workflows/*.yml", "examples/workflows/*.yml"} {
		names, err := filepath.Glob(filepath.Join(guideRoot(), pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			files[name] = string(read(t, "", name))
		}
	}
	found := 0
	for name, content := range files {
		for _, m := range uses.FindAllStringSubmatch(content, -1) {
			found++
			if ref := strings.TrimSpace(m[1]); !own.MatchString(ref) && !pinned.MatchString(ref) {
				t.Errorf("%s: %q is not pinned by a full SHA, with its version behind", name, ref)
			}
		}
	}
	if found < 20 {
		t.Errorf("%d uses found", found)
	}
}

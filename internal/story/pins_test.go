package story

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestActionsArePinned wants commits: a tag can be moved to other code, a commit cannot.
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

// TestMarketplaceRules checks what GitHub checks when an action is listed, except whether its name is free.
func TestMarketplaceRules(t *testing.T) {
	var action struct {
		Name, Description string
		Branding          struct{ Icon, Color string }
	}
	if err := yaml.Unmarshal(read(t, guideRoot(), "action.yml"), &action); err != nil {
		t.Fatal(err)
	}
	if n := len(action.Description); action.Name == "" || n == 0 || n > 125 {
		t.Errorf("name %q, and a description of %d characters; at most 125 are shown", action.Name, n)
	}
	if !regexp.MustCompile(`^(white|black|yellow|blue|green|orange|red|purple|gray-dark)$`).MatchString(action.Branding.Color) || action.Branding.Icon != "alert-circle" {
		t.Errorf("branding: %+v", action.Branding) // alert-circle is one of the Feather icons that GitHub supports
	}
}

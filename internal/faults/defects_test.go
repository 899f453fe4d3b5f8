package faults

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var defects = flag.Bool("defects", false, "see each defect of testdata/defects caught")

// TestDefects checks that each patch applies to a copy of its files. With -defects, which takes minutes, it
// also runs the sample on the program with that copy.
func TestDefects(t *testing.T) {
	patches, err := filepath.Glob("testdata/defects/*.patch")
	if err != nil || len(patches) < 10 {
		t.Fatalf("%d patches, want at least 10 (%v)", len(patches), err)
	}
	for _, patch := range patches {
		t.Run(strings.TrimSuffix(filepath.Base(patch), ".patch"), func(t *testing.T) {
			overlay := plant(t, patch)
			if !*defects {
				return
			}
			test := exec.Command("go", "test", "-count=1", "-overlay", overlay, "-run", "TestFaults|TestAnyHistory", ".", "-rapid.nofailfile")
			out, err := test.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: Test") {
				t.Fatalf("not caught (%v):\n%s", err, out)
			}
			t.Logf("caught:\n%s", firstLines(out, 12))
		})
	}
}

var patched = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)`)

// plant applies a patch to copies of its files, and returns an overlay for the go command that replaces the
// real ones.
func plant(t *testing.T, patch string) string {
	t.Helper()
	diff, err := os.ReadFile(patch)
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for _, match := range patched.FindAllStringSubmatch(string(diff), -1) {
		from, to := filepath.Join(root, match[1]), filepath.Join(dir, match[1])
		replace[from] = to
		copyFile(t, from, to)
	}
	apply := exec.Command("git", "apply", "-")
	apply.Dir, apply.Stdin = dir, strings.NewReader(string(diff))
	apply.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("%s no longer applies: make it anew\n%s", patch, out)
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o700)
	}
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func firstLines(out []byte, n int) string {
	lines := strings.SplitAfter(string(out), "\n")
	return strings.Join(lines[:min(n, len(lines))], "")
}

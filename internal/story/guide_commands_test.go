package story

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

// TestGuideCommands runs every block of the README and the guide that contains only errmon commands,
// unchanged, with the services on loopback.
func TestGuideCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	root, bin := filepath.Join(storyFolder, repositoryRoot), t.TempDir()
	w := newWorld(t)
	w.now = time.Now() // the program's clock
	w.put("/ecs/shop", cloudwatchtest.Event{Stream: "web/1", Time: w.now.Add(-time.Minute), Message: "ERROR order 1 lost"})
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "errmon"), ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	env := append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "ERRMON_WRITE_INTERVAL=0", "ERRMON_AWS_REQUESTS_PER_SECOND=25",
		"GITHUB_ACTIONS=", "GITHUB_WORKFLOW_REF=") // as on a developer's machine, also in CI
	for name, value := range w.env {
		env = append(env, name+"="+value)
	}
	ran := 0
	for name, page := range pages(t) {
		for _, block := range blockShape.FindAllStringSubmatch(page, -1) {
			if block[1] != "sh" || !ownCommands(block[2]) {
				continue
			}
			ran++
			cmd := exec.Command("sh", "-ec", block[2])
			cmd.Dir, cmd.Env = root, env
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%s: %s: %v\n%s", name, block[2], err, out)
			}
			if first, _, _ := strings.Cut(string(out), "\n\n"); strings.HasPrefix(block[2], "go run . preview") && !strings.Contains(page, first) {
				t.Errorf("%s: %s prints what is not shown below it:\n%s", name, block[2], first)
			}
		}
	}
	if ran < 5 {
		t.Errorf("%d blocks ran", ran)
	}
	if issues := w.github.Issues(); len(issues) > 0 {
		t.Errorf("wrote %v", issues)
	}
}

func ownCommands(block string) bool {
	for line := range strings.Lines(block) {
		if !strings.HasPrefix(line, "errmon ") && !strings.HasPrefix(line, "go run . ") {
			return false
		}
	}
	return true
}

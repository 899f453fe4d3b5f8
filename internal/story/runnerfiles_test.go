package story

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRunnerFilesCannotBeWritten makes writing the outputs or the summary fail. The run must file its
// issues, report the problem, and fail.
func TestRunnerFilesCannotBeWritten(t *testing.T) {
	for _, variable := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		for _, command := range []string{"scan", "doctor"} {
			if command == "doctor" && variable == "GITHUB_OUTPUT" {
				continue // it has no outputs
			}
			t.Run(command+" "+variable, func(t *testing.T) {
				w := newWorld(t)
				w.inActions()
				w.env["GITHUB_STEP_SUMMARY"], w.env["GITHUB_OUTPUT"] = "", ""
				w.env[variable] = filepath.Join(t.TempDir(), "missing", "file")
				w.log(time.Minute, "ERROR order lost")
				r := w.run(command)
				if r.code != 1 || !strings.Contains(r.stdout, variable) || !strings.Contains(r.stdout, "::error") {
					t.Errorf("exit code %d:\n%s", r.code, r.stdout)
				}
				if command == "scan" {
					w.find("lost")
				}
			})
		}
	}
}

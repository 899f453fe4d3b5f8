// Package groupingtest has logs for which the template of each line is known.
package groupingtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Log is a list of messages and, line for line, the template of each.
type Log struct {
	Name  string
	Lines []string
	Truth []string
}

// LogHub returns the LogHub logs beside the repository, in ../shared/data/loghub.
// The test, which is of a package in internal, is skipped where there are none.
func LogHub(t testing.TB) []Log {
	t.Helper()
	files, err := filepath.Glob("../../../shared/data/loghub/*.txt")
	if err != nil || len(files) == 0 {
		t.Skip("no LogHub logs in ../shared/data/loghub")
	}
	var logs []Log
	for _, file := range files {
		base := strings.TrimSuffix(file, ".txt")
		log := Log{Name: filepath.Base(base), Lines: lines(t, file), Truth: lines(t, base+".truth")}
		if len(log.Lines) != len(log.Truth) {
			t.Fatalf("%s: %d lines and %d templates", log.Name, len(log.Lines), len(log.Truth))
		}
		logs = append(logs, log)
	}
	return logs
}

func lines(t testing.TB, file string) []string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

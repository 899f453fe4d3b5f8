package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/safe/safetest"
)

// Text from a service is foreign: it must not run commands in the runner, break the table or show a secret.
func TestForeignTextIsHarmless(t *testing.T) {
	const token = "ghp_w8Kd2LqZt5RmXy0VbNcJ7HfPsAeU3iGo1T4Q"
	hostile := "denied\n::error::x ##[group]y | z\n@octocat #1 " + token
	var out strings.Builder
	r := safe.NewRedactor()
	table := table{out: &out, redactor: r.Section()}
	table.add(finding.Fail("log group /a|b", hostile, hostile))
	table.end()
	summary := table.summary(r.Section())
	if strings.Contains(out.String()+summary, token) {
		t.Errorf("shows the token:\n%s%s", out.String(), summary)
	}
	if strings.Count(out.String(), "\n") != 4 || strings.Contains(out.String(), "\n::") || strings.Contains(out.String(), "##[") {
		t.Errorf("printed\n%s", out.String())
	}
	if lines := strings.Split(strings.TrimSpace(summary), "\n"); len(lines) != 5 || strings.Contains(safetest.WithoutCode(summary), "@octocat") || strings.Count(lines[4], " | ") != 3 {
		t.Errorf("summary\n%s", summary)
	}
}

func TestVerdict(t *testing.T) {
	for want, found := range map[string][]finding.Finding{
		"All checks passed. Nothing was written.": {finding.Good("clock", "right")},
		"✗ 1, ! 2. Nothing was written.":          {finding.Warn("a", "", "x"), finding.Fail("b", "", "x"), finding.Warn("c", "", "x")},
	} {
		var out strings.Builder
		table := table{out: &out, redactor: safe.NewRedactor().Section()}
		table.add(found...)
		table.end()
		if !strings.HasSuffix(out.String(), "\n"+want+"\n") {
			t.Errorf("printed %s, want %s", out.String(), want)
		}
	}
}

func TestFindingOfAnError(t *testing.T) {
	cause := errors.New("404")
	mendable := &finding.Mendable{What: "not found", Remedy: "check the name", Cause: cause}
	for _, tt := range []struct {
		err          error
		text, remedy string
	}{
		{mendable, "not found (404)", "check the name"},
		{fmt.Errorf("list: %w", mendable), "not found (404)", "check the name"},
		{&finding.Mendable{What: "gone", Remedy: "make it"}, "gone", "make it"},
		{cause, "404", ""},
	} {
		if f := finding.Of("x", tt.err); f.Level != finding.Failure || f.Text != tt.text || f.Remedy != tt.remedy {
			t.Errorf("%v: %+v", tt.err, f)
		}
	}
	if !errors.Is(mendable, cause) || mendable.Error() != "not found: check the name: 404" {
		t.Error(mendable)
	}
}

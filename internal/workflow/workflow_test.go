package workflow_test

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/workflow"
)

const step = "\n    steps: [{uses: org/errmon-action@v1}]\n"

func TestCheck(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	job := "jobs:\n  errmon:\n    runs-on: ubuntu-latest"
	byHand := "on: workflow_dispatch\n"
	cron := func(text string) string {
		return "on: {schedule: [{cron: \"" + text + "\"}]}\npermissions: write-all\n" + job + step
	}
	tests := []struct {
		name    string
		content string
		facts   workflow.Facts
		want    string // levels: "ok", "warn", "fail", with a part of text or remedy
	}{
		{"no YAML", "on: [", workflow.Facts{}, "fail actionlint"},
		{"another action's workflow", byHand + "jobs:\n  x:\n    steps: [{uses: actions/checkout@v4}]\n", workflow.Facts{}, ""},
		{"a list of triggers", "on: [push, workflow_dispatch]\npermissions: write-all\n" + job + step, workflow.Facts{}, "ok suffice"},
		{"read-all", byHand + "permissions: read-all\n" + job + step, workflow.Facts{}, "fail issues: write"},
		{"nothing at all", byHand + "permissions: {}\n" + job + step, workflow.Facts{}, "fail issues: write; warn contents: read"},
		{"not said", byHand + job + step, workflow.Facts{}, "warn permissions:"},
		{"the job's count", byHand + "permissions: write-all\n" + job + "\n    permissions: {contents: read}" + step, workflow.Facts{}, "fail issues: write"},
		{"the job's count, the better", byHand + "permissions: {}\n" + job + "\n    permissions: {contents: read, issues: write}" + step, workflow.Facts{}, "ok suffice"},
		{"another token", byHand + "permissions: {contents: read}\n" + job + "\n    steps: [{uses: org/errmon-action@v1, with: {github-token: \"${{ secrets.OTHER }}\"}}]\n", workflow.Facts{}, "ok suffice"},
		{"the same token, spelt out", byHand + "permissions: {contents: read}\n" + job + "\n    steps: [{uses: org/errmon-action@v1, with: {github-token: \"${{ github.token }}\"}}]\n", workflow.Facts{}, "fail issues: write"},
		{"keys need no OIDC", byHand + "permissions: {contents: read, issues: write}\n" + job + "\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v6\n        with: {aws-access-key-id: x}\n      - uses: org/errmon-action@v1\n", workflow.Facts{}, "ok suffice"},
		{"a job of another name", byHand + "permissions: {}\n" + job + step, workflow.Facts{Job: "test"}, ""},
		{"the job that runs, whatever it uses", byHand + "permissions: {contents: read}\njobs:\n  test:\n    steps: [{uses: ./}]\n", workflow.Facts{Job: "test"}, "fail issues: write"},

		{"a good cron", cron("7,22 * * * *"), workflow.Facts{}, "ok suffice; ok 7,22"},
		{"start of the hour", cron("0 * * * *"), workflow.Facts{}, "ok suffice; warn start of the hour"},
		{"among others", cron("0,30 6 * * *"), workflow.Facts{}, "ok suffice; warn start of the hour"},
		{"a quarter's step", cron("*/15 * * * *"), workflow.Facts{}, "ok suffice; warn start of the hour"},
		{"every minute", cron("* * * * *"), workflow.Facts{}, "ok suffice; warn every 5 minutes"},
		{"six fields", cron("0 7 * * * *"), workflow.Facts{}, "ok suffice; fail 6 fields"},
		{"disabled by hand", cron("7 * * * *"), workflow.Facts{State: "disabled_manually"}, "ok suffice; fail gh workflow enable"},
		{"idle and public", cron("7 * * * *"), workflow.Facts{Public: true, PushedAt: now.Add(-47 * 24 * time.Hour)}, "ok suffice; warn 47 days"},
		{"idle and private", cron("7 * * * *"), workflow.Facts{PushedAt: now.Add(-470 * 24 * time.Hour)}, "ok suffice; ok 7 *"},
		{"busy and public", cron("7 * * * *"), workflow.Facts{Public: true, PushedAt: now.Add(-40 * 24 * time.Hour)}, "ok suffice; ok 7 *"},
	}
	levels := map[finding.Level]string{finding.OK: "ok", finding.Warning: "warn", finding.Failure: "fail"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.facts.File, tt.facts.Now = "errmon.yml", now
			found := workflow.Check([]byte(tt.content), tt.facts)
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, "; ")
			}
			if len(found) != len(want) {
				t.Fatalf("found %+v, want %d", found, len(want))
			}
			for i, f := range found {
				level, part, _ := strings.Cut(want[i], " ")
				if levels[f.Level] != level || !strings.Contains(f.Text+f.Remedy, part) || f.About != "workflow errmon.yml" {
					t.Errorf("found %+v, want %s", f, want[i])
				}
				if (f.Level == finding.OK) != (f.Remedy == "") {
					t.Errorf("remedy %q of %+v", f.Remedy, f)
				}
			}
		})
	}
}

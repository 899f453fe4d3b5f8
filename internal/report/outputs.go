package report

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
)

// Output is one output of the action: a whole number, or JSON on one line. No
// value can hold a line break, and so none can forge another output.
type Output struct{ Name, Value string }

// maxOutput keeps the list of issues well under the megabyte (in UTF-16) that a
// job's outputs may hold together.
const maxOutput = 400_000

type outputIssue struct {
	Number      int    `json:"number"`
	URL         string `json:"url"`
	Action      string `json:"action"`
	Reason      string `json:"reason"`
	Title       string `json:"title"`
	Fingerprint string `json:"fingerprint"`
	Count       int64  `json:"count"`
}

// Outputs returns the action's outputs, also of a run that failed.
func Outputs(r *safe.Redactor, run Run) ([]Output, error) {
	issues, err := issuesJSON(r, run)
	if err != nil {
		return nil, err
	}
	number := func(kind plan.Kind) string { return strconv.Itoa(run.Count(kind)) }
	return []Output{
		{"created", number(plan.Create)},
		{"updated", number(plan.Update)},
		{"reopened", number(plan.Reopen)},
		{"closed", number(plan.Close)},
		{"events", strconv.FormatInt(run.Events, 10)},
		{"errors", strconv.Itoa(run.Errors)},
		{"issues", issues},
	}, nil
}

func issuesJSON(r *safe.Redactor, run Run) (string, error) {
	r = r.Section()
	var items []string
	size := 0
	for _, l := range run.Lines {
		if !l.Done() {
			continue
		}
		item, err := json.Marshal(outputIssue{
			Number:      l.Number,
			URL:         l.URL,
			Action:      string(l.Action.Kind),
			Reason:      string(l.Action.Reason),
			Title:       r.Title(l.Action.Title, 256).String(),
			Fingerprint: fingerprint(l.Action),
			Count:       l.Action.Count(),
		})
		if err != nil {
			return "", fmt.Errorf("write output issues: %w", err)
		}
		if size += len(item); size > maxOutput {
			break
		}
		items = append(items, string(item))
	}
	return "[" + strings.Join(items, ",") + "]", nil
}

func fingerprint(a plan.Action) string {
	if len(a.Next.Keys) == 0 {
		return ""
	}
	return a.Next.Keys[0]
}

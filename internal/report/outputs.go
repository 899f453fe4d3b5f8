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
// value can contain a line break, so none can forge another output.
type Output struct{ Name, Value string }

// maxOutput keeps the list of issues well under the limit of one megabyte (in
// UTF-16) for all outputs of a job.
const maxOutput = 400_000

type outputIssue struct {
	Number      int    `json:"number"`
	URL         string `json:"url"`
	Action      string `json:"action"`
	Reason      string `json:"reason"`
	Title       string `json:"title"`
	Fingerprint string `json:"fingerprint"`
	Count       int64  `json:"count"`

	// Set if looked up in this run, empty otherwise.
	Release   string   `json:"release"`
	Permalink string   `json:"permalink"` // of the topmost frame that has one
	Owners    []string `json:"owners"`    // as written in CODEOWNERS
	Suspects  []string `json:"suspects"`  // commits
}

// addCode adds what was found about an error in the repository.
func (o *outputIssue) addCode(r *safe.Redactor, a plan.Action) {
	o.Owners, o.Suspects = []string{}, []string{}
	if e, ok := a.Sample(); ok {
		o.Release = r.Title(e.Release, 100).String()
	}
	s := a.Evidence.Code
	if s == nil || len(s.Links) == 0 {
		return
	}
	if url, ok := r.Permalink(s.Page, s.Commit.SHA, s.Links[0].Path, s.Links[0].Line); ok {
		o.Permalink = url.String()
	}
	for _, name := range s.Owners.Names {
		o.Owners = append(o.Owners, r.Redact(name))
	}
	for _, suspect := range s.Suspects {
		o.Suspects = append(o.Suspects, suspect.SHA)
	}
}

// Outputs returns the action's outputs, even for a failed run.
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
		o := outputIssue{
			Number:      l.Number,
			URL:         l.URL,
			Action:      string(l.Action.Kind),
			Reason:      string(l.Action.Reason),
			Title:       r.Title(l.Action.Title, 256).String(),
			Fingerprint: fingerprint(l.Action),
			Count:       l.Action.Count(),
		}
		o.addCode(r, l.Action)
		item, err := json.Marshal(o)
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

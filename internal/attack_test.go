package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/safe/safetest"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/source"
)

var attacksFlag = flag.String("attacks", "", "file of attacks for TestAttacks to run instead of its own, one a line, %s for the canary")

// TestAttacks puts a hostile text into every string of an event, so that a
// field added later is covered too, and looks at all that is made of it: what
// is not code must be the same as with a harmless text.
//
//	go test -run TestAttacks ./internal -args -attacks /path/to/attacks.txt
func TestAttacks(t *testing.T) {
	attacks := safetest.Attacks
	if *attacksFlag != "" {
		var err error
		if attacks, err = readAttacks(*attacksFlag); err != nil {
			t.Fatal(err)
		}
	}
	if len(attacks) == 0 {
		t.Fatal("no attacks")
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for _, public := range []bool{false, true} {
		harmless := publish(t, "harmless", public)
		for _, attack := range attacks {
			canary := safetest.Canary(rng)
			t.Run(attack.Name, func(t *testing.T) { compare(t, harmless, publish(t, attack.With(canary), public), canary) })
		}
	}
	t.Logf("%d attacks", len(attacks))
}

// published is all that leaves the program.
type published struct {
	markdown map[string]string // by what it is
	titles   []string
	terminal string
	outputs  []report.Output
	commands []string
	slack    string // the blocks of a message, as JSON
}

// publish runs an event of which every string is the text through all that publishes.
func publish(t *testing.T, text string, public bool) published {
	t.Helper()
	a := plan.Action{Kind: plan.Create, Reason: plan.FirstSeen, Groups: []*grouping.Group{{}}}
	fill(reflect.ValueOf(&a), text)
	a.Kind, a.Reason, a.Note = plan.Create, plan.FirstSeen, "regression" // ours, as the title of a kept issue is GitHub's
	fill(reflect.ValueOf(&a.Next), clip(text))                           // as the pipeline bounds what is stored
	a.Next.Keys, a.Next.First, a.Next.Last = []string{"exc1:0123456789abcdef"}, 1, 1
	hashIDs(a.Next)
	a.Next.Shape.Note = "**Runbook**" // the team's own Markdown, from its settings file
	redactor := safe.NewRedactor()
	r := render.Renderer{Redactor: redactor, Label: "errmon", HoldBack: public}
	body, err := r.Body(a, "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := marker.Read(body)
	if err != nil || !cmp.Equal(m.Keys, a.Next.Keys) {
		t.Errorf("the marker cannot be read back: %v", err)
	}
	dashboard := render.Board{}
	fill(reflect.ValueOf(&dashboard), clip(text))
	for i, row := range dashboard.Waiting {
		dashboard.Waiting[i].Marker.Keys = a.Next.Keys // hashes, whatever was logged
		hashIDs(row.Marker)
	}
	for _, issue := range dashboard.Issues {
		hashIDs(issue.Marker)
	}
	home := r.Dashboard(dashboard, "")
	run := report.Run{
		Lines:    []plan.Result{{Action: a, Number: 7, URL: "https://github.example/acme/shop/issues/7"}, {Action: a, Err: errors.New(text)}},
		Sources:  []source.Health{{Name: text, Err: errors.New(text)}},
		Failures: []error{errors.New(text)}, Warnings: []string{text},
	}
	outputs := report.Outputs(redactor, run)
	var terminal bytes.Buffer
	report.Print(&terminal, redactor, run)
	failures, warnings := report.Annotations(redactor, run)
	_, message := slack.Message("acme/shop", []slack.Error{{Kind: slack.FirstSeen, Number: 7, URL: "https://github.example/acme/shop/issues/7",
		Title: redactor.Mrkdwn(a.Title, 300), Place: redactor.Mrkdwn(text, 200), Events: 1}})
	blocks, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return published{
		slack:    string(blocks),
		markdown: map[string]string{"body": body, "comment": comments(r, a), "dashboard": home, "summary": report.Summary(redactor, run)},
		titles:   []string{r.Title(a), r.DashboardTitle()},
		terminal: terminal.String(),
		outputs:  outputs,
		commands: append(failures, warnings...),
	}
}

// compare holds what was published of an attack to what a harmless text gives.
func compare(t *testing.T, harmless, got published, canary string) {
	t.Helper()
	for name, markdown := range got.markdown {
		want, shown := withoutState(harmless.markdown[name]), withoutState(markdown)
		want, shown = safetest.WithoutCode(want), safetest.WithoutCode(shown)
		if diff := cmp.Diff(want, shown); diff != "" || strings.Contains(shown, canary) {
			t.Errorf("%s: more than code differs: %s", name, clip(diff))
		}
		if diff := cmp.Diff(obeyed.FindAllString(want, -1), obeyed.FindAllString(shown, -1)); diff != "" {
			t.Errorf("%s: GitHub would obey: %s", name, clip(diff))
		}
	}
	for _, title := range got.titles {
		if m := obeyed.FindString(title); m != "" || strings.ContainsAny(title, "\r\n") {
			t.Errorf("title: %q would be obeyed in %q", m, title)
		}
	}
	if diff := cmp.Diff(slackCode.ReplaceAllString(harmless.slack, "code"), slackCode.ReplaceAllString(got.slack, "code")); diff != "" {
		t.Errorf("Slack: more than code differs: %s", diff)
	}
	checkLines(t, "terminal", got.terminal)
	for _, c := range got.commands {
		checkLines(t, "annotation", c)
		if strings.Contains(c, "\n") {
			t.Errorf("annotation of several lines: %q", c)
		}
	}
	for i, o := range got.outputs {
		if o.Name != harmless.outputs[i].Name || strings.ContainsAny(o.Value, "\r\n") || o.Name == "issues" && !json.Valid([]byte(o.Value)) {
			t.Errorf("output %s: %q", o.Name, o.Value)
		}
	}
}

// obeyed is what GitHub acts upon in plain text.
var obeyed = regexp.MustCompile(`(?i)@\w|#\d|\bgh-\d|<!--|--!?>|&#?\w+;|!\[|<img|://[^\s/]+/[^\s/]+/[^\s/]+/(?:issues|pull|discussions|commit)/\w`)

// slackCode is a code span in which Slack obeys nothing. JSON writes its "&" as an escape.
var slackCode = regexp.MustCompile("`(?:[^`<>&\\\\]|\\\\[\"\\\\]|\\\\u0026(?:amp|lt|gt);)+`")

// checkLines wants no line that the runner takes for a command, and no control
// character that a terminal obeys.
func checkLines(t *testing.T, name, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
			t.Errorf("%s: the runner would obey %q", name, line)
		}
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 }); i >= 0 {
		t.Errorf("%s: a control character in %q", name, text[max(0, i-20):i+1])
	}
}

// withoutState takes the encoded state out of a body, which differs with the text.
func withoutState(body string) string {
	return stateLine.ReplaceAllString(body, "<!-- errmon:state -->")
}

// hashIDs makes the ids of deliveries what a marker keeps of them.
func hashIDs(m marker.Marker) {
	for kind, inbox := range m.Deliveries {
		inbox.IDs = inbox.IDs.Hashed()
		m.Deliveries[kind] = inbox
	}
}

var stateLine = regexp.MustCompile(`<!-- errmon:(?:state|key) .*? -->`)

func clip(s string) string { return s[:min(len(s), 600)] }

// fill sets every string that v leads to, giving each nil pointer a value, and each
// empty slice and map one element. Numbers and times stay.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		fill(v.Elem(), text)
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "URL" {
				v.Field(i).SetString("https://console.example/event") // made by the source, not by who logs; see safe.URL
			} else if v.Field(i).CanSet() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text)
		fill(value, text)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// TestFillReachesEveryString guards TestAttacks: an event has strings, and all are set.
func TestFillReachesEveryString(t *testing.T) {
	var e event.Event
	fill(reflect.ValueOf(&e), "x")
	frame := e.Exceptions[0].Frames[0]
	if got := []string{e.Text, e.Message, e.Stack, e.Service, e.Release, e.RequestID, e.Exceptions[0].Type, frame.Function, frame.File}; slices.Contains(got, "") {
		t.Errorf("not set: %q", got)
	}
}

// readAttacks reads attacks from a file, one a line, as JSON strings or as they are.
func readAttacks(path string) ([]safetest.Attack, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var attacks []safetest.Attack
	for line := range strings.Lines(string(data)) {
		text := strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(text, `"`) {
			if err := json.Unmarshal([]byte(line), &text); err != nil {
				return nil, fmt.Errorf("%s line %d: %w", path, len(attacks)+1, err)
			}
		}
		attacks = append(attacks, safetest.Attack{Name: fmt.Sprintf("line %d", len(attacks)+1), Text: text})
	}
	return attacks, nil
}

// comments are all comments that an issue may get.
func comments(r render.Renderer, a plan.Action) string {
	var all []string
	for _, a.Comment = range []plan.Reason{plan.Regression, plan.SentryUnresolved, plan.SnoozeOver, plan.TenTimes, plan.HigherLevel} {
		all = append(all, r.Comment(a))
	}
	return strings.Join(all, "\n\n")
}

package story

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// rulesWorld returns a world with a settings file, an assignable login and an issue type.
func rulesWorld(t *testing.T, file string) *world {
	t.Helper()
	w := newWorld(t)
	w.github.Configure(func(s *githubtest.Settings) { s.Assignable, s.Types = []string{"octocat"}, []string{"Bug"} })
	w.file(".github/errmon.yml", file)
	return w
}

func exampleRules(t *testing.T) string {
	return string(read(t, storyFolder, "../../examples/errmon.yml"))
}

// declined logs an error of the service checkout.
func (w *world) declined(level, environment string) {
	w.log(time.Minute, `{"level":"%s","service":"checkout","environment":"%s","msg":"card declined for good"}`, level, environment)
}

func wantLabels(t *testing.T, i githubtest.Issue, want ...string) {
	t.Helper()
	if !slices.Equal(i.Labels, append([]string{"errmon"}, want...)) {
		t.Errorf("#%d has the labels %q, want errmon and %q", i.Number, i.Labels, want)
	}
}

func TestRulesShapeAnIssue(t *testing.T) {
	w := rulesWorld(t, exampleRules(t))
	w.declined("error", "production")
	w.log(time.Minute, `{"level":"error","service":"cart","msg":"basket is empty again"}`)
	w.run("scan").mustSucceed(t)
	i := w.find("card declined")
	wantLabels(t, i, "team-pay", "priority: medium")
	if !slices.Equal(i.Assignees, []string{"octocat"}) || i.Type != "Bug" {
		t.Errorf("assignees %q, type %q", i.Assignees, i.Type)
	}
	if before, _, _ := strings.Cut(i.Body, "**1 event**"); !strings.Contains(before, "Runbook: https://wiki.example/checkout") {
		t.Errorf("no note above the counts:\n%s", i.Body)
	}
	if !strings.Contains(i.Body, "settings file, line 8, 13.</sub>") {
		t.Errorf("the footer names other rules:\n%s", i.Body)
	}
	other := w.find("basket")
	if wantLabels(t, other, "priority: medium"); len(other.Assignees) > 0 || other.Type != "" || strings.Contains(other.Body, "Runbook") {
		t.Errorf("another error: assignees %q, type %q\n%s", other.Assignees, other.Type, other.Body)
	}
}

// nextRun logs and scans half an hour later.
func (w *world) nextRun(t *testing.T, log func()) result {
	t.Helper()
	w.advance(30 * time.Minute)
	log()
	return w.run("scan").mustSucceed(t)
}

func TestLabelsFollowRulesAndPeople(t *testing.T) {
	w := rulesWorld(t, exampleRules(t))
	w.declined("error", "production")
	w.run("scan").mustSucceed(t)
	number := w.find("card declined").Number
	w.github.Label(number, "seen") // by a person
	w.github.Unlabel(number, "team-pay")

	w.nextRun(t, func() { w.declined("fatal", "production") })
	wantLabels(t, w.find("card declined"), "seen", "priority: high", "errmon:fatal")
	w.nextRun(t, func() { w.declined("error", "production") })
	wantLabels(t, w.find("card declined"), "seen", "priority: high", "errmon:fatal") // it was fatal once
	w.github.Unlabel(number, "errmon:fatal")
	w.nextRun(t, func() { w.declined("fatal", "production") })
	wantLabels(t, w.find("card declined"), "seen", "priority: high")

	// Changed rules change no issue until its error happens again.
	w.file(".github/errmon.yml", "rules:\n  - match: {service: checkout}\n    labels: [team-cash, seen]\n")
	if r := w.nextRun(t, func() {}); len(w.errorWrites(r)) > 0 {
		t.Errorf("written: %v", w.errorWrites(r))
	}
	w.nextRun(t, func() { w.declined("fatal", "production") })
	wantLabels(t, w.find("card declined"), "seen", "team-cash")
	w.file(".github/errmon.yml", "")
	w.nextRun(t, func() { w.declined("fatal", "production") })
	wantLabels(t, w.find("card declined"), "seen")
}

func TestFatalErrorsAreLabelled(t *testing.T) {
	w := newWorld(t)
	w.env["ERRMON_LABEL"] = "prod"
	w.log(time.Minute, `{"level":"fatal","msg":"the disk is gone"}`)
	w.run("scan").mustSucceed(t)
	if i := w.github.Issues()[0]; !slices.Equal(i.Labels, []string{"prod", "prod:fatal"}) {
		t.Errorf("labels %q", i.Labels)
	}
}

func TestRefusedTypeAndAssigneeAreLeftOut(t *testing.T) {
	w := rulesWorld(t, "rules:\n  - match: {service: checkout}\n    type: Bgu\n    assignees: [octcat]\n    labels: [team-pay]\n")
	w.declined("error", "production")
	r := w.run("scan").mustSucceed(t)
	if i := w.find("card declined"); i.Type != "" || len(i.Assignees) > 0 || !slices.Contains(i.Labels, "team-pay") {
		t.Errorf("type %q, assignees %q, labels %q", i.Type, i.Assignees, i.Labels)
	}
	for _, want := range []string{`GitHub refuses the issue type "Bgu"`, "GitHub refuses the assignees octcat"} {
		if !strings.Contains(r.stdout+r.stderr, want) {
			t.Errorf("no warning %q:\n%s%s", want, r.stdout, r.stderr)
		}
	}
}

func TestIgnoredEventsAreCounted(t *testing.T) {
	w := rulesWorld(t, exampleRules(t))
	w.inActions()
	for range 3 {
		w.log(time.Minute, `{"level":"error","release":"1.2-canary","msg":"no","stack":"Error: no\n    at f (/app/vendor/x/y.js:1:2)"}`)
	}
	w.log(time.Minute, `{"level":"error","release":"1.2","msg":"yes","stack":"Error: yes\n    at f (/app/vendor/x/y.js:1:2)"}`)
	r := w.run("scan").mustSucceed(t)
	if len(w.errorIssues()) != 1 || !strings.Contains(r.summary, "- Events ignored by the rule on line 19 ") || !strings.Contains(r.summary, "): 3.\n") {
		t.Errorf("%d issues, summary:\n%s", len(w.errorIssues()), r.summary)
	}
}

func TestMinEventsWithinAPeriod(t *testing.T) {
	w := rulesWorld(t, exampleRules(t))
	late := func(n int) func() {
		return func() {
			for range n {
				w.log(2*time.Minute, `{"level":"error","service":"shop","msg":"deadline exceeded at the upstream"}`)
			}
		}
	}
	w.nextRun(t, late(19))
	w.advance(time.Hour)
	w.nextRun(t, late(6)) // 25 in all, but 19 within any hour
	if n := len(w.errorIssues()); n > 0 {
		t.Fatalf("%d issues, want none yet", n)
	}
	w.nextRun(t, late(13))
	if n := len(w.errorIssues()); n > 0 {
		t.Fatalf("%d issues after 19 within an hour, want none yet", n)
	}
	w.nextRun(t, func() {})
	w.nextRun(t, func() {}) // other errors' minutes are frozen by now
	w.nextRun(t, late(19))
	w.nextRun(t, late(1))
	if i := w.find("deadline exceeded"); count(t, i) != 58 {
		t.Errorf("%d events, want 58", count(t, i))
	}
}

func TestCloseAfterSlackAndTitleByRule(t *testing.T) {
	w := rulesWorld(t, exampleRules(t))
	slack := w.withSlack()
	fail := func(environment string) {
		w.log(time.Minute, `{"level":"error","environment":"%s","msg":"slow","stack":"ConnectTimeoutError: slow\n    at f (/app/%s.js:1:2)"}`, environment, environment)
	}
	fail("staging")
	w.run("scan").mustSucceed(t)
	if i := w.find("ConnectTimeoutError: the upstream is slow"); i.State != "open" || len(slack.Messages()) != 0 {
		t.Errorf("%s, %d messages", i.State, len(slack.Messages()))
	}
	w.nextRun(t, func() { w.log(time.Minute, `{"level":"error","environment":"production","msg":"another failure"}`) })
	if len(slack.Messages()) != 1 {
		t.Errorf("%d messages, want one about production", len(slack.Messages()))
	}
	w.advance(8 * 24 * time.Hour)
	w.run("scan").mustSucceed(t)
	if first, second := w.find("the upstream is slow"), w.find("another failure"); first.State != "closed" || second.State != "open" {
		t.Errorf("%s and %s, want the first closed by its rule", first.State, second.State)
	}
}

func TestLevelRule(t *testing.T) {
	w := rulesWorld(t, `rules:
  - match: {message: "disk almost full*"}
    level: error
  - match: {service: chatty}
    level: warn
`)
	w.log(time.Minute, `{"level":"warn","msg":"disk almost full: 91%%"}`)
	w.log(time.Minute, `{"level":"warn","msg":"disk quite empty"}`)
	w.log(time.Minute, `{"level":"error","service":"chatty","msg":"nothing to see"}`)
	w.env["ERRMON_FILTER_PATTERN"] = " " // reads warnings too
	w.run("scan").mustSucceed(t)
	if len(w.errorIssues()) != 1 || !strings.Contains(w.find("disk almost full").Body, "| Level | error |") {
		t.Errorf("%d issues", len(w.errorIssues()))
	}
}

// TestGroupRuleComesAndGoes files twenty errors, groups them with a rule, and removes the rule again. No
// new issue is filed and no count is lost.
func TestGroupRuleComesAndGoes(t *testing.T) {
	w := rulesWorld(t, "")
	w.env["ERRMON_MAX_NEW_ISSUES"] = "20"
	fruits := strings.Fields("apple banana cherry damson elderberry fig grape hawthorn ilama jackfruit kiwi lemon mango nectarine orange papaya quince raspberry satsuma tangerine")
	fail := func() {
		for i, fruit := range fruits {
			if i%2 == 0 {
				w.log(time.Minute, `{"level":"error","service":"shop","msg":"the %s press stopped"}`, fruit)
				continue
			}
			w.log(time.Minute, "Error: %s pulp missing\n    at %sPress (/app/src/%s.js:%d:3)", fruit, fruit, fruit, i+1)
		}
	}
	runs := []string{"", "rules:\n  - match: {message: \"/press stopped|pulp missing/\"}\n    group: fruit\n", "", ""}
	for at, file := range runs {
		w.file(".github/errmon.yml", file)
		fail()
		r := w.run("scan").mustSucceed(t)
		w.advance(30 * time.Minute)
		open, total := 0, int64(0)
		for _, i := range w.github.Issues() {
			if slices.Contains(i.Labels, "errmon") && i.State == "open" {
				open, total = open+1, total+count(t, i)
			}
		}
		wantOpen := map[bool]int{true: 20, false: 1}[at == 0]
		if filed := len(w.github.Issues()) - 1; filed != 20 || open != wantOpen || total != int64(20*(at+1)) {
			t.Fatalf("run %d: %d issues filed, %d open with %d events\n%s", at, filed, open, total, r.stdout)
		}
	}
}

// TestGroupRuleFromTheStart groups errors that were never filed separately. Without the rule, each
// continues in the issue that has it.
func TestGroupRuleFromTheStart(t *testing.T) {
	w := rulesWorld(t, "rules:\n  - match: {type: ConnectTimeout*}\n    group: upstream-timeouts\n")
	fail := func() {
		for i, name := range []string{"prices", "stock", "users"} {
			w.log(time.Minute, "ConnectTimeoutError: no answer of %s\n    at %sClient (/app/src/%s.js:%d:3)", name, name, name, i+1)
		}
	}
	fail()
	w.log(time.Minute, "Error: no answer of prices\n    at pricesClient (/app/src/prices.js:1:3)")
	w.run("scan").mustSucceed(t)
	if i := w.find("ConnectTimeoutError"); count(t, i) != 3 || len(w.errorIssues()) != 2 {
		t.Fatalf("%d events, %d issues", count(t, i), len(w.errorIssues()))
	}
	for _, file := range []string{"rules: []\n", ""} {
		w.file(".github/errmon.yml", file)
		w.advance(30 * time.Minute)
		fail()
		w.run("scan").mustSucceed(t)
	}
	if i := w.find("ConnectTimeoutError"); count(t, i) != 9 || len(w.errorIssues()) != 2 {
		t.Fatalf("without the rule: %d events, %d issues", count(t, i), len(w.errorIssues()))
	}
}

func TestDoctorChecksWhatRulesName(t *testing.T) {
	w := rulesWorld(t, exampleRules(t))
	good := w.run("doctor").stdout
	for _, want := range []string{`! rules: no label "team-pay"`, `! rules: no label "priority: high"`} {
		if !strings.Contains(good, want) {
			t.Errorf("no %s:\n%s", want, good)
		}
	}
	w.declined("error", "production")
	w.log(time.Minute, `{"level":"fatal","service":"shop","msg":"gone for good"}`)
	w.run("scan").mustSucceed(t) // creates the labels
	if out := w.run("doctor").stdout; !strings.Contains(out, "✓ rules: all 5 labels, assignees and issue types exist") {
		t.Errorf("doctor:\n%s", out)
	}
	w.github.Configure(func(s *githubtest.Settings) { s.Assignable, s.Types = nil, []string{"Task", "Feature"} })
	out := w.run("doctor").stdout
	for _, want := range []string{`! rules: "octocat" cannot be assigned`, "! rules: no issue type \"Bug\"\n  → name one of the organization's: Task, Feature"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s:\n%s", want, out)
		}
	}
}

// TestRulesExplained shows what group, preview and a file full of mistakes print.
func TestRulesExplained(t *testing.T) {
	w := rulesWorld(t, exampleRules(t))
	w.file("app.log", `{"level":"error","service":"checkout","environment":"production","msg":"card declined for good"}
{"level":"fatal","service":"checkout","environment":"staging","msg":"card declined for good"}
{"level":"error","msg":"slow","stack":"ConnectTimeoutError: slow\n    at f (/app/a.js:1:2)"}
{"level":"error","msg":"slow","stack":"ConnectTimeoutError: slower\n    at g (/app/b.js:1:2)"}
{"level":"error","release":"2-canary","msg":"no","stack":"Error: no\n    at f (/app/vendor/x/y.js:1:2)"}
`)
	golden(t, "testdata/rules-explain.golden", w.run("group", "--explain", "app.log").mustSucceed(t).stdout)
	golden(t, "testdata/rules-preview.golden", w.run("preview", "app.log").mustSucceed(t).stdout)
	w.file(".github/errmon.yml", `labl: errmon
rules:
  - match: {servce: checkout, level: eror}
    labels: [team-pay, "a,b"]
  - match:
      message: "/a(b/"
      path: ["vendor/**", "lib["]
    min-events: 20/3d
    close-after: soon
  - ignore: ""
    assignees: "@octocat"
  - match: {service: a}
  - title: "{typ} failed"
    level: fatel
    slack: maybe
    colour: red
`)
	r := w.run("scan")
	if r.code != exitUsage || len(r.requests) > 0 {
		t.Errorf("exit code %d after %d requests", r.code, len(r.requests))
	}
	golden(t, "testdata/rules-mistakes.golden", r.stderr)
}

// A preview names the waiting errors and the rules that make them wait.
func TestPreviewExplainsWaitingErrors(t *testing.T) {
	w := rulesWorld(t, "rules:\n  - match: {message: '*upstream*'}\n    min-events: 20/1h\n")
	w.file("app.log", "ERROR deadline exceeded at the upstream\nERROR deadline exceeded at the upstream\nERROR the disk is full\n")
	want := `1 error would wait for min-events, which is 1 unless a rule sets it:
 - deadline exceeded at the upstream: 2 events
   rule on line 2: min-events: 20/1h
`
	if out := w.run("preview", "app.log").mustSucceed(t).stdout; !strings.Contains(out, "1. the disk is full") || !strings.HasSuffix(out, want) {
		t.Errorf("preview:\n%s", out)
	}
}

func TestGroupRuleLeavesMutedIssuesAlone(t *testing.T) {
	w := rulesWorld(t, "")
	fail := func() {
		for _, name := range []string{"apple", "banana", "cherry"} {
			w.log(time.Minute, "Error: %s pulp missing\n    at %sPress (/app/src/%s.js:3:3)", name, name, name)
		}
	}
	fail()
	w.run("scan").mustSucceed(t)
	muted := w.find("banana").Number
	w.github.Close(muted, "not_planned")
	w.file(".github/errmon.yml", "rules:\n  - match: {message: \"*pulp*\"}\n    group: fruit\n")
	for range 2 {
		w.nextRun(t, fail)
	}
	total := int64(0)
	for _, i := range w.errorIssues() {
		if i.State == "open" {
			total += count(t, i)
		}
	}
	if i := w.github.Issue(muted); i.StateReason != "not_planned" || count(t, i) != 1 || total != 6 {
		t.Errorf("muted: %s with %d events; open issues count %d, want 6", i.StateReason, count(t, i), total)
	}
}

// TestGroupRuleAboutAnEnvironment groups only the errors of staging, and no issue that production has too.
func TestGroupRuleAboutAnEnvironment(t *testing.T) {
	w := rulesWorld(t, "rules:\n  - match: {environment: staging}\n    group: staging\n    title: all of staging\n")
	fail := func(environment string, names ...string) {
		for _, name := range names {
			w.log(time.Minute, `{"level":"error","environment":"%s","msg":"no","stack":"Error: %s\n    at %s (/app/%s.js:1:2)"}`, environment, name, name, name)
		}
	}
	fail("production", "apple", "banana")
	w.run("scan").mustSucceed(t)
	w.nextRun(t, func() { fail("staging", "apple", "banana", "cherry", "damson") })
	w.nextRun(t, func() { fail("staging", "cherry", "damson") })
	w.nextRun(t, func() { fail("production", "apple", "cherry") })
	counts := map[string]int64{}
	for title, i := range w.errorIssues() {
		if i.State == "open" {
			counts[strings.Fields(title)[1]] += count(t, i)
		}
	}
	if len(w.errorIssues()) != 4 || counts["apple"] != 3 || counts["banana"] != 2 || counts["cherry"] != 1 || counts["of"] != 4 {
		t.Errorf("%v in %d issues", counts, len(w.errorIssues()))
	}
}

// TestGroupRuleSplitsAnError names some events of what is otherwise one error.
func TestGroupRuleSplitsAnError(t *testing.T) {
	w := rulesWorld(t, "rules:\n  - match: {message: \"/ of db-1 /\"}\n    group: first-db\n    title: the first\n")
	fail := func(dbs ...int) func() {
		return func() {
			for _, db := range dbs {
				w.log(time.Minute, "ERROR connection of db-%d lost", db)
			}
		}
	}
	fail(1, 2, 3)()
	w.run("scan").mustSucceed(t)
	w.nextRun(t, fail(1))
	w.nextRun(t, fail(2, 2))
	w.nextRun(t, fail(1, 2))
	first, others := w.find("the first"), w.find("connection of")
	if count(t, first) != 3 || count(t, others) != 5 || len(w.errorIssues()) != 2 {
		t.Errorf("%d and %d events, %d issues", count(t, first), count(t, others), len(w.errorIssues()))
	}
}

func TestLevelRuleOverridesWhatWasSeen(t *testing.T) {
	w := rulesWorld(t, "")
	w.declined("fatal", "production")
	w.run("scan").mustSucceed(t)
	wantLabels(t, w.find("card declined"), "errmon:fatal")
	w.file(".github/errmon.yml", "rules:\n  - match: {service: checkout}\n    level: error\n  - match: {level: error}\n    labels: [medium]\n")
	w.nextRun(t, func() { w.declined("fatal", "production") })
	wantLabels(t, w.find("card declined"), "medium")
}

// TestRulesForSentryAndDeliveries labels, groups and ignores errors that do not come from logs.
func TestRulesForSentryAndDeliveries(t *testing.T) {
	w := rulesWorld(t, `rules:
  - match: {source: sentry, function: Cart.*}
    labels: [team-cart]
  - match: {type: Slow*}
    group: slow
  - match: {path: "src/legacy*"}
    ignore: old code
  - match: {source: "lambda:*"}
    labels: [from-lambda]
`)
	w.withSentry("web")
	for i, kind := range []string{"SlowA", "SlowB", "OtherError"} {
		w.sentry.Put(sentrytest.Issue{Project: "web", Title: kind, Count: 5, First: w.now.Add(-time.Hour), Event: nodeEvent(kind, "no answer", "Cart.total"+string(rune('a'+i)))})
	}
	legacy := nodeEvent("LegacyError", "gone", "Old.total")
	legacy.Exceptions[0].Frames[2].AbsPath = "app:///src/legacy.js"
	w.sentry.Put(sentrytest.Issue{Project: "web", Title: "LegacyError", Count: 3, First: w.now.Add(-time.Hour), Event: legacy})
	r := w.run("scan").mustSucceed(t)
	slow := w.find("Slow")
	wantLabels(t, slow, "team-cart")
	wantLabels(t, w.find("OtherError"), "team-cart")
	if count(t, slow) != 10 || len(w.errorIssues()) != 2 {
		t.Errorf("%d events, %d issues", count(t, slow), len(w.errorIssues()))
	}
	if !strings.Contains(r.stdout, "Events ignored by the rule on line 6 (old code): 3.") {
		t.Errorf("nothing about ignored events:\n%s", r.stdout)
	}
	w.deliver(`{"action":"errmon","client_payload":{"text":"ERROR payment failed: card declined","id":"a1","source":"lambda:pay"}}`).mustSucceed(t)
	wantLabels(t, w.find("payment failed"), "from-lambda")
	before := len(w.github.Issues())
	if r := w.nextRun(t, func() {}); len(w.github.Issues()) != before {
		t.Errorf("a run without news filed more:\n%s", r.stdout)
	}
}

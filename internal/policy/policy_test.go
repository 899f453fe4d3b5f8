package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// sample is an event with everything that a rule can match.
func sample() event.Event {
	return event.Event{
		Source: "cloudwatch:eu-central-1:/ecs/shop", Level: event.Error, Message: "GET /prices: deadline exceeded at the upstream",
		Logger: "shop.prices", Service: "checkout", Release: "1.2-canary", Environment: "production", Runtime: "java",
		Exceptions: []event.Exception{
			{Type: "PriceError", Message: "no price", Frames: []event.Frame{
				{Function: "load", Module: "shop.Prices", File: "/app/src/prices.js"},
				{Function: "get", File: `C:\app\vendor\http\client.js`},
			}},
			{Type: "ConnectTimeoutException"},
		},
	}
}

// matches returns a Match with one matcher.
func matches(t *testing.T, name string, patterns ...string) Match {
	t.Helper()
	var m Match
	list := Patterns{}
	for _, text := range patterns {
		p, err := Parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	fields := map[string]*Patterns{
		"source": &m.Source, "service": &m.Service, "environment": &m.Environment, "release": &m.Release, "type": &m.Type,
		"message": &m.Message, "function": &m.Function, "path": &m.Path, "logger": &m.Logger, "runtime": &m.Runtime, "level": &m.Level,
	}
	*fields[name] = list
	return m
}

var matcherCases = []struct {
	matcher string
	holds   [][]string
	fails   [][]string
}{
	{"source", [][]string{{"cloudwatch"}, {"/ecs/shop"}, {"/ecs/*"}, {"cloudwatch:eu-central-1:/ecs/shop"}, {"/^cloudwatch:/"}, {"!sentry"}}, [][]string{{"sentry"}, {"shop"}, {"!cloudwatch"}}},
	{"service", [][]string{{"checkout"}, {"check*"}, {"*out"}, {"cart", "checkout"}, {"{cart,checkout}"}, {"/^check/"}, {"!cart"}, {"!cart", "!shop"}, {"check*", "!checkin"}},
		[][]string{{"check"}, {"Checkout"}, {"cart", "shop"}, {"!checkout"}, {"!check*"}, {"check*", "!checkout"}, {}}},
	{"environment", [][]string{{"production"}, {"!dev*"}, {"prod*"}}, [][]string{{"staging"}, {"!prod*"}}},
	{"release", [][]string{{"*-canary"}, {"1.?-canary"}}, [][]string{{"*-stable"}, {"1.2"}}},
	{"level", [][]string{{"error"}, {"ERROR"}, {">=warn"}, {">= error"}, {"error", "fatal"}, {"!fatal"}, {"!debug", "!>=fatal"}, {">=info", "!warn"}},
		[][]string{{"fatal"}, {"!error"}, {">=fatal"}, {"eror"}, {"warn", "info"}, {"!>=warn"}, {}}},
	{"type", [][]string{{"PriceError"}, {"ConnectTimeout*"}, {"/Timeout/"}, {"!Other*"}}, [][]string{{"ConnectTimeout"}, {"!PriceError"}, {"!Connect*"}, {"load"}}},
	{"message", [][]string{{"/deadline exceeded.*upstream/"}, {"*deadline exceeded*"}, {"no price"}, {"GET /prices*"}, {"/(?i)DEADLINE/"}, {"!*refused*"}},
		[][]string{{"deadline exceeded"}, {"/^deadline/"}, {"!*deadline*"}, {"*refused*"}}},
	{"function", [][]string{{"load"}, {"shop.Prices.load"}, {"shop.Prices.*"}, {"get"}, {"!put"}}, [][]string{{"Prices"}, {"!get"}, {"put"}}},
	{"path", [][]string{{"src/prices.js"}, {"prices.js"}, {"vendor/**"}, {"vendor/"}, {"/app/src/prices.js"}, {"src/*.js"}, {"**/http/*"}, {"!lib/**"}},
		[][]string{{"src"}, {"app/*.js"}, {"rc/prices.js"}, {"!vendor/**"}, {"lib/**"}}},
	{"logger", [][]string{{"shop.prices"}, {"shop.*"}}, [][]string{{"shop"}, {"!shop.*"}}},
	{"runtime", [][]string{{"java"}, {"!python"}}, [][]string{{"python"}, {"!java"}}},
}

// TestMatchers checks each case alone, and all cases together through one index.
func TestMatchers(t *testing.T) {
	var rules []Rule
	var want []int
	for _, tt := range matcherCases {
		for expected, cases := range map[bool][][]string{true: tt.holds, false: tt.fails} {
			for _, patterns := range cases {
				rule := Rule{Match: matches(t, tt.matcher, patterns...)}
				t.Run(tt.matcher+" "+strings.Join(patterns, " "), func(t *testing.T) {
					e := sample()
					if New(Policy{Rules: []Rule{rule}}).Decide(&e); (len(e.Decision.Rules) == 1) != expected {
						t.Errorf("holds: %t", !expected)
					}
				})
				if rules = append(rules, rule); expected {
					want = append(want, len(rules)-1)
				}
			}
		}
	}
	d := New(Policy{Rules: rules})
	for range 2 { // the Decider reuses memory from the first time
		e := sample()
		if d.Decide(&e); !slices.Equal(e.Decision.Rules, want) {
			t.Errorf("all at once: %v", cmp.Diff(want, e.Decision.Rules))
		}
	}
}

func TestAbsentValues(t *testing.T) {
	e := event.Event{Level: event.Error}
	for matcher, patterns := range map[string]string{"environment": "!dev*", "type": "!A", "path": "!vendor/**"} {
		if m := matches(t, matcher, patterns); !m.holds(&e) {
			t.Errorf("%s %s does not hold without a value", matcher, patterns)
		}
		if m := matches(t, matcher, "*"); m.holds(&e) {
			t.Errorf("%s * holds without a value", matcher)
		}
	}
}

func TestDecide(t *testing.T) {
	warn, service := matches(t, "level", "warn"), matches(t, "service", "checkout")
	tests := []struct {
		name  string
		rules []Rule
		level event.Level
		want  event.Decision
		after event.Level
	}{
		{"no rule", nil, event.Error, event.Decision{Keep: true}, event.Error},
		{"below min-level", nil, event.Warn, event.Decision{}, event.Warn},
		{"a level applies before min-level", []Rule{{Match: warn, Level: event.Error}}, event.Warn, event.Decision{Keep: true, Rules: []int{0}}, event.Error},
		{"and lowers it", []Rule{{Match: service, Level: event.Info}}, event.Error, event.Decision{Rules: []int{0}}, event.Info},
		{"the last level counts, and later rules see it", []Rule{{Level: event.Fatal}, {Level: event.Warn}, {Match: warn, Group: "x"}, {Level: event.Error}}, event.Info,
			event.Decision{Keep: true, Rules: []int{0, 1, 2, 3}, Group: "x"}, event.Error},
		{"the first group counts", []Rule{{Match: warn, Group: "no"}, {Group: "first"}, {Group: "second"}}, event.Error,
			event.Decision{Keep: true, Rules: []int{1, 2}, Group: "first"}, event.Error},
		{"ignore overrides everything", []Rule{{Ignore: "known", Line: 7}, {Level: event.Fatal, Labels: []string{"page"}}}, event.Error,
			event.Decision{Rules: []int{0, 1}, IgnoredBy: 7}, event.Fatal},
		{"what is below min-level is not ignored by a rule", []Rule{{Ignore: "known", Line: 7}}, event.Info, event.Decision{Rules: []int{0}}, event.Info},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := sample()
			e.Level = tt.level
			d := New(Policy{MinLevel: event.Error, Rules: tt.rules})
			d.Decide(&e)
			if diff := cmp.Diff(tt.want, e.Decision); diff != "" || e.Level != tt.after {
				t.Errorf("level %s, %s", e.Level, diff)
			}
			if e.Decision.Keep && !d.MayKeep(tt.level) {
				t.Error("an event that is kept would not be parsed")
			}
		})
	}
}

func TestEffects(t *testing.T) {
	yes, no := true, false
	p := Policy{Rules: []Rule{
		{Line: 1, Labels: []string{"a", "b"}, Type: "Bug", Note: "first", Written: []Effect{{"labels", "a, b"}, {"type", "Bug"}, {"note", "first"}}},
		{Line: 2, Labels: []string{"b", "c"}, Type: "Task", Slack: &no, Written: []Effect{{"labels", "b, c"}, {"type", "Task"}, {"slack", "false"}}},
		{Line: 3, Match: matches(t, "level", "error"), Labels: []string{"medium"}, Written: []Effect{{"labels", "medium"}}},
		{Line: 4, Match: matches(t, "level", "fatal"), Labels: []string{"high"}, Slack: &yes, Written: []Effect{{"labels", "high"}, {"slack", "true"}}},
		{Line: 5, Group: "x", Written: []Effect{{"group", "x"}}},
		{Line: 6, Group: "y", Written: []Effect{{"group", "y"}}},
		{Line: 7, Ignore: "known", Written: []Effect{{"ignore", "known"}}},
	}}
	seen := func(level event.Level, rules ...int) event.Matched { return event.Matched{Level: level, Rules: rules} }
	tests := []struct {
		name   string
		seen   []event.Matched
		newest []int
		level  event.Level
		labels []string
		kind   string
		slack  *bool
		rules  []string
	}{
		{"nothing holds", nil, nil, event.Error, nil, "", nil, nil},
		{"lists add up, the last single value counts", []event.Matched{seen(event.Error, 0, 1)}, []int{0, 1}, event.Error, []string{"a", "b", "c"}, "Task", &no,
			[]string{"rule on line 1: labels: a, b; note: first", "rule on line 2: labels: b, c; type: Task; slack: false"}},
		{"lists of all events, single values of the newest", []event.Matched{seen(event.Error, 0), seen(event.Error, 1)}, []int{0}, event.Error, []string{"a", "b", "c"}, "Bug", nil,
			[]string{"rule on line 1: labels: a, b; type: Bug; note: first", "rule on line 2: labels: b, c"}},
		{"levels count where the error is as severe", []event.Matched{seen(event.Error, 0, 2), seen(event.Fatal, 0, 3)}, []int{0, 2}, event.Fatal, []string{"a", "b", "high"}, "Bug", nil,
			[]string{"rule on line 1: labels: a, b; type: Bug; note: first", "rule on line 4: labels: high"}},
		{"the first group", []event.Matched{seen(event.Error, 4, 5)}, []int{4, 5}, event.Error, nil, "", nil, []string{"rule on line 5: group: x"}},
		{"ignore alone", []event.Matched{seen(event.Error, 0, 6)}, []int{0, 6}, event.Error, []string{"a", "b"}, "Bug", nil, []string{"rule on line 7: ignore: known"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := p.Effects(tt.seen, tt.newest, tt.level)
			var rules []string
			for _, c := range e.Rules {
				rules = append(rules, c.Text())
			}
			if !slices.Equal(e.Labels, tt.labels) || e.Type != tt.kind || !cmp.Equal(e.Slack, tt.slack) || !slices.Equal(rules, tt.rules) {
				t.Errorf("labels %q, type %q, slack %v\n%q", e.Labels, e.Type, e.Slack, rules)
			}
		})
	}
}

func TestOutgrown(t *testing.T) {
	p := Policy{Rules: []Rule{{Match: matches(t, "level", "error"), Labels: []string{"medium", "both"}}, {Match: matches(t, "level", "fatal"), Labels: []string{"high", "both"}}, {Labels: []string{"team"}}}}
	for label, want := range map[string]bool{"medium": true, "both": false, "high": false, "team": false, "gone": true} {
		if got := p.Outgrown(label, true, event.Fatal); got != want {
			t.Errorf("%s after the level rose: %t", label, got)
		}
		if got := p.Outgrown(label, false, event.Fatal); got != (label == "gone") {
			t.Errorf("%s: %t", label, got)
		}
	}
}

func TestShadowed(t *testing.T) {
	tests := []struct {
		name            string
		ignored, behind Match
		want            int
	}{
		{"everything", Match{}, matches(t, "service", "a"), 1},
		{"the same", matches(t, "service", "a"), matches(t, "service", "a"), 1},
		{"a glob covers a name", matches(t, "service", "a*"), matches(t, "service", "ab", "ac"), 1},
		{"a wider glob", matches(t, "service", "a?"), matches(t, "service", "a*"), 0},
		{"an expression", matches(t, "message", "*error*"), matches(t, "message", "/fatal|error/"), 0},
		{"not all of them", matches(t, "service", "a*"), matches(t, "service", "ab", "b"), 0},
		{"another matcher", matches(t, "service", "a"), matches(t, "type", "a"), 0},
		{"no matcher", matches(t, "service", "a"), Match{}, 0},
		{"levels", matches(t, "level", ">=warn"), matches(t, "level", "error"), 1},
		{"fewer levels", matches(t, "level", "fatal"), matches(t, "level", "error", "fatal"), 0},
		{"a negation", matches(t, "service", "!a"), matches(t, "service", "!a"), 0},
		{"an exception", matches(t, "service", "a*", "!ab"), matches(t, "service", "ab"), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := []Rule{{Line: 1, Match: tt.ignored, Ignore: "known"}, {Line: 2, Match: tt.behind}}
			if got := Shadowed(rules); got != tt.want {
				t.Errorf("shadowed by line %d, want %d", got, tt.want)
			}
			rules[0].Ignore = ""
			if got := Shadowed(rules); got != 0 {
				t.Error("a rule that ignores nothing shadows another")
			}
		})
	}
}

// A rule in between may give events a level that the ignore rule did not see.
func TestShadowedByLevel(t *testing.T) {
	fails := matches(t, "level", "error")
	rules := []Rule{{Line: 1, Match: fails, Ignore: "known"}, {Line: 2, Match: matches(t, "service", "a"), Level: event.Error}, {Line: 3, Match: fails}}
	if got := Shadowed(rules); got != 0 {
		t.Errorf("shadowed by line %d", got)
	}
	rules[1].Level = event.Unknown
	if got := Shadowed(rules); got != 1 {
		t.Errorf("shadowed by line %d, want 1", got)
	}
}

func TestThreshold(t *testing.T) {
	for text, want := range map[string]Threshold{"5": {5, 0}, "20/1h": {20, time.Hour}, "3/1d": {3, 24 * time.Hour}, " 7 / 90m": {7, 90 * time.Minute}} {
		var got Threshold
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "x", "5/", "5/h", "5/30s", "5/25h", "5/90s", "/1h", "1.5"} {
		if err := new(Threshold).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// TestFewRulesAreAsked checks that few rules are tried on an event, however many there are.
func TestFewRulesAreAsked(t *testing.T) {
	for _, n := range []int{100, 10_000} {
		var rules []Rule
		for i := range n {
			matcher := []string{"service", "type", "message", "path", "message", "function", "message"}[i%7]
			pattern := []string{"checkout-%d", "Timeout%d*", "/deadline %d exceeded/", "vendor%d/**", "*exceeded at %d*", "load%d", `/^\w+: (deadline %d)+ exceeded/`}[i%7]
			rules = append(rules, Rule{Match: matches(t, matcher, fmt.Sprintf(pattern, i))})
		}
		e := sample()
		if asked := New(Policy{Rules: rules}).candidates(&e); len(asked) > 3 {
			t.Errorf("%d of %d rules are asked", len(asked), n)
		}
	}
}

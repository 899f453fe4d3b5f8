package render

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
)

// realCase is a failure as a program printed it, and the code that it is in, if the
// repository has it.
type realCase struct {
	name, text string
	path       string // in the repository; empty if its code was not found
	line       int
	language   string
	public     bool
}

// printed reads what a program of a runtime printed.
func printed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "stacktrace", "testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

const jsonLine = `{"time":"2026-11-22T12:00:00.119Z","level":"ERROR","msg":"request failed","service":"ledger","request_id":"9ded688e4d6e19c3","customer":{"id":"u_7d49271e","email":"jo@acme.example"},"error":"settle batch 17: dial tcp 10.0.3.7:5432: connect: connection refused"}`

const fiveCauses = `com.acme.shop.CheckoutException: checkout failed
	at com.acme.shop.Checkout.run(Checkout.java:88)
	at com.acme.shop.Routes.post(Routes.java:41)
	at io.undertow.server.Connectors.executeRootHandler(Connectors.java:376)
	at java.base/java.lang.Thread.run(Thread.java:840)
Caused by: com.acme.shop.PaymentException: order 4711 not charged
	at com.acme.shop.Payments.charge(Payments.java:34)
	at com.acme.shop.Checkout.run(Checkout.java:86)
	... 2 more
Caused by: com.acme.gateway.GatewayException: acquirer did not answer
	at com.acme.gateway.Gateway.post(Gateway.java:120)
	at com.acme.shop.Payments.charge(Payments.java:32)
	... 3 more
Caused by: java.io.IOException: request not sent
	at okhttp3.internal.connection.RealCall.execute(RealCall.kt:154)
	at com.acme.gateway.Gateway.post(Gateway.java:117)
	... 4 more
Caused by: java.net.ConnectException: Connection refused
	at java.base/sun.nio.ch.Net.connect0(Native Method)
	at java.base/sun.nio.ch.NioSocketImpl.connect(NioSocketImpl.java:327)
	at okhttp3.internal.platform.Platform.connectSocket(Platform.kt:128)
	... 5 more`

func realCases(t *testing.T) []realCase {
	t.Helper()
	cases := []realCase{
		{name: "java five causes", text: fiveCauses},
		{name: "java five causes with code", text: fiveCauses, path: "src/main/java/com/acme/shop/Checkout.java", line: 88, language: "java"},
		{name: "java five causes public", text: fiveCauses, public: true},
		{name: "log line", text: "ERROR dead letter queue holds 210 messages, oldest is 7743 s old"},
		{name: "json", text: jsonLine},
		{name: "node without a type", text: "error: duplicate key value violates unique constraint \"orders_pkey\"\n" +
			"    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:283:98)\n    at Orders.insert (/app/src/orders.js:88:17)"},
		{name: "json public", text: jsonLine, public: true},
		{name: "node with code", text: trace, path: "src/cart.js", line: 10, language: "js"},
		{name: "node public with code", text: trace, path: "src/cart.js", line: 10, language: "js", public: true},
		{name: "json with trace", text: fmt.Sprintf(`{"level":50,"service":"checkout","reqId":"req-f7a06517","err":{"type":"TypeError","message":"x is undefined","stack":%q},"msg":"request failed"}`, trace)},
	}
	for _, file := range []string{"node/cause", "node/prisma", "python/cause", "python/recursion", "go/nil", "go/wrapped", "ruby/rails", "php/laravel_causes", "dotnet/cause", "rust/anyhow",
		"elixir/genserver", "browser/v8_method", "kotlin/coroutine", "perl/confessed", "tcl/uncaught", "native/asan_null", "scala/uncaught"} {
		cases = append(cases, realCase{name: strings.ReplaceAll(file, "/", " "), text: printed(t, file)})
	}
	return cases
}

// body files the failure as a scan does.
func (c realCase) body(t *testing.T) (title, body string) {
	t.Helper()
	in := intake.New(intake.Rules{Policy: policy.Policy{MinLevel: event.Error}}, renderer.Redactor)
	for i := range 3 { // three times on two days
		reader := in.Reader()
		reader.Add(event.Record{
			ID: fmt.Sprint(i), Source: shop, Stream: "web/7", Time: noon.Add(time.Duration(i-2) * 12 * time.Hour), Text: c.text,
			URL: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Fecs$252Fshop",
		})
		reader.Flush(intake.Never)
	}
	groups := in.Groups()
	if len(groups) != 1 {
		t.Fatalf("%d errors", len(groups))
	}
	a := plan.Plan(plan.Input{Now: noon, Groups: groups, Rules: plan.Rules{MinEvents: 1, MaxNew: 1}})[0]
	sample, _ := a.Sample()
	a.Evidence.Sample = &sample
	a.Evidence.Before, a.Evidence.After = []string{"INFO GET /cart 200", "INFO POST /checkout"}, []string{"INFO POST /checkout 500"}
	a.Evidence.Links = []event.Link{{Name: "Logs Insights", URL: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:logs-insights$3FqueryDetail$3D"}}
	if c.path != "" {
		a.Evidence.Code = c.source(sample)
	}
	r := renderer
	if r.HoldBack = c.public; c.public {
		a.Title = a.Public
	}
	body, err := r.Body(a, "")
	if err != nil {
		t.Fatal(err)
	}
	return r.Title(a), body
}

// source is what the repository shows of the failure.
func (c realCase) source(e event.Event) *code.Source {
	text := strings.Repeat("// an ordinary line of code\n", c.line-1) + "return items.map(i => i.id) // the failing line\n" + strings.Repeat("// and more\n", 9)
	excerpt := code.ExcerptOf(c.path, text, c.line)
	s := &code.Source{
		Commit: code.Commit{SHA: strings.Repeat("0123456789", 4), Name: "v1.4.2", Certainty: code.Tagged}, Page: "https://github.com/acme/shop",
		Guide: "AGENTS.md", Excerpt: excerpt, Owners: code.Owners{Names: []string{"@acme/web"}, File: ".github/CODEOWNERS", Line: 3, Rule: "src/ @acme/web"},
		Suspects: []code.Suspect{{Change: code.Change{SHA: strings.Repeat("abcdef0123", 4), Author: "mara", Pull: 812}, Before: 48 * time.Hour, Path: c.path, Line: c.line}},
	}
	for i, f := range e.InApp() {
		if i < 3 {
			s.Links = append(s.Links, code.Link{Function: plan.Place(f), Path: filepath.ToSlash(filepath.Join(filepath.Dir(c.path), filepath.Base(f.File))), Line: f.Line})
		}
	}
	return s
}

func TestRealErrors(t *testing.T) {
	for _, c := range realCases(t) {
		t.Run(c.name, func(t *testing.T) {
			title, body := c.body(t)
			golden(t, "real/"+c.name, "# "+title+"\n\n"+body)
			c.check(t, body)
		})
	}
}

// failing finds the failing line in a body, as a script of a team would.
var failing = regexp.MustCompile("(?m)^- \\[`([^`]+):(\\d+)`\\]\\(https://github\\.com/acme/shop/blob/[0-9a-f]{40}/\\S+#L\\d+\\) in `([^`]+)`$")

// check holds a body to what scripts rely on.
func (c realCase) check(t *testing.T, body string) {
	t.Helper()
	lines := strings.Split(body, "\n")
	if !strings.HasPrefix(lines[3], "**3 events** · first seen ") {
		t.Errorf("begins with %q", lines[3])
	}
	for _, once := range []string{"\n| Message |", "\n| Level |", "\n| Source | Events | Newest |", "\n### For whoever fixes this\n"} {
		if strings.Count(body, once) != 1 {
			t.Errorf("%q is there %d times", once, strings.Count(body, once))
		}
	}
	before, logged, ok := strings.Cut(body, untrusted)
	if ok == c.public {
		t.Errorf("log output shown: %v", ok)
	}
	if n := strings.Count(strings.TrimSpace(before), "\n"); n > 60 && !c.public {
		t.Errorf("%d lines before the log output", n)
	}
	if heading := regexp.MustCompile("(?m)^### (Stack trace|Log event)\n\n```"); !c.public && !heading.MatchString(logged) {
		t.Error("no text below its heading")
	}
	if found := failing.FindStringSubmatch(body); c.path == "" != (found == nil) || found != nil && (found[1] != c.path || found[2] != fmt.Sprint(c.line) || found[3] == "") {
		t.Errorf("the failing line is %q", found)
	}
	for _, secret := range []string{"jo@acme.example", "10.0.3.7"} {
		if strings.Contains(body, secret) {
			t.Errorf("shows %s", secret)
		}
	}
	if c.public && (strings.Contains(body, "4711") || strings.Contains(body, "Connection refused")) {
		t.Error("shows a message in public")
	}
}

// Sentry's event has its trace once, and the number of users.
func TestSentrysEvent(t *testing.T) {
	a := action()
	e := &a.Groups[0].Sample
	e.Issue, e.Source, e.Text = "7", "sentry", trace+"\n\nbrowser: Firefox\nos.name: Linux"
	a.Next.Sources = nil
	a.Next.SetTotal("7", 5, marker.Page{Name: "SHOP-7", URL: "https://acme.sentry.io/issues/7/", Last: count.At(noon), Users: 3})
	body, err := renderer.Body(a, "")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "real/sentry", "# "+renderer.Title(a)+"\n\n"+body)
}

// A body at GitHub's limit keeps the code, the facts and the marker: the sample is cut first.
func TestLongBodyCutsTheSampleFirst(t *testing.T) {
	c := realCase{text: trace + strings.Repeat("\n    at step (/app/src/step.js:1:1)", 5000), path: "src/cart.js", line: 10, language: "js"}
	_, first := c.body(t)
	for _, people := range []int{0, 30_000, 55_000} {
		a := plan.Action{Next: action().Next, Groups: action().Groups}
		e := a.Groups[0].Sample
		e.Text, e.Stack = c.text, c.text
		a.Evidence.Sample, a.Evidence.Code = &e, c.source(e)
		a.Next.SetSource("more", count.Tally{Frozen: 1})
		body, err := renderer.Body(a, strings.Repeat("We know.\n", people/9)+first)
		if err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(body)); n > MaxBody {
			t.Errorf("%d characters", n)
		}
		_, err = marker.Read(body)
		if err != nil || failing.FindStringSubmatch(body) == nil || !strings.Contains(body, "the failing line") || !strings.Contains(body, "\n| Message |") {
			t.Errorf("with %d characters of people's: marker %v\n%s", people, err, body[people:])
		}
	}
}

package intake_test

import (
	"fmt"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
)

// BenchmarkRules reads the same errors with more and more rules of all kinds, few of which match. 1,000 rules
// should cost at most 10 %:
//
//	go test -run '^$' -bench Rules -benchtime 3s ./internal/intake
func BenchmarkRules(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var texts []string
	for i := range 20_000 {
		texts = append(texts, []string{
			fmt.Sprintf(`{"time":"2026-11-22T10:30:%02d.123Z","level":"ERROR","service":"shop-%d","environment":"production","msg":"cannot reach the %c store","order":%d}`, i%60, i%300, 'a'+i%26, i),
			fmt.Sprintf("2026-11-22T10:30:%02d.123Z ERROR the %c store lost order %d of the basket after 3 attempts", i%60, 'a'+i%26, i),
			fmt.Sprintf("2026-11-22T10:30:%02d.123Z ERROR request failed in %c\nTypeError: no order %d\n    at total (/app/src/cart.js:10:11)\n    at handle (/app/src/server.js:40:5)", i%60, 'a'+i%26, i),
		}[i%3])
	}
	for _, n := range []int{0, 1000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) { readWithRules(b, texts, manyRules(b, n)) })
	}
}

func readWithRules(b *testing.B, texts []string, rules []policy.Rule) {
	pipeline := intake.New(intake.Rules{Policy: policy.Policy{MinLevel: event.Error, Rules: rules}}, safe.NewRedactor())
	passes, before := 0, processor(b)
	for b.Loop() {
		reader := pipeline.Reader()
		for i, text := range texts {
			reader.Add(event.Record{ID: strconv.Itoa(i), Source: "cloudwatch:eu-central-1:/ecs/shop", Stream: "w", Text: text})
		}
		reader.Flush(intake.Never)
		passes++
	}
	b.ReportMetric(float64(len(texts)*passes)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(processor(b)-before)/float64(len(texts)*passes), "cpu-ns/event") // more reliable on a busy machine
}

// processor returns the CPU time that the process has used.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// manyRules returns n rules, which together use every matcher.
func manyRules(b *testing.B, n int) []policy.Rule {
	parse := func(matcher, format string, args ...any) policy.Patterns {
		p, err := policy.Parse(matcher, fmt.Sprintf(format, args...))
		if err != nil {
			b.Fatal(err)
		}
		return policy.Patterns{p}
	}
	rules := make([]policy.Rule, n)
	for i := range rules {
		m, r := &rules[i].Match, &rules[i]
		r.Line, r.Labels = i+1, []string{fmt.Sprintf("label-%d", i)}
		switch i % 8 {
		case 0:
			m.Service, m.Level = parse("", "shop-%d", i), parse("level", ">=error")
		case 1:
			m.Type = parse("", "Error%d*", i)
		case 2:
			m.Message = parse("", "/deadline %d exceeded.*upstream/", i)
		case 3:
			m.Path, m.Environment = parse("path", "vendor%d/**", i), parse("", "!dev*")
		case 4:
			m.Logger = parse("", "com.acme.%d.*", i)
		case 5:
			m.Message = parse("", "*cannot reach the %d*", i)
		case 6:
			m.Function = parse("", "handle%d", i)
		case 7:
			m.Release, m.Service = parse("", "*-canary-%d", i), parse("", "!shop-%d", i)
		}
	}
	return rules
}

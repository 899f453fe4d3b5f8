package stacktrace_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/stacktrace"
)

func TestRules(t *testing.T) {
	const text = "TypeError: x\n    at a (/srv/app/node_modules/@acme/billing/a.js:1:2)\n    at b (/srv/app/node_modules/express/b.js:1:2)\n" +
		"    at c (/srv/app/generated/c.js:1:2)\n    at d (/srv/app/d.js:1:2)\n"
	const java = "com.acme.Oops: x\n\tat com.acme.Cart.total(Cart.java:1)\n\tat com.acme.agent.Probe.enter(Probe.java:1)\n\tat org.apache.acme.Filter.run(Filter.java:1)\n"
	tests := []struct {
		name, text string
		rules      stacktrace.Rules
		want       []string // functions in-app
	}{
		{"none", text, stacktrace.Rules{}, []string{"c", "d"}},
		{"include a path", text, stacktrace.Rules{Include: []string{"node_modules/@acme/"}}, []string{"a", "c", "d"}},
		{"exclude a path", text, stacktrace.Rules{Exclude: []string{"generated/"}}, []string{"d"}},
		{"exclude beats include", text, stacktrace.Rules{Include: []string{"node_modules/"}, Exclude: []string{"/srv/app/node_modules/express/"}}, []string{"a", "c", "d"}},
		{"modules", java, stacktrace.Rules{Include: []string{"org.apache.acme."}, Exclude: []string{"com.acme.agent."}}, []string{"total", "run"}},
		{"no part of a name", java, stacktrace.Rules{Exclude: []string{"acme."}}, []string{"total", "enter"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chain, _ := stacktrace.Parse(tt.text)
			tt.rules.Mark(chain)
			var got []string
			for _, f := range chain[0].Frames {
				if f.InApp {
					got = append(got, f.Function)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

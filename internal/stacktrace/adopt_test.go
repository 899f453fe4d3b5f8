package stacktrace_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// TestAdopt covers what Sentry's SDKs write differently from the runtimes.
func TestAdopt(t *testing.T) {
	for _, c := range []struct {
		name, runtime string
		level         event.Level
		chain         []event.Exception
		want          string
	}{
		{"message of Go without an exception", "go", event.Error, nil, ""},
		{"node", "node", event.Error, []event.Exception{{Type: "TypeError", Message: "m", Frames: []event.Frame{
			{Function: "?", Module: "src:x", File: "./src/x.js"},
			{Function: "Object.?", Module: "x", File: "app:///src/x.js"},
			{Function: "async total", File: "webpack://shop/./src/x.js"},
			{Function: "handle", File: "webpack:///./node_modules/express/index.js", InApp: true},
			{Function: "emit", File: "node:events", InApp: true},
		}}}, "TypeError \"m\"\n  *  |  | ./src/x.js:0:0\n  *  | Object.<anonymous> | app:///src/x.js:0:0\n  *  | total | webpack://shop/./src/x.js:0:0\n" +
			"     | handle | webpack:///./node_modules/express/index.js:0:0\n     | emit | node:events:0:0\n"},
		{"python", "python", event.Error, []event.Exception{
			{Type: "app.errors.Declined", Frames: []event.Frame{
				{Function: "Cart.total", Module: "app.mod", File: "/usr/src/app/app/mod.py"},
				{Function: "outer.<locals>.inner", Module: "app.mod"},
				{Function: "get", Module: "requests.api", File: "/usr/lib/python3/dist-packages/requests/api.py", InApp: true},
			}},
			{Type: "builtins.KeyError"}, {Type: "__main__.Declined"},
		}, "app.errors.Declined \"\"\n  * mod | total | /usr/src/app/app/mod.py:0:0\n    mod | inner | :0:0\n" +
			"    requests.api | get | /usr/lib/python3/dist-packages/requests/api.py:0:0\nKeyError \"\"\nDeclined \"\"\n"},
		{"java, common frames", "java", event.Error, []event.Exception{
			{Type: "com.acme.A", Frames: []event.Frame{{Module: "com.acme.Cart", Function: "total", Line: 1}, {Module: "com.acme.Main", Function: "main", Line: 9}}},
			{Type: "com.acme.B", Frames: []event.Frame{{Module: "java.util.List", Function: "of", InApp: true}, {Module: "com.acme.Cart", Function: "total", Line: 2}, {Module: "com.acme.Main", Function: "main", Line: 9}}},
		}, "com.acme.A \"\"\n  * com.acme.Cart | total | :1:0\n  * com.acme.Main | main | :9:0\ncom.acme.B \"\"\n    java.util.List | of | :0:0\n  * com.acme.Cart | total | :2:0\n"},
		{"go, panic", "go", event.Fatal, []event.Exception{
			{Type: "runtime.boundsError", Message: "runtime error: index out of range [5] with length 3", Frames: []event.Frame{
				{Module: "github.com/acme/shop", Function: "(*Cart).Item", File: "/build/cart.go"}, {Module: "net/http", Function: "serve", File: "server.go", InApp: true}}},
		}, "runtime error: index out of range \"runtime error: index out of range [5] with length 3\"\n" +
			"  * github.com/acme/shop | (*Cart).Item | /build/cart.go:0:0\n    net/http | serve | server.go:0:0\n"},
		{"go, wrapped", "go", event.Error, []event.Exception{
			{Type: "*fmt.wrapError", Message: "pay: declined"}, {Type: "*errors.fundamental", Message: "declined", Frames: []event.Frame{{Module: "main", Function: "pay"}}},
		}, "error \"pay: declined\"\n  * main | pay | :0:0\n"},
		{"go, a value", "go", event.Fatal, []event.Exception{{Type: "string", Message: "no price", Frames: []event.Frame{{Module: "main", Function: "pay"}}}},
			"panic \"no price\"\n  * main | pay | :0:0\n"},
		{"go, two stacks", "go", event.Error, []event.Exception{
			{Type: "*errors.withStack", Message: "pay: declined", Frames: []event.Frame{{Module: "main", Function: "main"}}},
			{Type: "*errors.fundamental", Message: "declined", Frames: []event.Frame{{Module: "main", Function: "pay"}}},
		}, "error \"pay: declined\"\n  * main | main | :0:0\nerror \"declined\"\n  * main | pay | :0:0\n"},
		{"another", "cobol", event.Error, []event.Exception{{Type: "S0C7", Frames: []event.Frame{{Function: "?", InApp: true}}}}, "S0C7 \"\"\n  *  | ? | :0:0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := event.Event{Runtime: c.runtime, Level: c.level, Exceptions: c.chain}
			stacktrace.Adopt(&e)
			if diff := cmp.Diff(c.want, show(e.Exceptions)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			once := show(e.Exceptions)
			stacktrace.Adopt(&e)
			if again := show(e.Exceptions); again != once {
				t.Errorf("adopted twice:\n%s", cmp.Diff(once, again))
			}
		})
	}
}

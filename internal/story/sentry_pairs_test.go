package story

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
	"github.com/org/errmon-action/internal/stacktrace"
)

// pairs are failures of real programs that Sentry's SDKs report too. They exclude failures that end a
// program before an SDK can report them (Go's fatal errors), and panics within panics, of which an SDK sees
// only the last.
var pairs = map[string][]string{
	"node": {"aggregate", "alias", "argument", "cause", "constructor", "json", "logged", "missing_file", "module", "multiline", "promise_all", "rejection", "uncaught"},
	"python": {"cause", "context", "group", "key", "library", "logged", "multiline_cause", "no_message", "note", "recursion", "task", "thread",
		"uncaught"},
	"java": {"cast", "cause", "future", "logged", "memory", "multiline", "no_class", "number", "overflow", "pool", "reflection", "suppressed", "uncaught"},
	"go": {"closed", "convert", "divide", "error", "generic", "goroutine", "http", "index", "multiline", "nil", "nilmap", "pkgerrors", "slice", "stack",
		"wrapped"},
}

// TestPairsInBothNotations reports each failure as its log shows it, and as the runtime's SDK sends it to
// Sentry. In either order, the two must be one issue.
func TestPairsInBothNotations(t *testing.T) {
	for runtime, names := range pairs {
		if len(names) < 10 {
			t.Errorf("%d pairs of %s, want ten", len(names), runtime)
		}
		texts := failuresOf(t, runtime)
		for _, name := range names {
			text := texts[runtime+"/"+name]
			for _, sentryFirst := range []bool{false, true} {
				order := map[bool]string{false: "log first", true: "Sentry first"}[sentryFirst]
				t.Run(runtime+"/"+name+"/"+order, func(t *testing.T) {
					w := newWorld(t)
					w.withSentry("shop")
					issue := inSentry(t, text)
					log := func() {
						line := "ERROR request failed\n" + text
						if stamp := stamped.FindString(text); stamp != "" { // a log record itself, without a level
							line = stamp + "ERROR " + text[len(stamp):]
						}
						w.put("/ecs/shop", cloudwatchtest.Event{Stream: "web/1", Time: w.now.Add(-time.Minute), Message: line})
					}
					steps := []func(){log, func() { w.sentry.Put(issue) }}
					if sentryFirst {
						slices.Reverse(steps)
					}
					for _, step := range steps {
						step()
						w.run("scan").mustSucceed(t)
						w.advance(5 * time.Minute)
					}
					issues := w.errorIssues()
					both := 0
					for _, i := range issues {
						if strings.Contains(i.Body, "| `cloudwatch:") && strings.Contains(i.Body, "| `Sentry ") {
							both++
						}
					}
					if len(issues) != 1 || both != 1 {
						t.Errorf("%d issues, %d of both sources; want one of both:\n%s", len(issues), both, text)
						for title := range issues {
							t.Log(title)
						}
					}
				})
			}
		}
		t.Logf("%s: %d pairs", runtime, len(names))
	}
}

// stamped matches the beginning of a line by Go's log package.
var stamped = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `)

// inSentry returns the issue that the runtime's SDK would report for a failure.
func inSentry(t *testing.T, text string) sentrytest.Issue {
	t.Helper()
	chain, runtime := stacktrace.Parse(text)
	if runtime == "java" {
		restoreCommon(chain, text)
	}
	e := &sentrytest.Event{Platform: runtime}
	issue := sentrytest.Issue{Title: chain[0].Type + ": " + chain[0].Message, Event: e}
	for _, x := range slices.Backward(chain) {
		e.Exceptions = append(e.Exceptions, sdk[runtime](x, &issue))
	}
	if runtime == "go" && strings.Contains(text, "wrapped") {
		e.Exceptions = append([]sentrytest.Exception{{Type: "*errors.errorString", Value: "inner"}}, e.Exceptions...)
	}
	return issue
}

// sdk maps a runtime to how its SDK writes an exception and its frames, oldest call first.
var sdk = map[string]func(event.Exception, *sentrytest.Issue) sentrytest.Exception{
	"node": func(x event.Exception, _ *sentrytest.Issue) sentrytest.Exception {
		return sentrytest.Exception{Type: x.Type, Value: x.Message, Frames: frames(x, func(f event.Frame) sentrytest.Frame {
			function := strings.Replace(f.Function, ".<anonymous>", ".?", 1)
			if function == "" {
				function = "?"
			}
			file := strings.Replace(f.File, "/app/node/", "app:///dist/", 1)
			if f.File == "" {
				file = "<anonymous>"
			}
			return sentrytest.Frame{Function: function, Module: "dist:" + base(file, ".js"), Filename: file, AbsPath: file,
				InApp: strings.HasPrefix(file, "app:")}
		})}
	},
	"python": func(x event.Exception, _ *sentrytest.Issue) sentrytest.Exception {
		module, typ := cutLast(x.Type)
		if module == "" {
			module = map[bool]string{true: "__main__", false: "builtins"}[typ == "Declined"]
		}
		return sentrytest.Exception{Type: typ, Module: module, Value: x.Message, Frames: frames(x, func(f event.Frame) sentrytest.Frame {
			path := strings.Replace(f.File, "/app/python/", "/usr/src/app/backend/", 1)
			filename := strings.TrimPrefix(path, "/usr/src/app/")
			return sentrytest.Frame{Function: "Shop." + f.Function, Module: strings.ReplaceAll(strings.TrimSuffix(filename, ".py"), "/", "."),
				Filename: filename, AbsPath: path, InApp: strings.HasPrefix(path, "/usr/src/app/")}
		})}
	},
	"java": func(x event.Exception, _ *sentrytest.Issue) sentrytest.Exception {
		module, typ := cutLast(x.Type)
		return sentrytest.Exception{Type: typ, Module: module, Value: x.Message, Frames: frames(x, func(f event.Frame) sentrytest.Frame {
			return sentrytest.Frame{Function: f.Function, Module: f.Module, Filename: f.File, InApp: strings.HasPrefix(f.Module, "com.acme.")}
		})}
	},
	// A recovered panic is reported as fatal, without the runtime's frames.
	"go": func(x event.Exception, issue *sentrytest.Issue) sentrytest.Exception {
		issue.Level = "fatal"
		typ := "*errors.errorString"
		switch {
		case strings.HasPrefix(x.Message, "runtime error: index"), strings.HasPrefix(x.Message, "runtime error: slice"):
			typ = "runtime.boundsError"
		case x.Type == "error":
			typ, issue.Level = "*errors.fundamental", "error"
		}
		x.Frames = slices.DeleteFunc(x.Frames, func(f event.Frame) bool { return f.Module == "" || strings.HasPrefix(f.Module, "runtime") })
		return sentrytest.Exception{Type: typ, Value: x.Message, Frames: frames(x, func(f event.Frame) sentrytest.Frame {
			return sentrytest.Frame{Function: f.Function, Module: f.Module, Filename: base(f.File, ""), AbsPath: strings.Replace(f.File, "/app/", "/build/", 1), InApp: f.InApp}
		})}
	},
}

func frames(x event.Exception, write func(event.Frame) sentrytest.Frame) []sentrytest.Frame {
	var list []sentrytest.Frame
	for _, f := range slices.Backward(x.Frames) {
		frame := write(f)
		frame.Line, frame.Column = f.Line, f.Column
		list = append(list, frame)
	}
	return list
}

func base(file, ending string) string {
	return strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ending)
}

func cutLast(name string) (before, last string) {
	dot := strings.LastIndexByte(name, '.')
	return name[:max(dot, 0)], name[dot+1:]
}

// restoreCommon adds the frames to a Java exception's causes that the log omits ("... 12 more") and an SDK
// includes.
func restoreCommon(chain []event.Exception, text string) {
	more := regexp.MustCompile(`(?m)^\t\.\.\. (\d+) `).FindAllStringSubmatch(text, -1)
	for i := 1; i < len(chain) && i <= len(more); i++ {
		n, _ := strconv.Atoi(more[i-1][1])
		around := chain[i-1].Frames
		chain[i].Frames = append(chain[i].Frames, around[max(0, len(around)-n):]...)
	}
}

// TestOtherErrorsStayApart wants two issues for two different failures, one in a log and one in Sentry.
func TestOtherErrorsStayApart(t *testing.T) {
	for _, c := range [][3]string{{"node", "uncaught", "constructor"}, {"python", "key", "library"}, {"java", "cast", "number"}, {"go", "nil", "index"}} {
		t.Run(c[0], func(t *testing.T) {
			texts := failuresOf(t, c[0])
			w := newWorld(t)
			w.withSentry("shop")
			w.log(time.Minute, "%s", "ERROR request failed\n"+texts[c[0]+"/"+c[1]])
			w.sentry.Put(inSentry(t, texts[c[0]+"/"+c[2]]))
			w.run("scan").mustSucceed(t)
			if issues := w.errorIssues(); len(issues) != 2 {
				t.Errorf("%d issues, want two", len(issues))
			}
		})
	}
}

package logtext

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// TestExceptionObjects reads exceptions logged as objects.
func TestExceptionObjects(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"structlog, oldest frame first", `{"level":"error","event":"failed","exception":[{"exc_type":"A","exc_value":"x","frames":[{"filename":"/app/a.py","lineno":1,"name":"f"},{"filename":"/app/b.py","lineno":2,"name":"g"}]},{"exc_type":"B","exc_value":"y","is_cause":true}]}`,
			`python A "x" [b.g /app/b.py:2, a.f /app/a.py:1]; B "y" []`},
		{"Monolog", `{"level_name":"ERROR","message":"failed","context":{"exception":{"class":"App\\A","message":"x","code":0,"file":"/app/a.php:3","trace":["/app/b.php:4"],"previous":{"class":"B","message":"y","file":"/app/c.php:5"}}}}`,
			`php App\A "x" [ /app/a.php:3,  /app/b.php:4]; B "y" [ /app/c.php:5]`},
		{"Logback", `{"level":"ERROR","message":"failed","throwable":{"className":"a.A","message":"x","stepArray":[{"className":"a.C","methodName":"f","fileName":"C.java","lineNumber":1}],"cause":{"className":"a.B","message":"y","stepArray":[{"className":"a.D","methodName":"g","fileName":"D.java","lineNumber":2}]}}}`,
			`java a.A "x" [a.C.f C.java:1]; a.B "y" [a.D.g D.java:2]`},
		{"Quarkus without files", `{"level":"ERROR","message":"failed","exception":{"refId":1,"exceptionType":"a.A","message":"x","frames":[{"class":"a.C","method":"f","line":1}],"causedBy":{"exception":{"exceptionType":"a.B","message":"y"}}}}`,
			`java a.A "x" [a.C.f :1]; a.B "y" []`},
		{"Newtonsoft", `{"Level":"Error","Message":"failed","Exception":{"ClassName":"A.Oops","Message":"x","StackTraceString":"   at A.C.F() in /src/C.cs:line 1","InnerException":{"ClassName":"A.Inner","Message":"y","StackTraceString":"   at A.D.G() in /src/D.cs:line 2"}}}`,
			`dotnet A.Oops "x" [A.C.F /src/C.cs:1]; A.Inner "y" [A.D.G /src/D.cs:2]`},
		{"winston's own error", `{"level":"error","message":"x","name":"AError","stack":"AError: x\n    at f (/a.js:1:2)","cause":{"name":"BError","message":"y","stack":"BError: y\n    at g (/b.js:3:4)"}}`,
			`node AError "x" [f /a.js:1]; BError "y" [g /b.js:3]`},
		{"pino, whose stack has the cause as well", `{"level":50,"msg":"failed","err":{"type":"Error","message":"x: y","stack":"Error: x\n    at f (/a.js:1:2)\ncaused by: BError: y\n    at g (/b.js:3:4)","cause":{"type":"BError","message":"y","stack":"BError: y\n    at g (/b.js:3:4)"}}}`,
			`"failed"`},
		{"Java's text and its cause", `{"level":"ERROR","message":"failed","exception":{"class":"a.A","message":"x","stackTrace":"a.A: x\n\tat a.C.f(C.java:1)\nCaused by: a.BError: y\n\tat a.D.g(D.java:2)","cause":{"class":"a.BError","message":"y"}}}`,
			`java a.A "x" [a.C.f C.java:1]; a.BError "y" [a.D.g D.java:2]`},
		{"zerolog", `{"level":"error","message":"failed","error":"x","stack":[{"func":"pay","line":"41","source":"orders.go"}]}`, `go error "x" [pay orders.go:41]`},
		{"a Go error without a type", `{"level":"ERROR","msg":"failed","err":{"msg":"x","trace":[{"func":"main.f","source":"/app/a.go","line":1}]}}`, `go error "x" [main.f /app/a.go:1]`},
		{"Sentry's notation", `{"level":"ERROR","message":"failed","exception":{"type":"A","value":"x","stacktrace":{"frames":[{"filename":"/a.py","function":"f","lineno":1}]}}}`, `python A "x" [a.f /a.py:1]`},
		{"lines of a traceback", `{"levelname":"ERROR","message":"failed","exc_info":{"type":"A","value":"x","traceback":["  File \"/a.py\", line 1, in f\n"]}}`, `python A "x" [a.f /a.py:1]`},
		{"a class of no known ending", `{"level":"ERROR","message":"failed","exception":{"exception_class":"a.Oops","exception_message":"x","stacktrace":"a.Oops: x\n\tat a.C.f(C.java:1)"}}`, `java a.Oops "x" [a.C.f C.java:1]`},
		{"no frames", `{"level":"error","msg":"failed","err":{"type":"AError","message":"x"}}`, `"failed: AError: x"`},
		{"no frames, no name", `{"level":"error","msg":"failed","err":{"type":"Error","message":"x"}}`, `"failed: x"`},
		{"an answer of a server", `{"level":"error","msg":"failed","error":{"status":500,"message":"x","path":"/a"}}`, `"failed: x"`},
		{"a cause that is no error", `{"level":"error","name":"shop","message":"failed","cause":{"code":5}}`, `"failed"`},
		{"text before an object", `{"level":"error","message":"failed","err":{"type":"AError","message":"x","stack":"AError: x\n    at f (/a.js:1:2)"}}`, `"failed"`},
		{"an error printed with its stack", `{"level":"error","message":"failed","error":"x\n    at f (/a.js:1:2)"}`, `"failed"`},
		{"below a warning", `{"level":"info","message":"fine","err":{"type":"AError","message":"x","frames":[{"filename":"/a.py","lineno":1}]}}`, `"fine: x"`},
		{"a deep chain ends", `{"level":"error","message":"failed","err":` + strings.Repeat(`{"type":"AError","message":"x","cause":`, 50) + `null` + strings.Repeat("}", 50) + `}`, `"failed: AError: x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := frameAll([]event.Record{{Text: tt.text}})
			if len(events) != 1 {
				t.Fatalf("%d events", len(events))
			}
			if diff := cmp.Diff(tt.want, chainOf(events[0])); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// chainOf returns the event's chain on one line, or its message if it has no chain.
func chainOf(e event.Event) string {
	if len(e.Exceptions) == 0 {
		return fmt.Sprintf("%q", e.Message)
	}
	var chain []string
	for _, x := range e.Exceptions {
		var frames []string
		for _, f := range x.Frames {
			frames = append(frames, fmt.Sprintf("%s %s:%d", strings.TrimPrefix(f.Module+"."+f.Function, "."), f.File, f.Line))
		}
		chain = append(chain, fmt.Sprintf("%s %q [%s]", x.Type, x.Message, strings.Join(frames, ", ")))
	}
	return e.Runtime + " " + strings.Join(chain, "; ")
}

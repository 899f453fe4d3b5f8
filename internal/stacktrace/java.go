package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Java prints, as Throwable.printStackTrace does:
//
//	com.acme.CheckoutException: message
//		at com.acme.Cart.total(Cart.java:42)
//		Suppressed: java.io.IOException: message
//			at …
//	Caused by: java.lang.IllegalStateException: message
//		at …
//		... 12 more
//
// Kotlin and Scala share the form. A Suppressed block is something else that
// went wrong on the way out, no cause, and is left out of the chain.

var java = runtime{
	name: "java", parse: parseJava,
	lines: map[Shape][]string{
		Frame: {" ... … more$", " ... … common frames omitted$"},
		Cause: {" " + javaCause, " " + javaWrapper, "\t" + javaSuppressed},
	},
	checks: []check{{Frame, lines(" at "), reads(javaFrame)}},
	adopt:  adoptJava, chain: withoutCommon,
}

// The words that link exceptions. logback prints the root cause first, if configured to.
const (
	javaSuppressed = "Suppressed: "
	javaCause      = "Caused by: "
	javaWrapper    = "Wrapped by: "
)

func parseJava(lines []string) []event.Exception {
	var chain []event.Exception
	suppressed := -1 // indentation of the open Suppressed block
	at := 0          // the exception that frames belong to
	for i, line := range lines {
		f, isFrame := javaFrame(line)
		s, depth := unindented(line), indent(line)
		cause := strings.HasPrefix(s, javaCause)
		switch {
		case len(chain) == 0 && !isFrame:
		case strings.HasPrefix(s, javaSuppressed):
			if suppressed < 0 || depth < suppressed {
				suppressed = depth
			}
		case suppressed >= 0 && (depth >= suppressed || !cause):
		case cause:
			suppressed = -1
			chain = append(chain, javaHeader(line, lines[i+1:]))
			at = len(chain) - 1
		case strings.HasPrefix(s, javaWrapper):
			chain = append([]event.Exception{javaHeader(line, lines[i+1:])}, chain...)
			at = 0
		case len(chain) == 0:
			chain = append(chain, findHeader(lines[:i]))
			fallthrough
		case isFrame:
			adoptJava(&f)
			chain[at].Frames = append(chain[at].Frames, f)
		}
	}
	return chain
}

// javaHeader reads a link and the lines before its first frame.
func javaHeader(link string, below []string) event.Exception {
	more := until(below, func(line string) bool {
		_, isFrame := javaFrame(line)
		return isFrame || hasAnyPrefix(unindented(line), "... ", javaCause, javaWrapper)
	})
	if len(more) == len(below) {
		more = nil
	}
	return findHeader(append([]string{link}, more...))
}

// javaFrame reads "at [loader/][module@version/]class.method(File.java:12)",
// which logback may follow with "~[shop.jar:1.0]".
func javaFrame(line string) (f event.Frame, ok bool) {
	rest, ok := strings.CutPrefix(unindented(line), "at ")
	if !ok {
		return f, false
	}
	name, rest, _ := strings.Cut(rest, "(")
	place, rest, closed := strings.Cut(rest, ")")
	f.Module, f.Function, ok = cutLast(name, ".")
	if !closed || !ok || f.Module == "" || strings.ContainsAny(name, " \t") || rest != "" && !hasAnyPrefix(rest, " ~[", " [") {
		return f, false
	}
	if hasAnyPrefix(place, "Native Method", "Unknown Source", "<generated>") {
		return f, true
	}
	if f.File, f.Line, ok = cutNumber(place); !ok {
		f.File, f.Line = place, 0
	}
	return f, strings.Contains(f.File, ".") && !strings.ContainsAny(f.File, "/: ")
}

// adoptJava names the method as the source does: a lambda and a coroutine count
// as the function around them, and what no source holds is not in-app.
func adoptJava(f *event.Frame) {
	class, method := cutJavaModule(f.Module), f.Function
	f.Module, f.InApp = class, !hasAnyPrefix(class, javaLibraries...) && !hasAny(class, javaMade...)
	for _, end := range [...]string{"$default", "$suspendImpl"} { // of Kotlin
		f.Function = strings.TrimSuffix(f.Function, end)
	}
	for _, lead := range [...]string{"lambda$", "$anonfun$"} { // of Java and Scala
		if rest, ok := strings.CutPrefix(method, lead); ok {
			f.Function, _, _ = strings.Cut(rest, "$")
		}
	}
	if method == "invokeSuspend" || method == "invoke" { // Kotlin's CartKt$total$1
		outer, inner, _ := strings.Cut(class, "$")
		if name, n, _ := strings.Cut(inner, "$"); n != "" && strings.Trim(n, "0123456789$") == "" {
			f.Module, f.Function = outer, name
		}
	}
}

// cutJavaModule removes the class loader and module in front of a class. The
// slash in a hidden class ("Cart$$Lambda/0x00007f…") is followed by a digit.
func cutJavaModule(call string) string {
	for {
		slash := strings.IndexByte(call, '/')
		if slash < 0 || slash+1 == len(call) || call[slash+1] >= '0' && call[slash+1] <= '9' {
			return call
		}
		call = call[slash+1:]
	}
}

// javaLibraries are the packages of the JDK, the languages on it, and the
// frameworks that call the application.
var javaLibraries = []string{
	"java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "akka.",
	"org.springframework.", "org.apache.", "org.hibernate.", "org.jboss.", "org.eclipse.", "org.glassfish.",
	"org.junit.", "junit.", "io.netty.", "io.micronaut.", "io.quarkus.", "io.vertx.", "reactor.", "rx.",
	"org.slf4j.", "ch.qos.logback.", "com.fasterxml.", "com.google.common.", "com.mysql.", "org.postgresql.",
	"com.zaxxer.hikari.", "okhttp3.", "retrofit2.", "com.amazonaws.", "software.amazon.", "lambdainternal.", "groovy.", "org.codehaus.groovy.",
}

// javaMade are parts of the names of classes that no source holds.
var javaMade = []string{
	"$$SpringCGLIB$$", "$$EnhancerBy", "$$FastClassBy", "$HibernateProxy$", "$MockitoMock$", "_$$_", "_ClientProxy", "_Subclass", "$Proxy", "$$Lambda",
	"_COROUTINE.", "_BOUNDARY",
}

// withoutCommon drops of each cause the frames that it has in common with the
// exception around it, as printStackTrace does ("... 12 more").
func withoutCommon(e *event.Event) []event.Exception {
	chain := slices.Clone(e.Exceptions)
	for i := 1; i < len(chain); i++ {
		own, around := e.Exceptions[i].Frames, e.Exceptions[i-1].Frames
		common := 0
		for common < min(len(own), len(around)) && own[len(own)-1-common] == around[len(around)-1-common] {
			common++
		}
		chain[i].Frames = own[:len(own)-common]
	}
	return chain
}

package stacktrace

import (
	"math"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Java prints, as Throwable.printStackTrace does:
//
//	com.acme.CheckoutException: message
//		at com.acme.Cart.total(Cart.java:42)
//		Suppressed: java.io.IOException: message
//	Caused by: java.lang.IllegalStateException: message
//		at …
//		... 12 more
//
// Kotlin and Scala share the format. A Suppressed block is a failure during cleanup, not a cause.
// logback can print the root cause first, and the others as "Wrapped by: ".

var java = runtime{
	name: "java", parse: parseJava, adopt: adoptJava, chain: withoutCommon,
	looks: []look{
		{Frame, lines(" ... … more$", " ... … common frames omitted$"), nil},
		{Cause, lines(" Caused by: ", " Wrapped by: ", "\tSuppressed: "), nil},
		{Frame, lines(" at "), reads(javaFrame)},
	},
}

func parseJava(lines []string) []event.Exception {
	var chain []event.Exception
	suppressed, rootFirst := math.MaxInt, false // the indentation of the open Suppressed block
	for i, line := range lines {
		f, isFrame := javaFrame(line)
		s, depth := unindented(line), indent(line)
		cause, wrapper := strings.HasPrefix(s, "Caused by: "), strings.HasPrefix(s, "Wrapped by: ")
		switch {
		case len(chain) == 0 && !isFrame:
		case strings.HasPrefix(s, "Suppressed: "):
			suppressed = min(suppressed, depth)
		case suppressed < math.MaxInt && (depth >= suppressed || !cause):
		case cause || wrapper:
			suppressed, rootFirst = math.MaxInt, wrapper
			more := until(lines[i+1:], func(line string) bool {
				return reads(javaFrame)(line) || hasAnyPrefix(unindented(line), "... ", "Caused by: ", "Wrapped by: ")
			})
			chain = append(chain, findHeader(lines[i:i+1+len(more)]))
		case isFrame:
			if len(chain) == 0 {
				chain = append(chain, findHeader(lines[:i]))
			}
			adoptJava(&f)
			last := &chain[len(chain)-1]
			last.Frames = append(last.Frames, f)
		}
	}
	if rootFirst {
		slices.Reverse(chain)
	}
	return chain
}

// javaFrame reads "at [loader/][module@version/]class.method(File.java:12)" and logback's "~[shop.jar:1.0]".
func javaFrame(line string) (f event.Frame, ok bool) {
	rest, ok := strings.CutPrefix(unindented(line), "at ")
	if !ok {
		return f, false
	}
	name, rest, _ := strings.Cut(rest, "(")
	place, rest, closed := strings.Cut(rest, ")")
	f.Module, f.Function = splitName(name, ".")
	if !closed || f.Module == "" || strings.ContainsAny(name, " \t") || rest != "" && !hasAnyPrefix(rest, " ~[", " [") {
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

// adoptJava names the method as the source does: lambdas and coroutines count as the function around them. It
// drops loader and module; the slash in a hidden class ("Cart$$Lambda/0x00007f…") is followed by a digit.
func adoptJava(f *event.Frame) {
	class, method := f.Module, f.Function
	for i := strings.IndexByte(class, '/'); i >= 0 && i+1 < len(class) && (class[i+1] < '0' || class[i+1] > '9'); i = strings.IndexByte(class, '/') {
		class = class[i+1:]
	}
	f.Module, f.InApp = class, !hasAnyPrefix(class, javaLibraries...) && !hasAny(class, javaMade...)
	f.Function = strings.TrimSuffix(strings.TrimSuffix(method, "$default"), "$suspendImpl") // of Kotlin
	if rest := strings.TrimPrefix(strings.TrimPrefix(method, "lambda$"), "$anonfun$"); rest != method {
		f.Function, _, _ = strings.Cut(rest, "$")
	}
	if method == "invokeSuspend" || method == "invoke" { // Kotlin's CartKt$total$1
		outer, inner, _ := strings.Cut(class, "$")
		if name, n, _ := strings.Cut(inner, "$"); n != "" && strings.Trim(n, "0123456789$") == "" {
			f.Module, f.Function = outer, name
		}
	}
}

// javaLibraries are packages of the JDK, of languages on it, and of widely used frameworks and libraries.
var javaLibraries = []string{
	"java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "akka.",
	"org.springframework.", "org.apache.", "org.hibernate.", "org.jboss.", "org.eclipse.", "org.glassfish.",
	"org.junit.", "junit.", "io.netty.", "io.micronaut.", "io.quarkus.", "io.vertx.", "reactor.", "rx.",
	"org.slf4j.", "ch.qos.logback.", "com.fasterxml.", "com.google.common.", "com.mysql.", "org.postgresql.",
	"com.zaxxer.hikari.", "okhttp3.", "retrofit2.", "com.amazonaws.", "software.amazon.", "lambdainternal.", "groovy.", "org.codehaus.groovy.",
}

var javaMade = []string{"$$SpringCGLIB$$", "$$EnhancerBy", "$$FastClassBy", "$HibernateProxy$", "$MockitoMock$",
	"_$$_", "_ClientProxy", "_Subclass", "$Proxy", "$$Lambda", "_COROUTINE.", "_BOUNDARY"}

// withoutCommon drops the frames that a cause shares with the exception around it, like Java's "... 12 more".
func withoutCommon(e *event.Event) []event.Exception {
	chain := slices.Clone(e.Exceptions)
	for i := 1; i < len(chain); i++ {
		own, around := len(e.Exceptions[i].Frames), e.Exceptions[i-1].Frames
		for n := len(around); n > 0 && own > 0 && chain[i].Frames[own-1] == around[n-1]; n-- {
			own--
		}
		chain[i].Frames = chain[i].Frames[:own]
	}
	return chain
}

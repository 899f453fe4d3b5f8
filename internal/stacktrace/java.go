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
	name: "java", first: "a.CSW", shape: javaShape, starts: beginsWith(javaFrame), parse: parseJava,
	adopt: adopter{frame: adoptJava, chain: withoutCommon},
}

func javaShape(line string, indented bool) Shape {
	switch {
	case strings.HasPrefix(line, "... "):
		if strings.HasSuffix(line, " more") || strings.HasSuffix(line, " common frames omitted") {
			return Frame
		}
	case hasAnyPrefix(line, "Caused by: ", "Wrapped by: "), indented && strings.HasPrefix(line, "Suppressed: "):
		return Cause
	}
	if _, ok := javaFrame(line); ok {
		return Frame
	}
	return Text
}

func parseJava(lines []string) []event.Exception {
	var chain []event.Exception
	suppressed := -1  // indentation of the open Suppressed block
	above, at := 0, 0 // first line after the frames before, and the exception that frames belong to
	for i, line := range lines {
		f, isFrame := javaFrame(line)
		depth := indent(line)
		switch {
		case isJavaLink(line, "Suppressed: ") && len(chain) > 0:
			if suppressed < 0 || depth < suppressed {
				suppressed = depth
			}
		case suppressed >= 0 && (depth >= suppressed || !isJavaLink(line, "Caused by: ")):
		case isJavaLink(line, "Caused by: ") && len(chain) > 0:
			suppressed = -1
			chain = append(chain, findHeader(javaHeaderLines(lines[i:])))
			at = len(chain) - 1
		case isJavaLink(line, "Wrapped by: ") && len(chain) > 0: // logback prints the root cause first, if told to
			chain = append([]event.Exception{findHeader(javaHeaderLines(lines[i:]))}, chain...)
			at = 0
		case isFrame && len(chain) == 0:
			chain = append(chain, findHeader(lines[above:i]))
			fallthrough
		case isFrame:
			chain[at].Frames = append(chain[at].Frames, f)
		}
	}
	return chain
}

func isJavaLink(line, word string) bool {
	return strings.HasPrefix(strings.TrimLeft(line, " \t"), word)
}

// javaHeaderLines returns the lines of a header before its first frame.
func javaHeaderLines(lines []string) []string {
	for i, line := range lines[1:] {
		_, isFrame := javaFrame(line)
		if isFrame || isJavaLink(line, "... ") || isJavaLink(line, "Caused by: ") || isJavaLink(line, "Wrapped by: ") {
			return lines[:i+1]
		}
	}
	return lines[:1]
}

// javaFrame reads "at [loader/][module@version/]class.method(File.java:12)",
// which logback may follow with "~[shop.jar:1.0]".
func javaFrame(line string) (event.Frame, bool) {
	call, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "at ")
	if !ok {
		return event.Frame{}, false
	}
	call, place, ok := strings.Cut(call, "(")
	place, rest, closed := strings.Cut(place, ")")
	if !ok || !closed || rest != "" && !hasAnyPrefix(rest, " ~[", " [") {
		return event.Frame{}, false
	}
	call = cutJavaModule(call)
	dot := strings.LastIndexByte(call, '.')
	if dot <= 0 || strings.ContainsAny(call, " \t") {
		return event.Frame{}, false
	}
	f := javaName(call[:dot], call[dot+1:])
	return f, readJavaPlace(&f, place)
}

// javaName returns the frame of a method as the source names it: a lambda and a
// coroutine count as the function around them, and what no source holds is not
// in-app.
func javaName(class, method string) event.Frame {
	f := event.Frame{Module: class, Function: method, InApp: javaInApp(class)}
	for _, made := range [...]string{"$$SpringCGLIB$$", "$$EnhancerBy", "$$FastClassBy", "$HibernateProxy$", "$MockitoMock$", "_$$_", "_ClientProxy", "_Subclass", "$Proxy", "$$Lambda", "_COROUTINE.", "_BOUNDARY"} {
		f.InApp = f.InApp && !strings.Contains(class, made)
	}
	for _, end := range [...]string{"$default", "$suspendImpl"} { // of Kotlin
		f.Function = strings.TrimSuffix(f.Function, end)
	}
	for _, lead := range [...]string{"lambda$", "$anonfun$"} { // of Java and Scala
		if rest, ok := strings.CutPrefix(method, lead); ok {
			f.Function, _, _ = strings.Cut(rest, "$")
		}
	}
	if method == "invokeSuspend" || method == "invoke" { // Kotlin's CartKt$total$1
		if outer, inner, ok := strings.Cut(class, "$"); ok {
			if name, n, _ := strings.Cut(inner, "$"); n != "" && strings.Trim(n, "0123456789$") == "" {
				f.Module, f.Function = outer, name
			}
		}
	}
	return f
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

// readJavaPlace reads what stands in the parentheses of a frame.
func readJavaPlace(f *event.Frame, place string) bool {
	if place == "Native Method" || place == "Unknown Source" || place == "<generated>" {
		return true
	}
	file, line, ok := cutNumber(place)
	if !ok {
		file = place
	}
	f.File, f.Line = file, line
	return strings.Contains(file, ".") && !strings.ContainsAny(file, "/: ")
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

func javaInApp(class string) bool { return !hasAnyPrefix(class, javaLibraries...) }

func adoptJava(f *event.Frame) {
	named := javaName(cutJavaModule(f.Module), f.Function)
	f.Module, f.Function, f.InApp = named.Module, named.Function, named.InApp
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

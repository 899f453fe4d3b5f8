package grouping

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Kind is what a key was made of, and how. A key is a kind and an id, such as
// "exc1:6f1e…". A new way to compute one gets a new kind and is kept beside the old
// for one major release, so that an upgrade files nothing anew.
type Kind string

// The kinds.
const (
	Exception Kind = "exc1"
	Message   Kind = "msg1"
	Sentry    Kind = "sen1"
)

// KindOf returns the kind of a key.
func KindOf(key string) Kind {
	kind, _, _ := strings.Cut(key, ":")
	return Kind(kind)
}

// key returns the key of this kind with an id.
func (k Kind) key(id string) string { return string(k) + ":" + id }

// maxKeyFrames bounds the frames that make a key: a deep recursion differs
// from run to run only behind them.
const maxKeyFrames = 50

// hash makes a key of 80 bits: 2^40 errors until two collide by chance.
func (k Kind) hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return k.key(hex.EncodeToString(h.Sum(nil)[:10]))
}

// MessageKey is the identity of an event that has only a message.
func MessageKey(service, template string) string { return Message.hash(service, template) }

// SentryKey is the identity of what Sentry keeps as one issue, by its id.
func SentryKey(id string) string { return Sentry.key(id) }

// Rule says what a group's key was made of.
type Rule string

// The rules, each for the events that those before it do not fit.
const (
	ByInAppFrames           Rule = "exception types and in-app frames"
	ByInAppFramesAndMessage Rule = "exception types, in-app frames and message template: the function that failed has no name"
	ByRootCause             Rule = "service, exception, root cause and message template: no frame is in-app"
	ByKnown                 Rule = "template that an earlier run knew"
	BySentry                Rule = "Sentry issue"
	ByTemplate              Rule = "service and message template: no stack trace"
)

// exceptionKey is the identity of an event with in-app frames: those, and the
// type chain. Where the function that failed has no name, its file says too
// little, and the template of the message distinguishes its errors.
func exceptionKey(e *event.Event, template func(string) string) (string, Rule) {
	var types, frames []string
	for _, x := range e.Exceptions {
		types = append(types, x.Type)
	}
	inApp, rule := e.InApp(), ByInAppFrames
	for _, f := range inApp {
		frames = append(frames, frameName(f))
	}
	if inApp[0].Function == "" {
		rule = ByInAppFramesAndMessage
		types = append(types, "message", template(e.Exceptions[0].Message))
	}
	frames = distinctRuns(frames)
	frames = frames[:min(len(frames), maxKeyFrames)]
	return Exception.hash(strings.Join(types, "\x01"), strings.Join(frames, "\x01")), rule
}

// messageOf is the text that distinguishes the events without in-app frames: the
// message, or the exception with its root cause. Frames of libraries alone say
// less than those, and come and go with the path through the library.
func messageOf(e *event.Event) string {
	if len(e.Exceptions) == 0 || e.Exceptions[0].Message == "" && len(e.Exceptions[0].Frames) == 0 {
		return e.Message
	}
	text := headline(e.Exceptions[0])
	if root := headline(e.Exceptions[len(e.Exceptions)-1]); len(e.Exceptions) > 1 && !strings.HasSuffix(text, root) {
		text += " (" + root + ")"
	}
	return text
}

// headline is the line that names an exception; without a message, by where it was thrown.
func headline(x event.Exception) string {
	switch {
	case x.Message != "" && strings.HasPrefix(x.Message, x.Type):
		return x.Message
	case x.Message != "":
		return x.Type + ": " + x.Message
	case len(x.Frames) > 0:
		return x.Type + " in " + frameName(x.Frames[0])
	}
	return x.Type
}

// distinctRuns drops a frame that repeats the one before it: a recursion's
// depth is no part of the identity.
func distinctRuns(frames []string) []string {
	var kept []string
	for i, f := range frames {
		if i == 0 || f != frames[i-1] {
			kept = append(kept, f)
		}
	}
	return kept
}

// frameName names a frame by module and function, without what changes from
// build to build or machine to machine.
func frameName(f event.Frame) string {
	return moduleName(f) + "." + stableName(f.Function)
}

// moduleName is the module, or the file's name without folders and ending: a
// container's path and a checkout's path to one file differ.
func moduleName(f event.Frame) string {
	if f.Module != "" {
		return stableName(f.Module)
	}
	base := path.Base(strings.ReplaceAll(f.File, `\`, "/"))
	stem := strings.TrimSuffix(base, path.Ext(base))
	return withoutHash(stem)
}

// withoutHash drops a bundle's content hash: "main.3f2a9c1b" and "main-BkX9aZ1q"
// are "main".
func withoutHash(stem string) string {
	cut := strings.LastIndexAny(stem, ".-")
	if cut <= 0 || !hasDigit(stem[cut+1:]) {
		return stem
	}
	if word := stem[cut+1:]; len(word) >= 6 && isHex(word) || len(word) >= 8 && isMixedCase(word) {
		return stem[:cut]
	}
	return stem
}

// isMixedCase distinguishes a hash in base 64 from a name with a number at its end.
func isMixedCase(s string) bool {
	return strings.ContainsAny(strings.TrimRight(s, "0123456789"), "0123456789") && strings.ToLower(s) != s && strings.ToUpper(s) != s
}

// stableName drops the numbers that compilers put behind "$", "func", "lambda",
// "closure#" and .NET's "m__" and the like, and addresses behind "@" and "/0x".
func stableName(name string) string {
	if cut := strings.Index(name, "/0x"); cut > 0 {
		name = name[:cut]
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if c := name[i]; c < '0' || c > '9' || !numbered(b.String()) {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func numbered(before string) bool {
	for _, end := range []string{"$", ".func", ".gowrap", "lambda", "-fm", "closure#", "__", "AnonStorey", "DisplayClass", "DisplayClass_"} {
		if strings.HasSuffix(before, end) {
			return true
		}
	}
	return strings.HasSuffix(before, ".") && strings.Contains(before, ".func")
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Adopt makes the chain of an event that another tool read, such as Sentry, look
// like the one that Parse returns for what the runtime prints of the same
// failure: types and functions as the runtime writes them, modules and in-app
// frames by the rules here. The event's Runtime says which; of one that is not
// known here all stays as it is.
func Adopt(e *event.Event) {
	adopt, ok := adopters[e.Runtime]
	if !ok {
		return
	}
	for i := range e.Exceptions {
		for j := range e.Exceptions[i].Frames {
			adopt.frame(&e.Exceptions[i].Frames[j])
		}
		if adopt.typ != nil {
			e.Exceptions[i].Type = adopt.typ(e.Exceptions[i].Type)
		}
	}
	if adopt.chain != nil {
		e.Exceptions = adopt.chain(e)
	}
}

// adopter is how one runtime's frames, types and chains become ours.
type adopter struct {
	frame func(*event.Frame)
	typ   func(string) string
	chain func(*event.Event) []event.Exception
}

var adopters = map[string]adopter{
	"node":    {frame: adoptNode},
	"browser": {frame: adoptNode},
	"python":  {frame: adoptPython, typ: pythonType},
	"java":    {frame: adoptJava, chain: withoutCommon},
	"go":      {frame: adoptGo, chain: goChain},
}

// adoptNode writes a function without a name as V8 prints it, where other tools
// put a question mark, and drops the module, which V8 does not print.
func adoptNode(f *event.Frame) {
	f.Module, f.File = "", nodeFile(f.File)
	switch owner, ok := strings.CutSuffix(f.Function, ".?"); {
	case ok:
		f.Function = owner + ".<anonymous>"
	case f.Function == "?" || f.Function == "<anonymous>":
		f.Function = ""
	default:
		f.Function = strings.TrimPrefix(f.Function, "async ")
	}
	f.InApp = nodeInApp(f.File)
}

// adoptPython drops the classes and functions around a function, which a
// traceback does not print. A file names the module as it does in a traceback.
func adoptPython(f *event.Frame) {
	f.Function = f.Function[strings.LastIndexByte(f.Function, '.')+1:]
	if f.File == "" {
		f.Module = f.Module[strings.LastIndexByte(f.Module, '.')+1:]
		return
	}
	f.Module, f.InApp = pythonModule(f.File), pythonInApp(f.File)
}

// pythonType drops the modules that a traceback does not print.
func pythonType(name string) string {
	for _, module := range []string{"builtins.", "__builtins__.", "__main__.", "exceptions."} {
		name = strings.TrimPrefix(name, module)
	}
	return name
}

func adoptJava(f *event.Frame) {
	f.Module = cutJavaModule(f.Module)
	f.InApp = javaInApp(f.Module)
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

func adoptGo(f *event.Frame) {
	f.InApp = f.Module != "" && goInApp(f.Module, f.File)
}

// goChain gives the exceptions the types that are made of a panic's or an error's
// text. Go prints the message of a panic's error whole, with those of the errors
// it wraps, and one stack; of an error each that recorded a stack. A panic that was
// recovered is told as fatal.
func goChain(e *event.Event) []event.Exception {
	kind := "error"
	if e.Level == event.Fatal {
		kind = "panic"
	}
	var chain []event.Exception
	for _, x := range e.Exceptions {
		if len(x.Frames) > 0 {
			x.Frames = belowPanic(x.Frames)
			x.Type = goType(kind, x.Message)
			chain = append(chain, x)
		}
	}
	surfaced := e.Exceptions[0].Message
	switch {
	case len(chain) == 0:
		return []event.Exception{{Type: goType(kind, surfaced), Message: surfaced}}
	case kind == "panic" || len(chain) == 1:
		return []event.Exception{{Type: goType(kind, surfaced), Message: surfaced, Frames: chain[0].Frames}}
	}
	return chain
}

package code

import (
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

const maxFunction = 500 // lines that are searched for a definition, up from the failing one

// HasName reports whether Named can look for a frame's function: it has a name, in a language that is known.
func HasName(f event.Frame, runtime string) bool { return definitionOf(f, runtime) != nil }

// Named reports whether a line is in the function that a frame names, judging by indentation: the definition
// is on the line itself, or above it and indented less than the line and every statement in between. It
// returns false if HasName does, or if the line cannot fail or is shorter than the frame's column.
func Named(text string, line int, f event.Frame, runtime string) bool {
	lines := Lines(text)
	definition := definitionOf(f, runtime)
	if line < 1 || line > len(lines) || definition == nil ||
		idle.MatchString(strings.TrimSpace(lines[line-1])) || f.Column > len(lines[line-1])+1 {
		return false
	}
	innermost := indent(lines[line-1])
	for i := line - 1; i >= 0 && i >= line-maxFunction; i-- {
		depth := indent(lines[i])
		if (i == line-1 || depth < innermost) && definition(lines[i]) {
			return true
		}
		if opens.MatchString(lines[i]) {
			innermost = min(innermost, depth)
		}
	}
	return false
}

// Unmoved reports whether a line has the same number in two versions of a file: it or both neighbours agree.
func Unmoved(a, b string, line int) bool {
	before, after := Lines(a), Lines(b)
	same := func(n int) bool {
		return n < 1 || n > len(before) && n > len(after) || n <= len(before) && n <= len(after) && before[n-1] == after[n-1]
	}
	return line <= len(before) && line <= len(after) && (same(line) || same(line-1) && same(line+1))
}

var (
	// idle matches a line that cannot fail: a comment, brackets, end or else.
	idle = regexp.MustCompile(`^(?://|#|/\*|\* |--|(?:[(){}\[\];,*/ \t]*|end|else|\} else \{)$)`)
	// opens matches a line that may begin a statement. One that begins with an operator continues the last.
	opens = regexp.MustCompile(`^[ \t]*[^ \t(){}\[\]<>,.:;#/*|&=+\-?]`)
)

// indent returns the width of a line's indentation; a tab counts as 8 columns.
func indent(line string) int {
	space := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	return len(space) + 7*strings.Count(space, "\t")
}

// definitionOf returns a function that reports whether a line defines a frame's function. It is nil if the
// function has no name, or if no pattern for the runtime's definitions exists.
func definitionOf(f event.Frame, runtime string) func(line string) bool {
	name, class := functionName(f, runtime)
	pattern := definitions[runtime]
	if class {
		pattern = classDefinition
	}
	if name == "" || pattern == "" {
		return nil
	}
	named := func(pattern string) *regexp.Regexp {
		return regexp.MustCompile(strings.ReplaceAll(pattern, "NAME", regexp.QuoteMeta(name)))
	}
	is, call := named(pattern), named(`\b(?:return|throw|new|await|yield|else|case|in|and|or|not)\s+NAME\b`)
	return func(line string) bool { return is.MatchString(line) && !call.MatchString(line) }
}

const (
	classDefinition = `\b(?:class|struct|record|enum|interface|object)\s+NAME\b|^\s*(?:[\w<>]+\s+)*NAME\s*\(.*\{\s*$|` +
		`\b(?:constructor|__construct)\s*\(`
	scriptDefinition = `\bfunction\s*\*?\s*NAME\b|\bNAME["'\]]?\s*[:=]\s*(?:async\b\s*)?(?:function\b|\(|\w+\s*=>)` +
		`|^\s*(?:(?:public|private|protected|static|async|override|get|set)\s+)*[*#]?NAME\s*(?:<[^>]*>)?` +
		`\((?:\s*$|(?:[^()]|\([^()]*\))*\)\s*(?::[^={]*)?\{)`
	typedDefinition = `(?:[\w>\])?*&]\s+|\bfun\s+(?:[\w<>?., ]+\.)?)NAME\s*(?:<[^>]*>)?\([^;]*$|\b(?:fun|def)\s+NAME\b`
)

// definitions maps a runtime to the pattern of a function's definition, where NAME stands for its name.
var definitions = map[string]string{
	"node": scriptDefinition, "browser": scriptDefinition, "java": typedDefinition, "dotnet": typedDefinition,
	"python": `\bdef\s+NAME\b`, "ruby": `\bdef\s+(?:\w+\.)?NAME(?:\W|$)|\bdefine_method\W+NAME\b`, "go": `^func\s+(?:\([^)]*\)\s*)?NAME\b`,
	"php": `\bfunction\s*&?\s*NAME\b`, "rust": `\bfn\s+NAME\b`,
	"elixir": `\bdefp?\s+NAME\b`, "perl": `\bsub\s+NAME\b`, "tcl": `\bproc\s+\S*NAME\b`,
}

var (
	generated = regexp.MustCompile(`<(\w+)>[a-z]__`) // by C#'s compiler: "<TotalAsync>d__5", "<Total>b__0"
	word      = regexp.MustCompile(`^[\pL_$][\pL\pN_$]*[?!]?$`)
	closure   = regexp.MustCompile(`^(?:func\d+|gowrap\d+|\d+|-range\d+|\{closure.*|<anonymous>|<lambda>)$`)
)

// functionName returns the name that the code gives to a frame's function. For a constructor it returns the
// class's name, and true. The name is empty if the code gives none.
func functionName(f event.Frame, runtime string) (name string, class bool) {
	s, _, _ := strings.Cut(f.Function, " [as ")
	s = s[strings.LastIndexByte(s, ' ')+1:] // "new Cart", "block in total"
	owner := f.Module[strings.LastIndexAny(f.Module, `./\+$`)+1:]
	switch {
	case strings.HasPrefix(f.Function, "new "):
		return lastWord(s), true
	case s == "<init>", s == "<clinit>", s == ".ctor", s == ".cctor", s == "__construct":
		return plainWord(owner), true
	case runtime == "elixir": // "total/1", "anonymous fn/1 in Shop.Cart.total/1"
		s, _, _ = strings.Cut(s, "/")
	case generated.MatchString(f.Module + "." + s):
		found := generated.FindAllStringSubmatch(f.Module+"."+s, -1)
		return found[len(found)-1][1], false
	case runtime == "go":
		parts := strings.Split(strings.ReplaceAll(s, "[...]", ""), ".")
		for len(parts) > 1 && closure.MatchString(parts[len(parts)-1]) {
			parts = parts[:len(parts)-1]
		}
		return plainWord(parts[len(parts)-1]), false
	}
	return lastWord(s), false
}

func lastWord(s string) string { return plainWord(s[strings.LastIndexAny(s, `.#:\>`)+1:]) }

func plainWord(s string) string {
	if !word.MatchString(s) || closure.MatchString(s) {
		return ""
	}
	return s
}

package code

import (
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

const maxFunction = 500 // lines above the failing one where its function may begin

// HasName reports whether a frame's function has a name that code can have, so that Named can find it.
func HasName(f event.Frame, runtime string) bool { return definitionOf(f, runtime) != nil }

// Named reports whether a line is in the function that a frame names: its definition is on the line or above
// it, and nothing in between ends it. A frame whose function has no name cannot be checked: false.
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

// Unmoved reports whether a line has the same place in two versions of a file: it or both neighbours agree.
func Unmoved(a, b string, line int) bool {
	before, after := Lines(a), Lines(b)
	same := func(n int) bool {
		return n < 1 || n > len(before) && n > len(after) || n <= len(before) && n <= len(after) && before[n-1] == after[n-1]
	}
	return line <= len(before) && line <= len(after) && (same(line) || same(line-1) && same(line+1))
}

var (
	// idle matches a line that cannot fail: a comment or brackets.
	idle = regexp.MustCompile(`^(?://|#|/\*|\* |--|(?:[(){}\[\];,*/ \t]*|end|else|\} else \{)$)`)
	// opens matches the start of a statement, a word. Brackets continue a line, such as parameters.
	opens = regexp.MustCompile(`^[ \t]*[^ \t(){}\[\]<>,.:;#/*|&=+\-?]`)
)

func indent(line string) int {
	space := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	return len(space) + 7*strings.Count(space, "\t")
}

// definitionOf returns a test of a line for the definition of a frame's function; nil if it has no name.
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
		`|^\s*(?:(?:public|private|protected|static|async|override|get|set)\s+)*[*#]?NAME\s*(?:<[^>]*>)?\((?:\s*$|(?:[^()]|\([^()]*\))*\)\s*(?::[^={]*)?\{)`
	typedDefinition = `(?:[\w>\])?*&]\s+|\bfun\s+(?:[\w<>?., ]+\.)?)NAME\s*(?:<[^>]*>)?\([^;]*$|\b(?:fun|def)\s+NAME\b`
)

// definitions finds the definition of NAME, by runtime.
var definitions = map[string]string{
	"node": scriptDefinition, "browser": scriptDefinition, "java": typedDefinition, "dotnet": typedDefinition,
	"python": `\bdef\s+NAME\b`, "ruby": `\bdef\s+(?:\w+\.)?NAME(?:\W|$)|\bdefine_method\W+NAME\b`, "go": `^func\s+(?:\([^)]*\)\s*)?NAME\b`,
	"php": `\bfunction\s*&?\s*NAME\b`, "rust": `\bfn\s+NAME\b`, "elixir": `\bdefp?\s+NAME\b`, "perl": `\bsub\s+NAME\b`, "tcl": `\bproc\s+\S*NAME\b`,
}

var (
	generated = regexp.MustCompile(`<(\w+)>[a-z]__`) // of C#: "<TotalAsync>d__5", "<Total>b__0"
	word      = regexp.MustCompile(`^[\pL_$][\pL\pN_$]*[?!]?$`)
	closure   = regexp.MustCompile(`^(?:func\d+|gowrap\d+|\d+|-range\d+|\{closure.*|<anonymous>|<lambda>)$`)
)

// functionName returns the name of a frame's function in the code, or of the class that it constructs.
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

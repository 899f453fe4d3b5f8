package slack

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/org/errmon-action/internal/event"
)

// alert is a message without what an alerting program put in front of the log
// line that it quotes.
type alert struct {
	rest                 string // from the log line on
	level                event.Level
	service, environment string
}

// decoration is what stands in front of the quoted line: a level, and where it
// happened, as in "ERROR in checkout:" or "[FATAL] from billing-worker (prod) |".
var decoration = regexp.MustCompile(`^\[?(?i:(error|err|fatal|critical|panic|alert|warning|warn|exception|failure))\]?` +
	`(?:\s+(?:in|from)\s+\[?([\w./@-]+?)\]?(?:\s+\(([\w-]+)\))?)?(\s*:|\s+[|–—-]+\s|\s*$)\s*`)

// logged is a line as loggers print it, with its level in front.
var logged = regexp.MustCompile(`^\[?(?:ERROR|FATAL|CRITICAL|PANIC)\b`)

// failing is how the line of an exception begins: with its type.
var failing = regexp.MustCompile(`^(?:Uncaught |Unhandled )?(?:[\w.$:\\]*(?:Error|Exception|Panic)(?:: | \()|panic: |Traceback \()`)

// environments are names of places that are not services.
var environments = map[string]bool{
	"production": true, "prod": true, "live": true, "staging": true, "stage": true, "preprod": true,
	"development": true, "dev": true, "test": true, "testing": true, "qa": true, "sandbox": true,
}

// readAlert finds the line that begins as a program's does and strips its
// decoration. A text without one, or with nothing else, stays as it is.
func readAlert(text string) alert {
	text = withoutSigns(text)
	for from := text; from != ""; _, from, _ = strings.Cut(from, "\n") {
		from = withoutSigns(from)
		if m, ok := decorationOf(from); ok {
			if rest := withoutSigns(from[len(strings.TrimRight(m[0], " ")):]); rest != "" {
				return decorated(m, rest)
			}
		}
		if isLogged(from) {
			return alert{rest: from}
		}
	}
	return alert{rest: text}
}

// isAlert reports whether a text begins as a program's does, not a person's.
func isAlert(text string) bool {
	text = withoutSigns(text)
	_, decorated := decorationOf(text)
	return decorated || isLogged(text)
}

func isLogged(text string) bool { return logged.MatchString(text) || failing.MatchString(text) }

// decorated is the alert of a line with a decoration.
func decorated(m []string, rest string) alert {
	a := alert{rest: rest, service: m[2], environment: m[3]}
	if environments[strings.ToLower(m[2])] {
		a.service, a.environment = "", m[2]
	}
	switch strings.ToLower(m[1]) {
	case "alert", "exception", "failure": // say no level
	default:
		a.level, _ = event.ParseLevel(m[1])
	}
	return a
}

// decorationOf distinguishes the decoration of the first line from an exception's own
// line: "Error: no such file" is one, "ERROR: no such file" is as a logger prints it.
func decorationOf(text string) (m []string, ok bool) {
	line, _, _ := strings.Cut(text, "\n")
	m = decoration.FindStringSubmatch(line)
	return m, m != nil && (m[2] != "" || strings.TrimSpace(m[4]) != ":" || strings.HasPrefix(m[0], "[") || strings.ToUpper(m[1]) == m[1])
}

// withoutSigns drops pictures, bullets and white space from the front.
func withoutSigns(text string) string {
	return strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r == '\ufe0f' || r == '\u200d' || r == '•'
	})
}

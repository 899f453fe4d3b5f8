package logtext

import (
	"slices"
	"strings"
	"unicode"

	"github.com/org/errmon-action/internal/event"
)

// spelling is the way a word is written, from the least to the most likely to be a level.
type spelling int

const (
	noLevel  spelling = iota
	letter            // "E"
	ordinary          // "LOG", "note": one of ordinaryWords
	small             // "error", "Error": just as likely a word of a sentence
	capital           // "ERROR"
)

// ordinaryWords are levels, in upper or lower case, that are also common words in sentences.
var ordinaryWords = [...]string{"LOG", "NOTE", "OK", "FAIL", "FINE", "CONFIG", "STATUS", "SUCCESS", "AUDIT",
	"HINT", "ALL", "SYSTEM", "ASSERT", "NOTICE", "VERBOSE"}

// levelWord parses a level as loggers print it before a message: in full, abbreviated, or as one letter.
func levelWord(word string) (event.Level, spelling) {
	switch {
	case word == "" || !isLetter(word[0]):
		return event.Unknown, noLevel
	case len(word) == 1:
		return letterLevels[word[0]], letter
	}
	level, ok := event.ParseLevel(word)
	if strings.EqualFold(word, "EROR") { // printed by log15 and Gleam, but a mistake in settings, so ParseLevel rejects it
		level, ok = event.Error, true
	}
	equal := func(w string) bool { return strings.EqualFold(w, word) }
	switch {
	case !ok:
		return event.Unknown, noLevel
	case strings.IndexByte("LNOFCSAHV", word[0]&^0x20) >= 0 && slices.ContainsFunc(ordinaryWords[:], equal): // rules out most words cheaply
		return level, ordinary
	case strings.ContainsFunc(word, unicode.IsLower):
		return level, small
	}
	return level, capital
}

// letterLevels are the levels that glog, Android, Ruby, Telegraf and others print as one letter.
var letterLevels = [256]event.Level{'T': event.Trace, 'V': event.Trace, 'D': event.Debug, 'I': event.Info, 'N': event.Info, 'W': event.Warn,
	'E': event.Error, 'F': event.Fatal, 'C': event.Fatal, 'A': event.Fatal, 'P': event.Fatal}

// bracketLevel parses a level in brackets, in upper or lower case, possibly padded or marked, like "[E!]".
func bracketLevel(inner string) (event.Level, spelling) {
	inner = strings.Trim(inner, " \t!*.:")
	if len(inner) == 1 && strings.Contains("ewidfct", inner) {
		return letterLevels[inner[0]&^0x20], letter
	}
	return levelWord(inner)
}

// symbols are the emoji and signs that loggers print for each level.
var symbols = [...]string{
	event.Error: "❌✖✗✘⨯❗‼⛔🚫🔴❤🟥💔⊗🛑🚨❎💢",
	event.Fatal: "🔥💥💀☠🆘🧨☢",
	event.Warn:  "⚠🟡🟠💛🧡🟨🚧",
	event.Info:  "ℹ💙🔵🟦✅✔✓🟢💚🟩💡📝🚀🎉📢💬▶",
	event.Debug: "🐛🐞🔍🔎🔧💜🟣●○🤖🕵⚪⚫🔬",
}

// severities maps syslog's severities, which are the last three bits of a priority, to levels.
var severities = [8]event.Level{event.Fatal, event.Fatal, event.Fatal, event.Error, event.Warn, event.Info, event.Info, event.Debug}

// fieldLevel parses the value of a structured level field. The key determines what a number means.
func fieldLevel(key, value string) event.Level {
	value = strings.Trim(value, " []<>():")
	if isNumber(value) {
		n, _ := run(value)
		return numberLevel(key, n)
	}
	if n := lettersIn(value); n < len(value) && (value[n] == '+' || value[n] == '-' || value[:n] == "D") { // slog's "ERROR+4", MongoDB's "D1"
		value = value[:n]
	}
	level, _ := levelWord(value)
	return level
}

// numberLevel parses the numbers of syslog (0 to 7), OpenTelemetry (1 to 24), Python (to 50), pino and bunyan
// (10 to 60, with custom ones between), Monolog and Google Cloud (to 600 and 800), java.util.logging (700 to
// 1000), logback (5000 to 40000) and log4net (60000 to 120000).
func numberLevel(key string, n int) event.Level {
	inKey := func(word string) bool { return strings.Contains(strings.ToLower(key), word) }
	switch {
	case key == "status", key == "priority" && n > 7, inKey("number") && (n < 1 || n > 24):
		return event.Unknown // an HTTP status, a job's priority, an invalid severity number
	case inKey("number"): // OpenTelemetry has four numbers per level
		return event.Trace + event.Level((n-1)/4)
	case key == "levelno": // Python
		return event.Level(min(n/10, 5)) + event.Trace
	case n < 8 && (inKey("prio") || inKey("sev") || inKey("syslog")):
		return severities[n]
	case n < 10:
		return event.Unknown
	case n < 100:
		return min(event.Unknown+event.Level(n/10), event.Fatal)
	case n <= 800 && key == "severity": // Google Cloud, where DEBUG is 100
		return [...]event.Level{event.Unknown, event.Debug, event.Info, event.Info, event.Warn, event.Error, event.Fatal, event.Fatal, event.Fatal}[n/100]
	case n <= 600: // Monolog
		return [...]event.Level{event.Unknown, event.Debug, event.Info, event.Warn, event.Error, event.Fatal, event.Fatal}[n/100]
	case n < 1100: // java.util.logging
		return [...]event.Level{event.Debug, event.Info, event.Warn, event.Error}[max(n/100, 7)-7]
	case n >= 5000 && n < 60_000: // logback; log4net's INFO is 40000 too, but it prints the name
		return event.Trace + event.Level(n/10_000)
	case n >= 60_000 && n <= 130_000: // log4net
		return min(event.Warn+event.Level(n/10_000-5)/2, event.Fatal)
	}
	return event.Unknown
}

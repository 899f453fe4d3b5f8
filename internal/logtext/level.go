package logtext

import (
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
)

// spelling is how a level is written, and so how sure it is that it is one.
type spelling int

const (
	noLevel  spelling = iota
	letter            // "E"
	ordinary          // "LOG", "note": a word of sentences in any case
	small             // "error", "Error": as likely a word of a sentence
	capital           // "ERROR"
)

// maxLevelWord is the length of "informational".
const maxLevelWord = 13

// levelWord reads a level as loggers print it in front of a message: whole, in
// three or four letters, or one.
func levelWord(word string) (event.Level, spelling) {
	if len(word) == 0 || len(word) > maxLevelWord {
		return event.Unknown, noLevel
	}
	if len(word) == 1 {
		return levelLetter(word[0]), letter
	}
	var upper [maxLevelWord]byte
	how := capital
	for i := 0; i < len(word); i++ {
		c := word[i]
		if c >= 'a' && c <= 'z' {
			c, how = c-'a'+'A', small
		}
		upper[i] = c
	}
	level := levelNamed(upper[:len(word)])
	if level == event.Unknown {
		return level, noLevel
	}
	switch string(upper[:len(word)]) {
	case "LOG", "NOTE", "OK", "FAIL", "FINE", "CONFIG", "STATUS", "SUCCESS", "AUDIT", "HINT", "ALL", "SYSTEM", "ASSERT", "NOTICE", "VERBOSE":
		how = ordinary
	}
	return level, how
}

// levelNamed reads a name in capitals.
func levelNamed(name []byte) event.Level {
	switch string(name) {
	case "TRACE", "TRC", "TRAC", "TRCE", "TRA", "FINEST", "FINER", "SILLY", "VERBOSE", "VERB", "VRB", "ALL":
		return event.Trace
	case "DEBUG", "DBG", "DEBU", "DBUG", "DEB", "FINE", "CONFIG":
		return event.Debug
	case "INFO", "INF", "NOTICE", "NOTE", "NOTI", "NTC", "INFORMATION", "INFORMATIONAL", "LOG", "OK", "STATUS", "SUCCESS", "SUCC", "AUDIT", "HINT", "SYSTEM":
		return event.Info
	case "WARN", "WRN", "WARNING", "WARNG", "WAR", "DEPRECATED", "DEPRECATION":
		return event.Warn
	case "ERROR", "ERR", "ERRO", "EROR", "ERRR", "SEVERE", "SEV", "FAIL", "EXCP", "ASSERT":
		return event.Error
	case "FATAL", "FTL", "FATA", "FATL", "CRITICAL", "CRIT", "CRT", "CRI", "ALERT", "ALRT", "EMERG", "EMERGENCY", "EMRG", "EMR", "PANIC", "DPANIC", "PANI", "PNC", "DFATAL":
		return event.Fatal
	}
	return event.Unknown
}

// levelLetter reads the letters of glog, Android, Ruby and Telegraf.
func levelLetter(c byte) event.Level {
	switch c {
	case 'T', 'V':
		return event.Trace
	case 'D':
		return event.Debug
	case 'I', 'N':
		return event.Info
	case 'W':
		return event.Warn
	case 'E':
		return event.Error
	case 'F', 'C', 'A', 'P':
		return event.Fatal
	}
	return event.Unknown
}

// bracketLevel reads what stands in brackets, in any case, padded maybe.
func bracketLevel(inner string) (event.Level, spelling) {
	inner = strings.Trim(inner, " \t!*.:")
	switch inner {
	case "FAILED": // systemd's
		return event.Error, capital
	case "EE", "WW", "II": // of X.org
		return levelLetter(inner[0]), capital
	case "e", "w", "i", "d", "f", "c", "t":
		return levelLetter(inner[0] - 'a' + 'A'), letter
	}
	return levelWord(inner)
}

// symbolLevel reads the emoji or sign that s begins with, and returns its length.
func symbolLevel(s string) (event.Level, int) {
	r, n := utf8.DecodeRuneInString(s)
	level := event.Unknown
	switch r {
	case '❌', '✖', '✗', '✘', '⨯', '❗', '‼', '⛔', '🚫', '🔴', '❤', '🟥', '💔', '⊗', '🛑', '🚨', '❎', '💢':
		level = event.Error
	case '🔥', '💥', '💀', '☠', '🆘', '🧨', '☢':
		level = event.Fatal
	case '⚠', '🟡', '🟠', '💛', '🧡', '🟨', '🚧':
		level = event.Warn
	case 'ℹ', '💙', '🔵', '🟦', '✅', '✔', '✓', '🟢', '💚', '🟩', '💡', '📝', '🚀', '🎉', '📢', '💬', '▶':
		level = event.Info
	case '🐛', '🐞', '🔍', '🔎', '🔧', '💜', '🟣', '●', '○', '🤖', '🕵', '⚪', '⚫', '🔬':
		level = event.Debug
	default:
		return event.Unknown, 0
	}
	if strings.HasPrefix(s[n:], "\ufe0f") {
		n += len("\ufe0f")
	}
	return level, n
}

// syslogLevel reads a priority, which holds syslog's severity, and the facility
// maybe.
func syslogLevel(priority int) event.Level {
	switch priority & 7 {
	case 0, 1, 2:
		return event.Fatal
	case 3:
		return event.Error
	case 4:
		return event.Warn
	case 7:
		return event.Debug
	}
	return event.Info
}

// fieldLevel reads the value of a structured level field, whose key shows what
// a number means.
func fieldLevel(key, value string) event.Level {
	value = strings.Trim(value, " []<>():")
	if n, ok := digits(value); ok {
		return numberLevel(key, n)
	}
	if len(value) == 2 && value[0] == 'D' { // MongoDB's D1 to D5
		value = "D"
	}
	level, _ := levelWord(value)
	return level
}

// numberLevel reads pino's and bunyan's numbers (10 to 60), which a program may
// extend, Monolog's and Google Cloud's hundreds, logback's and log4net's ten
// thousands, and syslog's (0 to 7).
func numberLevel(key string, n int) event.Level {
	switch {
	case key == "status", key == "priority" && n > 7: // of an answer, of a job
		return event.Unknown
	case key == "levelno": // Python's
		return event.Level(min(n/10, 5)) + event.Trace
	case n < 10 && key == "LogLevel": // .NET's
		return min(event.Trace+event.Level(n), event.Fatal)
	case n < 8 && (namesSyslog(strings.ToLower(key))): // severity, syslog_level
		return syslogLevel(n)
	case n < 10:
		return event.Unknown
	case n < 100:
		return min(event.Unknown+event.Level(n/10), event.Fatal)
	case n <= 600 && key == "severity": // Google Cloud's, from DEBUG = 100
		return [...]event.Level{event.Unknown, event.Debug, event.Info, event.Info, event.Warn, event.Error, event.Fatal}[n/100]
	case n <= 600: // Monolog's
		return [...]event.Level{event.Unknown, event.Debug, event.Info, event.Warn, event.Error, event.Fatal, event.Fatal}[n/100]
	case n < 1100: // java.util.logging's
		return [...]event.Level{event.Debug, event.Info, event.Warn, event.Error}[max(n/100, 7)-7]
	case n >= 5000 && n <= 130_000:
		return min(event.Debug+event.Level(n/10_000)-1, event.Fatal)
	}
	return event.Unknown
}

// namesSyslog recognises a key whose number is syslog's: priority, syslog_severity.
func namesSyslog(key string) bool {
	return strings.Contains(key, "prio") || strings.Contains(key, "sev") || strings.Contains(key, "syslog")
}

// otelLevel reads OpenTelemetry's severity number: four to a level.
func otelLevel(value string) event.Level {
	n, ok := digits(value)
	if !ok || n < 1 || n > 24 {
		return event.Unknown
	}
	return event.Trace + event.Level((n-1)/4)
}

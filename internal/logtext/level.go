package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// capitalLevel reads a level as loggers print it in front of a message, in
// capitals, whole or shortened.
func capitalLevel(word string) event.Level {
	switch word {
	case "TRACE", "TRC", "FINEST", "FINER", "SILLY":
		return event.Trace
	case "DEBUG", "DBG", "DEBU":
		return event.Debug
	case "INFO", "INF", "NOTICE", "INFORMATION":
		return event.Info
	case "WARN", "WRN", "WARNING":
		return event.Warn
	case "ERROR", "ERR", "ERRO", "SEVERE":
		return event.Error
	case "FATAL", "FTL", "FATA", "CRITICAL", "CRIT", "ALERT", "EMERG", "EMERGENCY", "PANIC", "DPANIC", "PNC":
		return event.Fatal
	}
	return event.Unknown
}

// smallLevel reads a level that is set off in another way than by capitals: in
// brackets, before a colon, or right after a time.
func smallLevel(word string) event.Level {
	switch word {
	case "trace", "debug", "info", "notice", "warn", "warning", "error", "err", "severe",
		"fatal", "critical", "crit", "alert", "emerg", "emergency":
		return capitalLevel(strings.ToUpper(word))
	case "Trace", "Debug", "Info", "Information", "Notice", "Warn", "Warning", "Fatal", "Critical":
		return capitalLevel(strings.ToUpper(word)) // "Error:" names an exception instead
	}
	return event.Unknown
}

// bracketLevel reads what stands in brackets, in any case.
func bracketLevel(inner string) event.Level {
	if len(inner) > len("information") {
		return event.Unknown
	}
	// Apache puts its module in front: [core:error].
	inner = inner[strings.LastIndexByte(inner, ':')+1:]
	return capitalLevel(strings.ToUpper(strings.TrimSpace(inner)))
}

// glogLevel reads the first word of glog and klog, "E1122" for 22 November.
func glogLevel(s string) event.Level {
	if len(s) < len("E1122 10:00:00") || s[5] != ' ' || s[8] != ':' {
		return event.Unknown
	}
	if _, ok := digits(s[1:5]); !ok {
		return event.Unknown
	}
	switch s[0] {
	case 'I':
		return event.Info
	case 'W':
		return event.Warn
	case 'E':
		return event.Error
	case 'F':
		return event.Fatal
	}
	return event.Unknown
}

// fieldLevel reads the value of a structured level field: a name, pino's and
// bunyan's numbers, which a program may extend, or OpenTelemetry's (1 to 24).
func fieldLevel(value string) event.Level {
	if level, ok := event.ParseLevel(value); ok {
		return level
	}
	if level := capitalLevel(strings.ToUpper(value)); level != event.Unknown {
		return level
	}
	if n, ok := digits(value); ok && n > 10 && n < 100 {
		level, _ := event.ParseLevel(value[:1] + "0")
		return max(level, fatalFrom(n))
	}
	return event.Unknown
}

// fatalFrom returns Fatal from pino's 60 on.
func fatalFrom(n int) event.Level {
	if n >= 60 {
		return event.Fatal
	}
	return event.Unknown
}

// otelLevel reads OpenTelemetry's severity number: four to a level.
func otelLevel(value string) event.Level {
	n, ok := digits(value)
	if !ok || n < 1 || n > 24 {
		return event.Unknown
	}
	return event.Trace + event.Level((n-1)/4)
}

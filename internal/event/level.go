package event

import "strings"

// Level is the severity of an event; a larger one is worse.
type Level int

// The levels, from "not known" to the worst.
const (
	Unknown Level = iota
	Trace
	Debug
	Info
	Warn
	Error
	Fatal
)

var levelNames = [...]string{"unknown", "trace", "debug", "info", "warn", "error", "fatal"}

// String returns the lower-case name that min-level and the marker use.
func (l Level) String() string {
	if l < Unknown || l > Fatal {
		return levelNames[Unknown]
	}
	return levelNames[l]
}

// ParseLevel reads a level by any name that common loggers print, in any case,
// or by pino's and bunyan's numbers (10 to 60). It reports false for all else.
func ParseLevel(name string) (Level, bool) {
	switch strings.ToLower(name) {
	case "trace", "verbose", "silly", "finest", "10":
		return Trace, true
	case "debug", "fine", "finer", "config", "20":
		return Debug, true
	case "info", "information", "informational", "notice", "log", "30":
		return Info, true
	case "warn", "warning", "40":
		return Warn, true
	case "error", "err", "severe", "50":
		return Error, true
	case "fatal", "critical", "crit", "panic", "dpanic", "alert", "emerg", "emergency", "60":
		return Fatal, true
	}
	return Unknown, false
}

package event

// Level is the severity of an event; larger is worse.
type Level int

// The levels, from unknown to the worst.
const (
	Unknown Level = iota
	Trace
	Debug
	Info
	Warn
	Error
	Fatal
)

var levelNames = []string{"unknown", "trace", "debug", "info", "warn", "error", "fatal"}

// LevelNames are the names of the known levels, lowest first.
var LevelNames = levelNames[Trace:]

// String returns the lower-case name that min-level and the marker use.
func (l Level) String() string {
	if l < Unknown || l > Fatal {
		return levelNames[Unknown]
	}
	return levelNames[l]
}

// ParseLevel reads a level as common loggers print it: a word or its abbreviation, in any case,
// or a numeric level of pino or bunyan (10 to 60). It reports false for anything else.
func ParseLevel(name string) (Level, bool) {
	var upper [len("informational")]byte // strings.ToUpper allocates, and most words of a log get here
	if len(name) > len(upper) {
		return Unknown, false
	}
	for i := range len(name) {
		upper[i] = name[i]
		if c := name[i]; c >= 'a' && c <= 'z' {
			upper[i] = c - 'a' + 'A'
		}
	}
	switch string(upper[:len(name)]) {
	case "TRACE", "TRC", "TRAC", "TRCE", "TRA", "FINEST", "FINER", "SILLY", "VERBOSE", "VERB", "VRB", "ALL", "10":
		return Trace, true
	case "DEBUG", "DBG", "DEBU", "DBUG", "DEB", "FINE", "CONFIG", "20":
		return Debug, true
	case "INFO", "INF", "NOTICE", "NOTE", "NOTI", "NTC", "INFORMATION", "INFORMATIONAL", "LOG", "OK",
		"STATUS", "SUCCESS", "SUCC", "AUDIT", "HINT", "SYSTEM", "30":
		return Info, true
	case "WARN", "WRN", "WARNING", "WARNG", "WAR", "DEPRECATED", "DEPRECATION", "40":
		return Warn, true
	case "ERROR", "ERR", "ERRO", "SEVERE", "SEV", "FAIL", "EXCP", "ASSERT", "50":
		return Error, true
	case "FATAL", "FTL", "FATA", "FATL", "CRITICAL", "CRIT", "CRT", "CRI", "ALERT", "ALRT", "EMERG", "EMERGENCY",
		"EMRG", "EMR", "PANIC", "DPANIC", "PANI", "PNC", "DFATAL", "60":
		return Fatal, true
	}
	return Unknown, false
}

package cloudwatch

// DefaultFilterPattern matches the errors of common loggers and runtimes. It also matches the lines of their
// stack traces, so that most traces are complete even if each line is an event. Its test lists what it
// matches, its false matches, and errors that it cannot match.
//
// It contains only "?" terms, because CloudWatch ignores them beside any other kind. Terms are case-sensitive
// and match anywhere in an event, even inside words. A false match only costs reading time, because levels
// are parsed afterwards. Of warnings, only Redis's match by level: to read all, set filter-pattern or reader.
//
// Most Java and Go frames begin with a tab, but no term contains one: the service does not document whether a
// pattern may, and if it refused the pattern, nothing would be found. The ends of these frames match instead.
const DefaultFilterPattern = `` +
	// Levels in capitals, in full or abbreviated: ERROR, ERRO and ERR; FATAL and FATA; CRITICAL and CRIT.
	`?ERR ?FATA ?CRIT ?SEVERE ?PANIC ?ALERT ` +
	// One-letter levels, such as glog's E0314 and Telegraf's "E!"; Redis's "#" for warnings; the priorities of
	// systemd and syslog (facilities user and daemon); the emoji that developers put before errors.
	`?E0 ?E1 ?"[E" ?" E " ?"|E" ?"E!" ?"]E:" ?"E/" ?" # " ?"<3>" ?"<2>" ?"<11>" ?"<27>" ?"❌" ` +
	// Exceptions in all languages, by the usual suffixes: TypeError, IllegalStateException.
	`?Error ?Exception ` +
	// Levels of logrus, zap, zerolog, winston, syslog and .NET; Go's "fatal error:" and Rust's "panicked".
	`?fatal ?panic ?crit ?"[emerg" ?"[alert" ?fail ` +
	// A lower-case "error" alone is too frequent. These are its forms as a level: in logrus (level=error),
	// winston (error: …), Zig (error(…), structlog and nginx ([error …), between spaces, as a JSON value but
	// not as a key, and in JSON nested in JSON, where every quote is escaped; log15's "eror".
	`?"=err" ?"error:" ?"error(" ?"[err" ?" error " ?":\"err" ?": \"err" ?"error\\" ?eror ?" err " ` +
	// A JSON key "error" with text, as zap writes it; "error" after a colour code, which ends in "m".
	`?"\"error\":\"" ?"\"error\": \"" ?merror ` +
	// The numbers for error and fatal: pino and bunyan (also nested in JSON), Nextcloud; journald's for error.
	`?"evel\":50" ?"evel\":60" ?"evel\\\":50" ?"evel\\\":60" ?"evel\":3," ?"evel\":4," ?"ITY\":\"3" ` +
	// Lambda's timeouts, as text and JSON; failures in Step Functions and systemd; uncaught exceptions.
	`?"Task timed out" ?"\"timeout\"" ?Failed ?TimedOut ?Uncaught ?Unhandled ` +
	// Python: a trace's first line, its frames, the text between chained exceptions; exceptions.Timeout.
	`?Traceback ?" File " ?"above exception" ?"exceptions." ` +
	// Frames of Node, browsers and .NET, after two or more spaces; .NET's inner exceptions; Firefox, Safari.
	`?"  at " ?"inner exception" ?"@http" ` +
	// Frames of Ruby, PHP and Elixir; Elixir's exits; Perl's errors and frames; the frames of a Tcl error.
	`?".rb:" ?".php(" ?"{main}" ?".ex:" ?"** (" ?".pl line " ?".pm line " ?"    while executing" ` +
	// Frames of Java, Kotlin and Scala, and the lines between them, such as "... 12 common frames omitted".
	`?".java:" ?".kt:" ?".scala" ?"(Native Method)" ?"(Unknown Source)" ?"(<generated>)" ` +
	`?"Caused by: " ?"Suppressed: " ?"... " ` +
	// Go traces: each goroutine's first line, calls with or without arguments, and locations, by the offset at
	// their end: ".go:" would match every line of a logger that prints its caller, such as zap.
	`?"signal " ?"goroutine " ?"(0x" ?"({0x" ?"(...)" ?"()" ?" +0x" ` +
	// The death of a process, as C++, the C library, the shell or the kernel reports it; "command not found".
	`?"terminate called" ?"nd not found" ?" detected" ?"Segmentation " ?"core dumped" ?"ut of memory"`

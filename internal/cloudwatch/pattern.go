package cloudwatch

// DefaultFilterPattern matches the errors of common loggers and runtimes, and the lines of their stack traces
// where each line is an event, so that traces are complete. Its test lists the levels and exceptions that it
// matches, line by line, its false matches, and what it cannot match.
//
// It contains only "?" terms, because CloudWatch ignores them beside any other kind. A term matches anywhere
// in an event, inside words too, and is case-sensitive. A false match costs only reading time: levels are
// parsed afterwards. Warnings do not match: a user who sets min-level to warn must also set filter-pattern.
//
// No term contains a tab, although most frames of Java and Go begin with one: the service does not document
// whether a pattern may, and a refused pattern finds nothing at all. The ends of these frames match instead.
const DefaultFilterPattern = `` +
	// Levels in capitals, whole or shortened: ERROR, ERRO and ERR; FATAL and FATA; CRITICAL and CRIT; ALERT.
	`?ERR ?FATA ?CRIT ?SEVERE ?PANIC ?ALERT ` +
	// Levels as one letter, such as glog's E0314 and Telegraf's "E!"; Redis's sign for a warning, the numbers
	// of systemd and syslog (for user programs and daemons), and a sign that people write before errors.
	`?E0 ?E1 ?"[E" ?" E " ?"|E" ?"E!" ?"]E:" ?"E/" ?" # " ?"<3>" ?"<2>" ?"<11>" ?"<27>" ?"❌" ` +
	// Exceptions of all runtimes, by the usual ends of their names: TypeError, IllegalStateException.
	`?Error ?Exception ` +
	// logrus, zap, zerolog and winston; Go's "fatal error:", Rust's "panicked"; levels of syslog and .NET.
	`?fatal ?panic ?crit ?"[emerg" ?"[alert" ?fail ` +
	// A lower-case "error" alone is too frequent. As a level it occurs in logrus (level=error), winston
	// (error: …), structlog and nginx ([error …), between spaces, as a value in JSON, which excludes the key
	// "error", and in JSON inside JSON, where every quote has a backslash.
	`?"=err" ?"error:" ?"error(" ?"[err" ?" error " ?":\"err" ?": \"err" ?"error\\" ?eror ?" err " ` +
	// An error logged beside a message, also by zap. In colours, the "m" ends the colour's code.
	`?"\"error\":\"" ?"\"error\": \"" ?merror ` +
	// pino and bunyan: error and fatal, also in JSON inside JSON. The same of Nextcloud; journald's error.
	`?"evel\":50" ?"evel\":60" ?"evel\\\":50" ?"evel\\\":60" ?"evel\":3," ?"evel\":4," ?"ITY\":\"3" ` +
	// Lambda's timeouts, as text and JSON; Step Functions, systemd; uncaught exceptions of any name.
	`?"Task timed out" ?"\"timeout\"" ?Failed ?TimedOut ?Uncaught ?Unhandled ` +
	// Python: head, frame, the sentence between chained exceptions, and names such as exceptions.Timeout.
	`?Traceback ?" File " ?"above exception" ?"exceptions." ` +
	// Frames of Node, browsers and .NET, which are indented by two spaces or three; of Firefox and Safari.
	`?"  at " ?"inner exception" ?"@http" ` +
	// Files of Ruby, PHP and Elixir; Elixir's exits; Perl's messages and frames; the commands of a Tcl error.
	`?".rb:" ?".php(" ?"{main}" ?".ex:" ?"** (" ?".pl line " ?".pm line " ?"    while executing" ` +
	// Frames of Java, Kotlin and Scala, and the lines between them, such as "... 12 common frames omitted".
	`?".java:" ?".kt:" ?".scala" ?"(Native Method)" ?"(Unknown Source)" ?"(<generated>)" ` +
	`?"Caused by: " ?"Suppressed: " ?"... " ` +
	// Go traces: the head of each goroutine, the call with or without arguments, and the location, which ends
	// in an offset. (".go:" would match every line of a logger that prints its caller, such as zap.)
	`?"signal " ?"goroutine " ?"(0x" ?"({0x" ?"(...)" ?"()" ?" +0x" ` +
	// Why a process died, as C++, the C library, the shell and the kernel report it; "command not found".
	`?"terminate called" ?"nd not found" ?" detected" ?"Segmentation " ?"core dumped" ?"ut of memory"`

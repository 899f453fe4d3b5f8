package cloudwatch

// MaxFilterPattern is the most characters that CloudWatch takes in a filter
// pattern (the service's model: FilterPattern).
const MaxFilterPattern = 1024

// DefaultFilterPattern finds the errors of the common loggers and runtimes, and
// the lines of their stack traces where each is an event of its own, so that a
// trace comes back whole. What levels and exceptions it finds, what it lets
// through in vain and what it cannot find is shown, line by line, by its test.
//
// It holds "?" terms only, because CloudWatch ignores them beside any other. A
// term is found anywhere in an event, inside words too, and is case-sensitive.
// What it finds in vain costs a little reading time: levels are read properly
// afterwards. It does not find warnings: who sets min-level to warn must
// set filter-pattern as well.
//
// No term holds a tab, though most frames of Java and Go begin with one: nothing
// in the service's documentation says whether a pattern may, and a pattern that
// is refused finds nothing at all. Their frames are known by what they end in.
const DefaultFilterPattern = `` +
	// Levels in capitals, whole or shortened, as most loggers write them: ERROR,
	// ERRO and ERR; FATAL and FATA; CRITICAL and CRIT; HAProxy's ALERT.
	`?ERR ?FATA ?CRIT ?SEVERE ?PANIC ?ALERT ` +
	// Levels as one letter: glog's and klog's E0314, "[E 240314", " E ", Telegraf's
	// "E!", DMS's "]E:", Android's "E/"; Redis's mark of a warning, the numbers of
	// systemd and syslog (of user programs and daemons); the sign that people put in front of errors.
	`?E0 ?E1 ?"[E" ?" E " ?"|E" ?"E!" ?"]E:" ?"E/" ?" # " ?"<3>" ?"<2>" ?"<11>" ?"<27>" ?"❌" ` +
	// Exceptions of all runtimes, by the usual ends of their names: TypeError,
	// IllegalStateException.
	`?Error ?Exception ` +
	// logrus, zap, zerolog and winston as text and JSON; Go's "fatal error:" and
	// "panic:"; Rust's "panicked"; levels of syslog and .NET.
	`?fatal ?panic ?crit ?"[emerg" ?"[alert" ?fail ` +
	// A lower-case "error" is too frequent alone. As a level: of logrus and slog's
	// kin (level=error), winston and plain text (error: …), structlog and nginx
	// ([error …), words between blanks, JSON with and without a space, which leaves
	// out the key "error", and JSON inside of JSON, where every quote has a backslash.
	`?"=err" ?"error:" ?"[err" ?" error " ?":\"err" ?": \"err" ?"error\\" ?eror ?" err " ` +
	// An error that is logged with a message, by zap in its format for people too.
	`?"\"error\":\"" ?"\"error\": \"" ` +
	// The same in colours (winston): the "m" ends the colour's code.
	`?merror ` +
	// pino and bunyan: error and fatal, in JSON and in JSON inside of JSON. Nextcloud's
	// error and fatal, and journald's error.
	`?"evel\":50" ?"evel\":60" ?"evel\\\":50" ?"evel\\\":60" ?"evel\":3," ?"evel\":4," ?"ITY\":\"3" ` +
	// Lambda's time-outs, in its text format and in its JSON format; Step Functions.
	`?"Task timed out" ?"\"timeout\"" ?"Failed\"" ?TimedOut ` +
	// What runtimes print when nothing caught an exception that is named unusually.
	`?Uncaught ?Unhandled ` +
	// Python traces: head, frame, the sentence between chained exceptions, and
	// exceptions whose names have no usual end (requests.exceptions.Timeout).
	`?Traceback ?" File " ?"above exception" ?"exceptions." ` +
	// Frames of Node, of browsers and of .NET, the last being indented by two or three; and
	// of Firefox and Safari.
	`?"  at " ?"inner exception" ?"@http" ` +
	// Frames of Ruby, PHP and Elixir by their files, what Elixir exits and throws,
	// Perl's messages and frames, and the line above the commands of a Tcl error.
	`?".rb:" ?".php(" ?"{main}" ?".ex:" ?"** (" ?".pl line " ?".pm line " ?"    while executing" ` +
	// Frames of Java, Kotlin and Scala, and the joints of their traces, such as "... 12
	// more" and "... 12 common frames omitted".
	`?".java:" ?".kt:" ?".scala" ?"(Native Method)" ?"(Unknown Source)" ?"(<generated>)" ` +
	`?"Caused by: " ?"Suppressed: " ?"... " ` +
	// Go traces: the head of each goroutine, the call with or without arguments, and the
	// place, which ends in an offset. (".go:" would find every line of a logger
	// that prints its caller, such as zap.)
	`?"signal " ?"goroutine " ?"(0x" ?"({0x" ?"(...)" ?"()" ?" +0x" ` +
	// What a process dies of, as C++, the C library, the shell and the kernel say.
	`?"terminate called" ?" detected" ?"Segmentation fault" ?"core dumped" ?"ut of memory"`

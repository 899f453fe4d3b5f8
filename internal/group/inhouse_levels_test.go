package group

import "unicode/utf8"

// severity is what a program means; a levelNotation is how it prints that.
type severity int

const (
	failure severity = iota
	warning
	information
	debugging
)

// levelNotation is one way to print the level in a head.
type levelNotation struct {
	name  string
	words [4]string // by severity
	// bare words can be put into brackets and be followed by a colon.
	bare bool
	// quiet ones look like part of a sentence unless they stand next to a time
	// or between separators.
	quiet bool
	// first ones begin the line, and nothing separates them from what follows.
	first bool
	// named ones hold the logger: "%" in words.
	named bool
}

// closed reports that a sign at its end separates the level from the message.
func (n levelNotation) closed() bool {
	last := n.words[failure][len(n.words[failure])-1]
	return last == ':' || last == '>' && n.words[failure][0] != '<'
}

// drawn reports that the level begins with a sign that is not ASCII.
func (n levelNotation) drawn() bool { return n.words[failure][0] >= utf8.RuneSelf }

// framed reports that the level stands in square brackets.
func (n levelNotation) framed() bool { return n.words[failure][0] == '[' }

func word(name string, words ...string) levelNotation {
	return levelNotation{name: name, words: [4]string(words), bare: true}
}

func quiet(name string, words ...string) levelNotation {
	n := word(name, words...)
	n.quiet = true
	return n
}

func mark(name string, words ...string) levelNotation {
	return levelNotation{name: name, words: [4]string(words)}
}

func named(name string, words ...string) levelNotation {
	return levelNotation{name: name, words: [4]string(words), named: true}
}

var levelNotations = []levelNotation{
	word("ERROR", "ERROR", "WARN", "INFO", "DEBUG"),
	word("ERROR (WARNING)", "ERROR", "WARNING", "INFO", "DEBUG"),
	word("ERR", "ERR", "WRN", "INF", "DBG"),
	word("ERRO", "ERRO", "WARN", "INFO", "DEBU"),
	word("FTL", "FTL", "WRN", "INF", "DBG"),
	word("SEVERE", "SEVERE", "WARNING", "INFO", "FINE"),
	word("CRITICAL", "CRITICAL", "WARNING", "INFO", "DEBUG"),
	word("CRIT", "CRIT", "WARN", "INFO", "DEBUG"),
	word("FATAL", "FATAL", "WARN", "INFO", "DEBUG"),
	word("ALERT", "ALERT", "WARNING", "NOTICE", "DEBUG"),
	word("EMERG", "EMERG", "WARNING", "NOTICE", "DEBUG"),
	word("EMERGENCY", "EMERGENCY", "WARNING", "NOTICE", "DEBUG"),
	word("PANIC", "PANIC", "WARN", "INFO", "DEBUG"),
	quiet("error", "error", "warn", "info", "debug"),
	quiet("Error", "Error", "Warning", "Information", "Debug"),
	quiet("err", "err", "wrn", "inf", "dbg"),
	quiet("eror", "eror", "warn", "info", "dbug"),
	quiet("E", "E", "W", "I", "D"),
	quiet("critical", "critical", "warning", "info", "debug"),
	quiet("fatal", "fatal", "warning", "info", "debug"),
	mark("[ERROR]", "[ERROR]", "[WARN]", "[INFO]", "[DEBUG]"),
	mark("[error]", "[error]", "[warn]", "[info]", "[debug]"),
	mark("[Error]", "[Error]", "[Warning]", "[Info]", "[Debug]"),
	mark("[ERR]", "[ERR]", "[WRN]", "[INF]", "[DBG]"),
	mark("[crit]", "[crit]", "[warn]", "[notice]", "[debug]"),
	mark("[ERROR ]", "[ERROR ]", "[WARN  ]", "[INFO  ]", "[DEBUG ]"),
	mark("[ ERROR ]", "[ ERROR ]", "[ WARN ]", "[ INFO ]", "[ DEBUG ]"),
	mark("[E]", "[E]", "[W]", "[I]", "[D]"),
	mark("<ERROR>", "<ERROR>", "<WARN>", "<INFO>", "<DEBUG>"),
	mark("<error>", "<error>", "<warn>", "<info>", "<debug>"),
	mark("<E>", "<E>", "<W>", "<I>", "<D>"),
	mark("(ERROR)", "(ERROR)", "(WARN)", "(INFO)", "(DEBUG)"),
	mark("(E)", "(E)", "(W)", "(I)", "(D)"),
	mark("{ERROR}", "{ERROR}", "{WARN}", "{INFO}", "{DEBUG}"),
	mark("|ERROR|", "|ERROR|", "|WARN|", "|INFO|", "|DEBUG|"),
	mark("*ERROR*", "*ERROR*", "*WARN*", "*INFO*", "*DEBUG*"),
	mark("***ERROR***", "***ERROR***", "***WARN***", "***INFO***", "***DEBUG***"),
	mark("--ERROR--", "--ERROR--", "--WARN--", "--INFO--", "--DEBUG--"),
	mark("#ERROR#", "#ERROR#", "#WARN#", "#INFO#", "#DEBUG#"),
	mark("ERROR:", "ERROR:", "WARN:", "INFO:", "DEBUG:"),
	mark("error:", "error:", "warn:", "info:", "debug:"),
	mark("Error:", "Error:", "Warning:", "Info:", "Debug:"),
	mark("E:", "E:", "W:", "I:", "D:"),
	mark("fail:", "fail:", "warn:", "info:", "dbug:"),
	mark("ERROR>", "ERROR>", "WARN>", "INFO>", "DEBUG>"),
	mark("level=error", "level=error", "level=warn", "level=info", "level=debug"),
	mark("lvl=error", "lvl=error", "lvl=warn", "lvl=info", "lvl=debug"),
	mark("lvl=ERR", "lvl=ERR", "lvl=WRN", "lvl=INF", "lvl=DBG"),
	mark("severity=ERROR", "severity=ERROR", "severity=WARNING", "severity=INFO", "severity=DEBUG"),
	mark("sev=critical", "sev=critical", "sev=warning", "sev=info", "sev=debug"),
	mark("level:error", "level:error", "level:warn", "level:info", "level:debug"),
	mark("[level=error]", "[level=error]", "[level=warn]", "[level=info]", "[level=debug]"),
	mark("ERROR padded right", "ERROR   ", "WARN    ", "INFO    ", "DEBUG   "),
	mark("ERROR padded left", "   ERROR", "    WARN", "    INFO", "   DEBUG"),
	mark("ERR padded left", "  ERR", " WARN", " INFO", "DEBUG"),
	mark("red ERROR", "\x1b[31mERROR\x1b[0m", "\x1b[33mWARN\x1b[0m", "\x1b[32mINFO\x1b[0m", "\x1b[36mDEBUG\x1b[0m"),
	mark("red error", "\x1b[31merror\x1b[39m", "\x1b[33mwarn\x1b[39m", "\x1b[32minfo\x1b[39m", "\x1b[34mdebug\x1b[39m"),
	mark("bold red [ERROR]", "\x1b[1;31m[ERROR]\x1b[0m", "\x1b[1;33m[WARN]\x1b[0m", "\x1b[1;32m[INFO]\x1b[0m", "\x1b[2m[DEBUG]\x1b[0m"),
	mark("red ERR in brackets", "[\x1b[91mERR\x1b[0m]", "[\x1b[93mWRN\x1b[0m]", "[\x1b[92mINF\x1b[0m]", "[\x1b[37mDBG\x1b[0m]"),
	mark("white on red ERROR", "\x1b[41m\x1b[37m ERROR \x1b[0m", "\x1b[43m\x1b[30m WARN \x1b[0m", "\x1b[42m INFO \x1b[0m", "\x1b[100m DEBUG \x1b[0m"),
	mark("❌", "❌", "⚠️", "ℹ️", "🔍"),
	mark("🔥", "🔥", "⚠️", "ℹ️", "🐛"),
	mark("🛑", "🛑", "⚠️", "ℹ️", "🐛"),
	mark("🚨", "🚨", "⚠️", "✅", "🔍"),
	mark("🔴", "🔴", "🟡", "🟢", "🔵"),
	mark("✖", "✖", "⚠", "ℹ", "●"),
	mark("❌ ERROR", "❌ ERROR", "⚠️ WARN", "ℹ️ INFO", "🐛 DEBUG"),
	mark("🔥 [error]", "🔥 [error]", "⚠️ [warn]", "ℹ️ [info]", "🔍 [debug]"),
	{name: "<3>", words: [4]string{"<3>", "<4>", "<6>", "<7>"}, first: true},
	{name: "<2>", words: [4]string{"<2>", "<4>", "<5>", "<7>"}, first: true},
	named("E/logger", "E/%", "W/%", "I/%", "D/%"),
	named("ERROR/logger", "ERROR/%", "WARNING/%", "INFO/%", "DEBUG/%"),
	named("[ERROR/logger]", "[ERROR/%]", "[WARNING/%]", "[INFO/%]", "[DEBUG/%]"),
	named("logger.ERROR", "%.ERROR", "%.WARNING", "%.INFO", "%.DEBUG"),
	named("logger/error", "%/error", "%/warn", "%/info", "%/debug"),
	named("[logger] ERROR", "[%] ERROR", "[%] WARN", "[%] INFO", "[%] DEBUG"),
	named("[logger:error]", "[%:error]", "[%:warn]", "[%:info]", "[%:debug]"),
	named("ERROR(logger)", "ERROR(%)", "WARN(%)", "INFO(%)", "DEBUG(%)"),
	named("ERROR [logger]:", "ERROR [%]:", "WARN [%]:", "INFO [%]:", "DEBUG [%]:"),
}

// levelValue is one way to write the level in a record: a word under any of
// the usual keys, or a number under the keys at which it means that.
type levelValue struct {
	name   string
	values [4]string // as written in JSON
	keys   []string  // nil: any key
}

func quoted(words ...string) levelValue {
	v := levelValue{name: `"` + words[0] + `"`}
	for i, w := range words {
		v.values[i] = `"` + w + `"`
	}
	return v
}

var levelValues = []levelValue{
	quoted("error", "warn", "info", "debug"),
	quoted("ERROR", "WARN", "INFO", "DEBUG"),
	quoted("Error", "Warning", "Information", "Debug"),
	quoted("err", "warning", "info", "debug"),
	quoted("ERR", "WRN", "INF", "DBG"),
	quoted("E", "W", "I", "D"),
	quoted("eror", "warn", "info", "dbug"),
	quoted("SEVERE", "WARNING", "INFO", "FINE"),
	quoted("CRITICAL", "WARNING", "INFO", "DEBUG"),
	quoted("critical", "warning", "info", "debug"),
	quoted("crit", "warning", "notice", "debug"),
	quoted("FATAL", "WARN", "INFO", "DEBUG"),
	quoted("fatal", "warn", "info", "debug"),
	quoted("alert", "warning", "notice", "debug"),
	quoted("EMERGENCY", "WARNING", "NOTICE", "DEBUG"),
	quoted("panic", "warn", "info", "debug"),
}

var levelNumbers = []levelValue{
	{"50", [4]string{"50", "40", "30", "20"}, []string{"level", "meta>level", "log>level"}},
	{"levelno 40", [4]string{"40", "30", "20", "10"}, []string{"levelno"}},
	{"OTel 17", [4]string{"17", "13", "9", "5"}, []string{"severityNumber", "SeverityNumber", "severity_number"}},
	{"syslog 3", [4]string{"3", "4", "6", "7"}, []string{"syslog_severity"}},
	{`journald "3"`, [4]string{`"3"`, `"4"`, `"6"`, `"7"`}, []string{"PRIORITY"}},
}

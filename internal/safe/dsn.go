package safe

import (
	"regexp"
	"strings"
)

// Credentials that only their position before an "@" gives away: the userinfo of a
// URL (RFC 3986), and what drivers accept without a scheme (Go's mysql driver,
// Oracle's user/password@database).

// maxUserinfo is how far behind "://" the "@" is looked for.
const maxUserinfo = 512

// endsRun are the characters that end what was written in one piece.
const endsRun = " \t\n\r\"'`<>"

func urlCredentials(s string, found []secret) []secret {
	for _, at := range indexAll(s, "://") {
		if end, ok := userinfoEnd(s, at[0], at[1]); ok {
			found = append(found, secret{at[1], end, kindURL})
		}
	}
	return found
}

// userinfoEnd returns where the userinfo ends that begins at start, after a "://" at i.
func userinfoEnd(s string, i, start int) (end int, ok bool) {
	run := s[start:min(len(s), start+maxUserinfo)]
	if n := strings.IndexAny(run, endsRun); n >= 0 {
		run = run[:n]
	}
	last := strings.LastIndexByte(run, '@')
	if last < 1 || run[0] == '/' || run[0] == '?' || run[0] == '#' {
		return 0, false
	}
	authority := run
	if n := strings.IndexAny(run, "/?#"); n >= 0 {
		authority = run[:n]
	}
	user, _, hasPassword := strings.Cut(run[:last], ":")
	if hasPassword && (strings.ContainsAny(user, "/?#@")) {
		hasPassword = false
	}
	web := strings.HasSuffix(s[:i], "http") || strings.HasSuffix(s[:i], "https")
	within := strings.LastIndexByte(authority, '@')
	switch {
	case hasPassword && !web && notAPort(run[:last]): // a database's password may hold anything
		return start + last, true
	case within > 0 && hasPassword:
		return start + within, true
	case within > 0:
		return start + within, within >= 16 && hasDigit(run[:within]) || keyOnly(s[:i])
	case hasPassword:
		first := strings.IndexByte(run, '@') // a "/" in a password ought to be encoded
		return start + first, notAPort(run[:first])
	}
	return 0, false
}

// keyOnly reports whether a scheme's URLs hold a password without a user.
func keyOnly(scheme string) bool {
	return strings.HasSuffix(scheme, "redis") || strings.HasSuffix(scheme, "rediss") || strings.HasSuffix(scheme, "valkey")
}

// notAPort tells "user:pass" from "host:8080/path/", which an "@" may follow too.
func notAPort(userinfo string) bool {
	_, password, _ := strings.Cut(userinfo, ":")
	end := strings.IndexAny(password, "/?#")
	return end < 0 || strings.Trim(password[:end], "0123456789") != ""
}

var (
	// protocol is how Go's mysql driver names the network: tcp(host:port).
	protocol = regexp.MustCompile(`^(?:[a-z0-9+]{2,10})?\(`)
	// server is a host with a port or a database behind it.
	server = regexp.MustCompile(`^(?:[A-Za-z][\w.-]*|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\])(?::\d{2,5}(?:\D|$)|/[\w?])`)
	// alone is a host of which nothing else is known.
	alone = regexp.MustCompile(`^[A-Za-z][\w-]*(?:[\s"'),;]|$)`)
	// oracle is a connect descriptor, EZConnect's "//host", or a port and a service.
	oracle = regexp.MustCompile(`^(?:\(|//|[A-Za-z0-9][\w.-]*:\d{2,5}[:/])`)
	// slashed is a user and a password of Oracle's.
	slashed = regexp.MustCompile(`(?:^|[\s"'=:(,])([A-Za-z][\w$#]{0,29}/[^\s/"'=(]+)$`)
	// digest is an image's, not a host with a port.
	digest = regexp.MustCompile(`^(?:sha\d+|md5):`)
)

// dsnCredentials returns "user:password" and "user/password" before an "@" that no
// scheme precedes.
func dsnCredentials(s string, found []secret) []secret {
	ends := indexAll(s, "@")
	var oracles [][]int // where Oracle is mentioned
	if len(ends) > 0 && strings.Contains(s, "/") {
		oracles = oracleWords.FindAllStringIndex(s, -1)
	}
	for _, at := range ends {
		before, after := s[max(0, at[0]-maxDSN):at[0]], s[at[1]:min(len(s), at[1]+maxDSN)]
		if n := strings.LastIndexAny(before, endsRun); n >= 0 {
			before = before[n+1:]
		}
		for len(oracles) > 0 && oracles[0][0] < at[0]-maxShaped {
			oracles = oracles[1:]
		}
		if before == "" || strings.Contains(before, "://") {
			continue
		}
		n := colonLength(before, after)
		if n == 0 {
			n = slashLength(before, after, len(oracles) > 0 && oracles[0][0] < at[0])
		}
		if n > 0 {
			found = append(found, secret{at[0] - n, at[0], kindURL})
		}
	}
	return found
}

// maxDSN is how much before and behind an "@" is read.
const maxDSN = 128

// colonLength returns how many bytes at the end of before are a user and a password
// with a colon between.
func colonLength(before, after string) int {
	user, password, ok := strings.Cut(before, ":")
	user = user[strings.LastIndexAny(user, "=(,[{;|")+1:]
	if !ok || user == "" || password == "" {
		return 0
	}
	plain := !strings.ContainsAny(password, "/@=") && !digest.MatchString(after)
	switch {
	case protocol.MatchString(after), strings.HasPrefix(after, "/") && !strings.HasPrefix(after, "//") && !strings.Contains(before, "/"),
		plain && server.MatchString(after), plain && len(password) >= 6 && random(password) && alone.MatchString(after):
		return len(user) + 1 + len(password)
	}
	return 0
}

// slashLength is colonLength with a slash between, as Oracle writes it.
func slashLength(before, after string, oracleNearby bool) int {
	if !strings.Contains(before, "/") || !oracleNearby && !oracle.MatchString(after) {
		return 0
	}
	m := slashed.FindStringSubmatchIndex(before)
	if m == nil {
		return 0
	}
	return m[3] - m[2]
}

var oracleWords = regexp.MustCompile(`(?i)oracle|sqlplus|sqlcl|sqlldr|expdp|impdp|\brman\b|\btns|\bora-\d|\bconn(?:ect)?\b|\bdsn\b`)

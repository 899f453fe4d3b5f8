package safe

import "strings"

// maxUserinfo is how many bytes after "://" are searched for the "@".
const maxUserinfo = 512

// endsRun are the characters that end an unbroken run of text.
const endsRun = " \t\n\r\"'`<>"

// urlCredentials returns the userinfo of URLs (RFC 3986). Forms without a scheme,
// which drivers accept, are in the table of patterns.
func urlCredentials(s string, found []secret) []secret {
	for _, at := range indexAll(s, "://") {
		if end, ok := userinfoEnd(s, at[0], at[1]); ok {
			found = append(found, secret{at[1], end, kindURL})
		}
	}
	return found
}

// userinfoEnd returns the end of the userinfo at start, after a "://" at i.
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
	user, password, hasPassword := strings.Cut(run[:last], ":")
	if hasPassword && unset(password) {
		return 0, false
	}
	if hasPassword && (strings.ContainsAny(user, "/?#@")) {
		hasPassword = false
	}
	web := strings.HasSuffix(s[:i], "http") || strings.HasSuffix(s[:i], "https")
	within := strings.LastIndexByte(authority, '@')
	switch {
	case hasPassword && !web && notAPort(run[:last]): // a database's password may contain anything
		return start + last, true
	case within > 0 && hasPassword:
		return start + within, true
	case within > 0:
		return start + within, within >= 16 && hasDigit(run[:within]) || keyOnly(s[:i])
	case hasPassword:
		first := strings.IndexByte(run, '@') // a "/" in a password should be encoded
		return start + first, notAPort(run[:first])
	}
	return 0, false
}

// keyOnly reports whether a scheme's URLs contain a password without a user.
func keyOnly(scheme string) bool {
	return strings.HasSuffix(scheme, "redis") || strings.HasSuffix(scheme, "rediss") || strings.HasSuffix(scheme, "valkey")
}

// notAPort reports whether s is "user:pass", not "host:8080/path/", which may also
// precede an "@".
func notAPort(userinfo string) bool {
	_, password, _ := strings.Cut(userinfo, ":")
	end := strings.IndexAny(password, "/?#")
	return end < 0 || strings.Trim(password[:end], "0123456789") != ""
}

//go:build linux

package safe

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestGrowth compares the time for 256 KB in one line with the time for 16 KB of the same text: 16 times the
// work may take at most 20 times as long. The lines repeat parts for which a rule once searched, or might
// search, all the text before or after them.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("reads megabytes")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	once := chars(rng, hexDigits, 24)
	parts := map[string]func() string{
		"password":          func() string { return "password=" + chars(rng, hexDigits, 24) + " " },
		"password again":    func() string { return "password=" + once + " " },
		"token of hex":      func() string { return `{"token":"` + chars(rng, letters, 20) + `"},` },
		"cut string":        func() string { return `"password=\"` },
		"scheme":            func() string { return "://" },
		"userinfo":          func() string { return "a://b:c@" },
		"at":                func() string { return "a:b@" },
		"slash at":          func() string { return "a/b@c " },
		"prefix":            func() string { return "sk-" },
		"JWT":               func() string { return "eyJ-" },
		"JWT of lines":      func() string { return "eyJhbGciOiJI.eyJzdWIiOiIz" + chars(rng, letters, 20) + "\n" },
		"private key":       func() string { return "-----BEGIN PRIV" + "ATE KEY-----" },
		"label":             func() string { return "name=password " },
		"label in JSON":     func() string { return `{"name":"password",` },
		"label in brackets": func() string { return `<a name="password">` },
		"elements":          func() string { return "<password>" },
		"open tag":          func() string { return "<password a=" },
		"bars":              func() string { return "|password" },
		"table":             func() string { return "|password|x|\n" },
		"PHP frame":         func() string { return "#1 a(1): b('" },
		"quotes":            func() string { return `└ '\"` },
		"colons":            func() string { return ":" },
		"hex and colons":    func() string { return "a:" },
		"digits and dots":   func() string { return "1." },
		"digits":            func() string { return "4111 1111 " },
		"command":           func() string { return "mysql -p" },
		"commands":          func() string { return "curl -u a:b " },
		"pipes":             func() string { return "echo a | b " },
		"user and password": func() string { return "-u a -p b " },
		"settings":          func() string { return "set token a " },
		"vault":             func() string { return "vault put a b=c " },
		"sign-ins":          func() string { return "ftp PASS a AUTH b LOGIN c " },
		"hashes":            func() string { return "$1$aaaaaaaa md5$" },
		"prompts":           func() string { return `assword send "a` },
		"credentials":       func() string { return "cred(a, b) cred: a / b " },
		"insert":            func() string { return "insert into a (password) values ('" },
		"identified":        func() string { return "IDENTIFIED BY '" },
		"cookie":            func() string { return "Cookie: a=b; " },
		"authorization":     func() string { return "Authorization: Digest a=b, " },
		"backslashes":       func() string { return `\` },
		"braces":            func() string { return "{" },
		"placeholders":      func() string { return "[password-1] password=x" },
		"brackets":          func() string { return "[" },
		"brackets of a key": func() string { return "password[]]=" },
		"list":              func() string { return `"password":["a1b2","c3d4",` },
		"doubled quotes":    func() string { return `password="a""b'c''d` },
		"run of quotes":     func() string { return `""password"":""` },
		"hooks":             func() string { return "://hooks/" },
		"rejected":          func() string { return `"loc":["password"],input_value="input"rejected value [` },
		"colours":           func() string { return `\u001b[3` },
		"encoded":           func() string { return "%40a%3Ab" },
		"emails":            func() string { return "a@b.cd," },
		"versions":          func() string { return "from 1.2.3.4 to " },
	}
	r := NewRedactor()
	for name, part := range parts {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for b.Len() < 256<<10 {
				b.WriteString(part())
			}
			long := b.String()[:256<<10]
			whole, pieces := time.Duration(1<<62), time.Duration(1<<62)
			for range 8 { // the fastest counts, since other processes compete for the caches
				whole = min(whole, cpuTime(func() { r.Redact(long) }))
				pieces = min(pieces, cpuTime(func() {
					for at := 0; at < len(long); at += 16 << 10 {
						r.Redact(long[at : at+16<<10])
					}
				}))
				if whole*16 <= pieces*20 || whole < fast {
					return
				}
			}
			t.Errorf("256 KB take %.1f times what 16 KB take: %v, %v", 16*whole.Seconds()/pieces.Seconds(), whole, pieces/16)
		})
	}
}

// fast is a time for 256 KB below which memory costs more than the rules do.
const fast = 60 * time.Millisecond

// cpuTime returns the CPU time that f takes in this thread, so other processes do not matter.
func cpuTime(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runtime.GC()
	used := func() time.Duration {
		const thread = 1 // RUSAGE_THREAD
		var u syscall.Rusage
		if err := syscall.Getrusage(thread, &u); err != nil {
			panic(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	f()
	return used() - before
}

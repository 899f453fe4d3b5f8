package grouping

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	tests := []struct {
		name, in, want string
		masks          Masks
	}{
		{"words stay", "payment provider refused the card", "payment provider refused the card", 0},
		{"error code", "ORA-00060: deadlock 7", "ORA-00060: deadlock <*>", maskNumber},
		{"error code with a letter", "CWWKZ0013E: app 7 failed", "CWWKZ0013E: app <*> failed", maskNumber},
		{"error code without a hyphen", "AH00529: no handler", "AH00529: no handler", 0},
		{"error code in brackets", "[MY-010584] [Repl] lost", "[MY-010584] [Repl] lost", 0},
		{"SQL Server's code", "Error: 18456, Severity: 14", "Error: 18456, Severity: <*>", maskNumber},
		{"an id is no error code", "INV-20931: unpaid", "<*>: unpaid", maskID},
		{"number", "order 4711 not found", "order <*> not found", maskNumber},
		{"number with a sign", "job exited with -1", "job exited with <*>", maskNumber},
		{"number with a bound", "answered in <1 ms", "answered in <*>", maskNumber},
		{"number in brackets", "order <4711> not found", "order <<*>> not found", maskNumber},
		{"number with a hash", "order #4711 not found", "order <*> not found", maskNumber},
		{"number with a unit", "timed out after 5000ms", "timed out after <*>", maskNumber},
		{"number and unit", "took 3.25 seconds", "took <*>", maskNumber},
		{"unit that changes with the size", "free 900 KB of 1.2 GB", "free <*> of <*>", maskNumber},
		{"per cent", "cache at 95% of its limit", "cache at <*> of its limit", maskNumber},
		{"amount", "refund over 12.50 EUR failed", "refund over <*> failed", maskNumber | maskValue},
		{"currency alone", "no rate for GBP today", "no rate for <*> today", maskValue},
		{"UUID", "user 6f1c2d34-9a0b-4c5d-8e7f-0123456789ab is locked", "user <*> is locked", maskID},
		{"ULID", "run 01ARZ3NDEKTSV4RRFFQ69G5FAV was lost", "run <*> was lost", maskID},
		{"hexadecimal with prefix", "flags 0x1f are reserved", "flags <*> are reserved", maskNumber},
		{"hexadecimal without a digit", "object deadbeef is missing", "object <*> is missing", maskID},
		{"address of an object", "lock held by Session@deadbeef", "lock held by Session@<*>", maskID},
		{"token", "token aBCdEFghIJklMNopQRstUVwx expired", "token <*> expired", maskID},
		{"base64", "cursor eyJpZCI6NDIsInQiOjE3fQ== is stale", "cursor <*> is stale", maskID},
		{"CamelCase is a name", "NoSuchBeanDefinitionExceptionHandler gave up", "NoSuchBeanDefinitionExceptionHandler gave up", 0},
		{"constant in capitals is a name", "state PAYMENT_AUTHORISATION_PENDING is unknown", "state PAYMENT_AUTHORISATION_PENDING is unknown", 0},
		{"digit inside a name", "OAuth2Client refused the token", "OAuth2Client refused the token", 0},
		{"names that end in a digit", "utf8 to base64 over http2 from s3", "utf8 to base64 over http2 from s3", 0},
		{"ISO timestamp", "at 2026-11-22T10:30:01.123+02:00 the lease ended", "at <*> the lease ended", maskTime},
		{"date and time", "since 2026-11-22 10:30:01,123 no heartbeat", "since <*> no heartbeat", maskTime | maskNumber},
		{"date with names", "since Mon Nov 22 10:30:01 2026 no heartbeat", "since <*> no heartbeat", maskTime | maskNumber},
		{"RFC 1123 date", "not after Mon, 22 Nov 2026 10:30:01 GMT, rejected", "not after <*>, rejected", maskTime | maskNumber},
		{"date of an access log", "22/Nov/2026:10:30:01 was the last", "<*> was the last", maskTime},
		{"a month's name is a word", "report for May is empty", "report for May is empty", 0},
		{"address and port", "connect ECONNREFUSED 10.0.3.7:5432", "connect ECONNREFUSED <*>", maskAddress},
		{"IPv6 address", "peer fe80::1ff:fe23:4567:890a is gone", "peer <*> is gone", maskAddress},
		{"hardware address without a digit", "lease for fe:ed:fa:ce:be:ef expired", "lease for <*> expired", maskAddress},
		{"host", "cannot resolve db.prod.internal:5432 here", "cannot resolve <*> here", maskHost},
		{"host in a country", "bounced by mx.example.co.uk again", "bounced by <*> again", maskHost},
		{"a program is no host", "run.pl ended", "run.pl ended", 0},
		{"a class is no host", "com.example.Cart is missing", "com.example.Cart is missing", 0},
		{"name behind is", "driver class is com.mysql.cj.jdbc.Driver now", "driver class is <*> now", maskID},
		{"exception behind is", "cause is java.net.ConnectException now", "cause is java.net.ConnectException now", 0},
		{"numbered host", "lost worker7 of ip-10-0-3-7", "lost <*> of <*>", maskID},
		{"pod", "pod checkout-7d9f8b6c5d-x2k4v was evicted", "pod <*> was evicted", maskID},
		{"e-mail", "cannot deliver to jane.doe+news@example.com: full", "cannot deliver to <*>: full", maskEmail},
		{"URL", "GET https://example.com/a?b=1&c=[2] failed", "GET <*>[<*>] failed", maskURL | maskNumber},
		{"path of a request", "GET /orders/4711/items?page=2 failed", "GET <*> failed", maskPath},
		{"path of a file", "open /etc/app/tls.pem: no such file", "open <*>: no such file", maskPath},
		{"URL with what was redacted", "GET https://example.com/a?token=<*>&id=7 failed", "GET <*> failed", maskURL},
		{"path with what was redacted", "GET /users/<*>/orders failed", "GET <*> failed", maskPath},
		{"value with what was redacted", "refused key=a<*>z today", "refused key=<*> today", maskValue},
		{"list of what was redacted", "no mail for <*>, <*> today", "no mail for <*> today", maskRedacted},
		{"part of an id that was redacted", "lost blk_-<*> and user:<*>", "lost <*> and user:<*>", maskRedacted},
		{"value that somebody hid", "card **** **** 4711 declined", "card <*> declined", maskValue | maskNumber},
		{"heading", "*********** shop ***********", "*********** shop ***********", 0},
		{"quoted whole", `"lost order 4711"`, `"lost order <*>"`, maskNumber},
		{"relative path", "cannot import src/cart/total", "cannot import <*>", maskPath},
		{"Windows path", `load C:\app\conf.ini failed`, `load <*> failed`, maskPath},
		{"one slash is a word", "read/write timeout", "read/write timeout", 0},
		{"file and line", "server.go:42: listener closed", "server.go:<*>: listener closed", maskNumber},
		{"ARN", "role arn:aws:iam::123456789012:role/app may not read", "role <*> may not read", maskID},
		{"version", "agent v1.2.3-rc1 is too old", "agent <*> is too old", maskID},
		{"quoted value", `invalid input syntax for type uuid: "abc"`, `invalid input syntax for type uuid: "<*>"`, maskQuoted},
		{"single quotes", "column 'due_date' is unknown", "column '<*>' is unknown", maskQuoted},
		{"apostrophe in a word", "can't open what isn't there", "can't open what isn't there", 0},
		{"quoted request", `"POST /v1/orders HTTP/1.1" 502`, `"POST <*>" <*>`, maskQuoted | maskNumber},
		{"escaped quote", `key "a\"b" is taken`, `key "<*>" is taken`, maskQuoted},
		{"value behind an equals sign", "request failed code=E_CARD attempt=2", "request failed code=<*> attempt=<*>", maskValue},
		{"empty value", "login failed user= ip=10.0.0.1", "login failed user=<*> ip=<*>", maskValue},
		{"spaces around the equals sign", "retries = none left", "retries = <*> left", maskValue},
		{"comparison", "a == b does not hold", "a == b does not hold", 0},
		{"object behind an equals sign", "lock=Session{id=7, user=bob} is held", "lock=<*> is held", maskValue},
		{"list behind an equals sign", "ids=[7, 8] are held", "ids=<*> are held", maskValue},
		{"fields behind an equals sign", "ids=[a=7] are held", "ids=[a=<*>] are held", maskValue},
		{"no object behind it", "lock=null is held", "lock=<*> is held", maskValue},
		{"one field of an object", "lost Peer(name=db 2 standby) for good", "lost Peer(name=<*>) for good", maskValue},
		{"fields of an object", "lost Peer(name=db 2, port=1) for good", "lost Peer(name=<*>, port=<*>) for good", maskValue | maskNumber},
		{"field in a remark", "read failed (errno=5 Input/output error)", "read failed (errno=<*> Input/output error)", maskValue},
		{"one property", "system property: os.name=Windows Server 2022", "system property: os.name=<*>", maskValue},
		{"several properties", "set: os.name=Windows os.arch=x86 twice", "set: os.name=<*> os.arch=<*> twice", maskValue},
		{"call stack", "lock held by com.example.Cart.add:41 com.example.Shop.serve:17 <native code>", "lock held by <*>", maskValue},
		{"call stack, then words", "held by a.b.Cart.add:41 a.b.Shop.serve:17, waiting", "held by a.b.Cart.add:<*> a.b.Shop.serve:<*>, waiting", maskNumber},
		{"one place in code", "lock held by com.example.Cart.add:41 <native code>", "lock held by com.example.Cart.add:<*> <native code>", maskNumber},
		{"truth", "cache warm: true", "cache warm: <*>", maskValue},
		{"JSON", `upstream answered {"code":7,"detail":"gone } now"} twice`, `upstream answered {<*>} twice`, maskValue},
		{"JSON that is cut off", `upstream answered {"code":7,"det`, `upstream answered {<*>`, maskValue},
		{"list of words", "missing columns [name, email]", "missing columns [<*>]", maskValue},
		{"one word in brackets", "refused [auth]", "refused [auth]", 0},
		{"list of any length", "shards 1, 2, 3, 4 are down", "shards <*> are down", maskNumber},
		{"shorter list", "shards 1, 2 are down", "shards <*> are down", maskNumber},
		{"list of addresses", "crashed (stack @0x7fe1 @0x7fe2 @0x8c)", "crashed (stack @<*>)", maskNumber},
		{"values joined by bars", "rejected row:17|EUR|open today", "rejected row:<*> today", maskValue},
		{"empty brackets", "connection from 10.0.0.7 () reset", "connection from <*> reset", maskAddress | maskValue},
		{"only the first line", "first\nsecond 5", "first", 0},
		{"blank lines before", "\n\n  first", "first", 0},
		{"runs of blanks", "a  b\t c ", "a b c", 0},
		{"empty", "", "", 0},
		{"other scripts", "Zahlung für Müller fehlgeschlagen", "Zahlung für Müller fehlgeschlagen", 0},
	}
	var m masker // one for all, as in a Set
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(m.mask(tt.in)); got != tt.want {
				t.Errorf("mask(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if m.fired != tt.masks {
				t.Errorf("mask(%q) fired %v, want %v", tt.in, m.fired.Names(), tt.masks.Names())
			}
		})
	}
}

// FuzzMask checks that a template is one line of bounded length, is valid UTF-8 if the message is, and does
// not depend on earlier messages.
func FuzzMask(f *testing.F) {
	f.Add("connect ECONNREFUSED 10.0.3.7:5432")
	f.Add(`"a" 'b' 1, 2 x=<*> y=Z{[(] {"a":[`)
	f.Add("Mon Nov 22 a@b.c://d|1 \\ C:\\ =\xff")
	f.Fuzz(func(t *testing.T, message string) {
		template := Mask(message)
		if utf8.ValidString(message) && !utf8.ValidString(template) {
			t.Error("invalid UTF-8")
		}
		if strings.ContainsAny(template, "\r\n") || len(template) > len(Wildcard)*(maxMessage+1) {
			t.Error("more than one line, or too long")
		}
		var m masker
		m.mask("order 4711 lost")
		if got := string(m.mask(message)); got != template {
			t.Errorf("%q behind another message, %q alone", got, template)
		}
		rest := template
		for rest != "" {
			end := tokenEnd(rest, 0)
			if end < 1 || end > len(rest) {
				t.Fatalf("token of %d bytes at %q", end, rest)
			}
			rest = rest[end:]
		}
	})
}

func BenchmarkMask(b *testing.B) {
	const line = "connect ECONNREFUSED 10.0.3.7:5432 for order 4711 after 3 attempts"
	var m masker
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		m.mask(line)
	}
}

package logtext

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// heads are lines in the default formats of loggers and in formats that teams define, each with its level,
// logger and message.
var heads = []struct{ line, want string }{
	{"E, [2024-08-12T12:26:55.313650 #44] ERROR -- : payment failed", "error [] payment failed"},
	{"2024-08-12T12:26:55.300Z pid=44 tid=2430k ERROR: payment failed", "error [] payment failed"},
	{"[2024-08-30 14:24:33,351: ERROR/MainProcess] Cannot connect", "error [MainProcess] Cannot connect"},
	{"[Nest] 29  - 09/27/2025, 8:06:28 PM   ERROR [Pay] card declined", "error [Pay] card declined"},
	{"[Nest] 29  - 09/27/2025, 8:06:28\u202fPM   ERROR [Pay] card declined", "error [Pay] card declined"},
	{`[2025-08-12 07:11:30] production.ERROR: payment failed {"order":17}`, "error [] payment failed"},
	{"[2024-05-20T16:45:34.753+0000] {taskinstance.py:1937} ERROR - failed", "error [] failed"},
	{`2024-08-12 12:26:55 +0000 Rack app ("GET /x" - (10.0.0.1)): #<NoMethodError: x>`, "error [] NoMethodError: x"},
	{"2026-03-02T14:37:59Z error boom", "error [] boom"},
	{"21:54:45.091UTC ERROR a.B - x", "error [a.B] x"},
	{"2024-02-25T14:00:46.1Z\t8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tfail\ttext", "error [] text"},
	{"2024-02-25T14:00:46.1Z\t8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tcrit\ttext", "fatal [] text"},

	{"10:00:00 | shop | err | no price", "error [shop] no price"},
	{"[E 261122 10:00:00 web:123] no price", "error [web] no price"},
	{"[10:00:00 ERR] no price", "error [] no price"},
	{"[Sun Nov 22 10:00:00.123456 2026] [core:error] [pid 7] no price", "error [core] no price"},
	{"11-22 10:00:00.123  1234  5678 E Cart: no price", "error [] Cart: no price"},
	{"E/Cart( 1234): no price", "error [Cart] no price"},
	{"2026-11-22 10:00:00 ERR! no price", "error [] no price"},
	{"2026-11-22T10:00:00Z E! [outputs.x] no price", "error [outputs.x] no price"},
	{"22.11.2026 10:00:00 - web-1 - ERROR - no price", "error [web-1] no price"},
	{"2026-11-22 10:00:00.123 | ERROR    | shop.cart:total:7 - no price", "error [shop.cart] no price"},
	{"{shop} <E> no price", "unknown [] {shop} <E> no price"},
	{"❌ cart » no price", "error [cart] no price"},
	{"⚠️ slow", "warn [] slow"},
	{"ERROR[11-22|10:00:00.123] no price", "error [] no price"},
	{"[ERROR] [1763805600.123] [cart]: no price", "error [cart] no price"},
	{"2026-11-22 10:00:00 [scrapy.core.scraper] ERROR: no price", "error [scrapy.core.scraper] no price"},
	{"time=10:00 level=error no price", "error [] no price"},
	{"2026-11-22T10:00:00Z  ERROR request{id=7}: shop::cart: no price", "error [shop::cart] no price"},
	{"CRITICAL - 2026-11-22 10:00:00 --> no price", "fatal [] no price"},
	{"2026-11-22 10:00:00 ERROR request_id=r-7 no price", "error [] no price"},
	{"level=error msg=no price for it order=7", "error [] no price for it"},
	{`level=error msg="no price for`, "error [] no price for"}, // cut off
	{`level=error msg="`, "error [] "},
	{`ERROR no price err="card dec`, "error [] no price: card dec"},
	{`2026-11-22T10:00:00.123Z	ERROR	shop	cart/cart.go:42	no price	{"error": "HTTP 400"}`, "error [shop] no price: HTTP 400"},
	{"ERROR [TypeError: fetch failed] {", "error [] [TypeError: fetch failed] {"},
	{`10:00:00 app=web msg="no price" level=error`, "error [] no price"},
	{`2026-11-22 10:00:00 request=7 done msg="no price" level=error`, "error [] no price"},
	{"pay.c:4:9: fatal error: pay.h: No such file or directory", "fatal [] error: pay.h: No such file or directory"},
	{"Nov 22 10:00:00 web-1 My::App[7]: ERROR no price", "error [] no price"},
	{"10:00:00 ERROR in shop.views: => no price", "error [shop.views] no price"},
	{"10:00:00 ERROR Acme.Cart[0] => no price", "error [Acme.Cart] no price"},
	{"[req-7]\terror: no price", "error [] no price"},
	{"[a1b2c3d4e5f60718]\t11/22/2026 3:00:00 PM\tError\tno price", "error [] no price"},

	{"✓ ERROR: rejects a bad card", "info [] rejects a bad card"},
	{"INFO retry after ERROR", "info [] retry after ERROR"},
	{"2026-11-22 10:00:00 Error handler registered", "unknown [] Error handler registered"},
	{"2026-11-22 10:00:00 error handler registered", "unknown [] error handler registered"},
	{"error: none", "unknown [] error: none"},
	{"error: 0 found", "unknown [] error: 0 found"},
	{"ERROR_COUNT=0", "unknown [] ERROR_COUNT=0"},
	{"payment 4711 failed: card declined", "unknown [] payment 4711 failed: card declined"},
	{"- error codes are listed below", "unknown [] - error codes are listed below"},
	{"triggerUncaughtException(err, true);", "unknown [] triggerUncaughtException(err, true);"},
	{"20171223-22:16:0:119|Step|stopped", "unknown [] 20171223-22:16:0:119|Step|stopped"},
	{"I have no error", "unknown [] I have no error"},
	{"08:01 1710 /app/shop", "unknown [] 1710 /app/shop"},
}

func headOf(text string) string {
	e := carry(event.Record{Text: text})
	e.read(commonKeys)
	return fmt.Sprintf("%s [%s] %s", e.head.level, e.head.logger, e.head.message)
}

// TestHeads reads each line bare, with colours and carriage returns, and after transport prefixes. All must
// give the same result.
func TestHeads(t *testing.T) {
	around := map[string]func(string) string{
		"return":  func(s string) string { return s + "\r\n" },
		"colours": func(s string) string { return "\x1b[1;31m" + strings.Replace(s, " ", " \x1b[0m", 1) + "\x1b[39m" },
		"syslog":  func(s string) string { return "Nov 26 21:00:00 ip-10-0-0-1 app[123]: " + s },
		"journal": func(s string) string { return "2026-11-26T21:00:00+0000 ip-10-0-0-1 app[123]: " + s },
		"5424":    func(s string) string { return `<166>1 2026-11-26T21:00:00.003Z h1 app 77 ID47 [x@1 a="b"] ` + s },
		"compose": func(s string) string { return "app-1  | " + s },
		"foreman": func(s string) string { return "21:00:00 web.1  | " + s },
		"Heroku":  func(s string) string { return "2026-11-26T21:00:00.123456+00:00 app[web.1]: " + s },
		"kubectl": func(s string) string { return "[pod/web-7f2/web] " + s },
		"stern":   func(s string) string { return "web-7f2a9b-x8k2p web " + s },
		"two":     func(s string) string { return "2026-11-26T21:00:00.1Z stdout F app-1  | " + s },
	}
	for _, tt := range heads {
		if diff := cmp.Diff(tt.want, headOf(tt.line)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.line, diff)
			continue
		}
		for name, wrap := range around {
			want := tt.want
			if name == "5424" && strings.HasPrefix(want, "unknown") {
				continue // it has syslog's level
			}
			if diff := cmp.Diff(want, headOf(wrap(tt.line))); diff != "" {
				t.Errorf("%s: %q (-want +got)\n%s", name, tt.line, diff)
			}
		}
	}
}

// TestTransportsSay reads the level and service that transports add to a line.
func TestTransportsSay(t *testing.T) {
	tests := []struct{ text, level, service, format string }{
		{"<11>Nov 26 21:00:00 h1 app[1]: order 7 failed", "error", "app", "syslog"},
		{"<3>order 7 failed", "error", "", "syslog"},
		{"<11>1 2026-11-26T21:00:00Z h1 app 1 - - INFO order 7 failed", "info", "app", "syslog, head"},
		{"shop-2  | ERROR order 7 failed", "error", "shop", "compose, head"},
		{`{"log":"ERROR x\n","stream":"stderr","kubernetes":{"labels":{"app.kubernetes.io/name":"shop"}}}`, "error", "shop", "wrapper, head"},
		{`Nov 26 21:00:03 ip-10-0-0-1 app[123]: {"level":"error","msg":"json"}`, "error", "app", "syslog, json"},
		{"Nov 26 21:00:03 h1 9f2c1e0d3a4b[7]: ERROR x", "error", "", "syslog, head"},
	}
	for _, tt := range tests {
		e := frameAll([]event.Record{{Text: tt.text}})[0]
		if got := fmt.Sprint(e.Level, e.Service, e.Format); got != fmt.Sprint(tt.level, tt.service, tt.format) {
			t.Errorf("%q: level %v, service %q, format %q", tt.text, e.Level, e.Service, e.Format)
		}
	}
}

// TestYearlessTransport checks that a line's own time is used if its transport's lacks the year.
func TestYearlessTransport(t *testing.T) {
	want := time.Date(2026, 11, 26, 21, 0, 3, 0, time.UTC)
	if e := frameAll([]event.Record{{Text: "Nov 26 21:00:05 h1 app[7]: 2026-11-26T21:00:03Z ERROR order 7 failed"}})[0]; !e.Time.Equal(want) {
		t.Errorf("time %v, want %v", e.Time, want)
	}
}

// TestWrappedTime checks that the time of a line in a shipper's object is used if the record has none.
func TestWrappedTime(t *testing.T) {
	inner, own := time.Date(2026, 11, 26, 21, 0, 3, 0, time.UTC), time.Date(2026, 11, 26, 21, 0, 9, 0, time.UTC)
	for _, want := range []time.Time{inner, own} {
		r := event.Record{Text: `{"log":"2026-11-26T21:00:03Z ERROR order 7 failed"}`}
		if want.Equal(own) {
			r.Time = own
		}
		if e := frameAll([]event.Record{r})[0]; !e.Time.Equal(want) {
			t.Errorf("time %v, want %v", e.Time, want)
		}
	}
}

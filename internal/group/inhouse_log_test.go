package group

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"
)

// logged is what a program logs once.
type logged struct {
	severity severity
	of       string // the message with its values in braces
	message  string
	trace    string // below the head, or in a field of a record
	at       time.Time
	number   int // of the entry in its log
}

// values are put into messages in place of "{…}"; they differ from call to call.
var values = map[string]func(*rand.Rand) string{
	"{n}":   func(r *rand.Rand) string { return fmt.Sprint(1000 + r.IntN(900_000)) },
	"{few}": func(r *rand.Rand) string { return fmt.Sprint(2 + r.IntN(90)) },
	"{ms}":  func(r *rand.Rand) string { return fmt.Sprintf("%d ms", 100+r.IntN(9000)) },
	"{addr}": func(r *rand.Rand) string {
		return fmt.Sprintf("10.%d.%d.%d:%d", r.IntN(256), r.IntN(256), 1+r.IntN(254), 1024+r.IntN(60_000))
	},
	"{uuid}": uuid,
}

func uuid(r *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48))
}

var value = regexp.MustCompile(`\{\w+\}`)

func filled(r *rand.Rand, message string) string {
	return value.ReplaceAllStringFunc(message, func(name string) string { return values[name](r) })
}

// titleOf returns what the title of a message's issue must match: its words,
// with anything short where a value stood.
func titleOf(message string) string {
	words := value.Split(message, -1)
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	return strings.Join(words, `.{1,60}?`)
}

var often = []string{
	"charge of order {n} failed: card declined",
	"could not connect to {addr} after {ms}",
	"order {n} lost: queue is full",
	"Cannot read profile {uuid}: not found",
	"upload of file {n} failed: access denied",
	"No answer from {addr} within {ms}",
	"Unable to send mail to customer {n}",
	"job {uuid} gave up after {few} attempts",
	"payment gateway at {addr} refused the request",
	"migration {n} failed because the table is locked",
	"Failed to parse the response of {addr}: unexpected end of input",
	"Only {few} of {few} shards answered",
}

var apart = []string{
	"cache is read-only", "disk quota exceeded on volume data", "certificate of the broker has expired",
	"Schema registry rejected the payload", "Cannot decrypt session cookie", "inventory snapshot is corrupt",
}

var harmless = map[severity][]string{
	information: {
		"0 errors found", "no failures", "error handler registered", "retry after error: timeout", "last error: none",
		"loaded 12 error pages", "recovered from connection error", "failed logins so far: 0", "errors=0 warnings=2 in import",
		"Exception mapper installed", "Error reporting is enabled", "fatal errors since start: 0",
	},
	warning: {
		"retry after error: timeout", "error rate above 1 percent", "request failed and will be retried",
		"option on_error is deprecated", "Failed to reach replica 2 and switched to replica 3",
	},
	debugging: {
		"cache miss after error", "error=nil for order 7", "error threshold set to 5", "critical section entered",
		"no exception raised by hook", "panic mode is off",
	},
}

// traces are printed below a head, each with the type that may stand in the title.
var traces = []struct{ kind, text string }{
	{"ValueError", "Traceback (most recent call last):\n  File \"/app/shop/orders.py\", line 41, in charge\n    gateway.charge(order)\n  File \"/app/shop/gateway.py\", line 17, in charge\n    raise ValueError(\"amount is negative\")\nValueError: amount is negative"},
	{"GatewayException", "com.acme.shop.GatewayException: gateway closed\n\tat com.acme.shop.Gateway.charge(Gateway.java:41)\n\tat com.acme.shop.Orders.place(Orders.java:17)\n\tat java.base/java.lang.Thread.run(Thread.java:840)"},
	{"TypeError", "TypeError: Cannot read properties of undefined (reading 'total')\n    at charge (/app/src/orders.js:41:17)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)\n    at async place (/app/src/orders.js:12:3)"},
	{"TimeoutException", "System.TimeoutException: The operation has timed out.\n   at Acme.Shop.Gateway.Charge(Order order) in /src/Shop/Gateway.cs:line 41\n   at Acme.Shop.Orders.Place(Order order) in /src/Shop/Orders.cs:line 17"},
}

// script is one log: the error a three times among harmless lines, and b once.
type script struct {
	entries    []logged
	a, b, kind string // messages, and the type of b's trace
}

func newScript(r *rand.Rand, traced bool) script {
	s := script{a: pick(r, often), b: pick(r, apart)}
	at := time.Date(2026, time.Month(1+r.IntN(12)), 13+r.IntN(15), 21, r.IntN(40), 0, r.IntN(1e9), time.UTC)
	add := func(sev severity, message, trace string) {
		at = at.Add(time.Duration(300+r.IntN(20_000)) * time.Millisecond)
		s.entries = append(s.entries, logged{sev, message, filled(r, message), trace, at, len(s.entries)})
	}
	calm := func(sev severity) { add(sev, pick(r, harmless[sev]), "") }
	calm(information)
	add(failure, s.a, "")
	calm(debugging)
	calm(warning)
	add(failure, s.a, "")
	trace := ""
	if traced {
		t := pick(r, traces)
		s.kind, trace = t.kind, t.text
	}
	add(failure, s.b, trace)
	calm(information)
	add(failure, s.a, "")
	calm(warning)
	calm(information)
	return s
}

// names are what the heads of one program say of it.
type names struct {
	logger, service, host string
	pid                   int
	threads               []string
	requests              []string // one for each entry
}

func newNames(r *rand.Rand) names {
	n := names{
		logger:  pick(r, []string{"payments", "shop.orders", "com.acme.shop.OrderService", "OrderService", "shop::orders", "shop.orders.Worker", "billing-worker", "orders"}),
		service: pick(r, []string{"shop-api", "billing", "checkout-worker", "orders_api"}),
		host:    pick(r, []string{"ip-10-0-0-1", "web-1", "app01", "app01.prod.example.net", "shop-7d9f8b6c5-x2x9q"}),
		pid:     10 + r.IntN(60_000),
		threads: pick(r, [][]string{{"main"}, {"worker-1", "worker-2", "worker-7"}, {"http-nio-8080-exec-5", "http-nio-8080-exec-12"}, {"Thread-7", "Thread-9"}, {"MainThread"}}),
	}
	id := pick(r, []func(*rand.Rand) string{
		uuid,
		func(r *rand.Rand) string { return fmt.Sprintf("req-%06x", r.IntN(1<<24)) },
		func(r *rand.Rand) string { return fmt.Sprintf("%016x", r.Uint64()) },
	})
	for range 16 {
		n.requests = append(n.requests, id(r))
	}
	return n
}

// value returns the text of a part of a head. Processes come and go, so that
// pids, threads and requests differ within a log.
func (n names) value(part string, e logged) string {
	switch part {
	case "logger":
		return n.logger
	case "service":
		return n.service
	case "host":
		return n.host
	case "pid":
		return fmt.Sprint(n.pid + e.number/4)
	case "thread":
		return n.threads[e.number%len(n.threads)]
	case "request":
		return n.requests[e.number]
	}
	return ""
}

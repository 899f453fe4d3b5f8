package story

import (
	"testing"
	"time"
)

// TestTraceOfAWarning logs a warning with a stack trace, one event per line. The level of its head applies
// to the trace, even if the filter pattern drops the head.
func TestTraceOfAWarning(t *testing.T) {
	traces := map[string]string{
		"Java": "2026-11-22 09:50:00,123 WARN  [exec-4] c.e.Payments - Risk service did not answer\njava.net.ConnectException: Connection refused\n" +
			"\tat com.example.Payments.ask(Payments.java:40)\n\tat com.example.Orders.pay(Orders.java:12)",
		"Python": "2026-11-22 09:50:00,123 WARNING shop.orders risk service did not answer\nTraceback (most recent call last):\n" +
			"  File \"/app/orders.py\", line 12, in pay\n    ask()\nConnectionError: refused",
	}
	for name, trace := range traces {
		for _, reader := range []string{"whole", "filtered"} {
			t.Run(name+" "+reader, func(t *testing.T) {
				w := newWorld(t)
				if reader == "filtered" {
					w.filtered()
				}
				w.logLines("web/1", 10*time.Minute, trace)
				w.log(time.Minute, "ERROR order lost")
				w.run("scan").mustSucceed(t)
				if n := len(w.errorIssues()); n != 1 {
					t.Errorf("%d issues, want the error's alone", n)
				}
				w.find("order lost")
			})
		}
	}
}

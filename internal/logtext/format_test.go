package logtext

import (
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// TestFormats reads the examples of the table: the format is recognised, and
// only the failure is an error.
func TestFormats(t *testing.T) {
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) {
			if f.failure == "" && f.everyday == "" {
				t.Fatal("no example")
			}
			for _, line := range []string{f.failure, f.everyday} {
				if line == "" {
					continue
				}
				h := readHead(line, false, event.Unknown)
				if h.format != f.name {
					t.Errorf("%q is read as %q", line, h.format)
				}
				if (h.level >= event.Error) != (line == f.failure) {
					t.Errorf("%q has level %v", line, h.level)
				}
			}
		})
	}
}

// TestHeadAllocates wants lines below warn to be read without an allocation.
func TestHeadAllocates(t *testing.T) {
	for _, line := range []string{
		"2026-11-22 10:00:00,123 INFO  [http-nio-8080-exec-7] com.acme.shop.Checkout - order 75123 paid in 35 ms",
		"Nov 22, 2026, 3:04:05\u202fPM | shop | info | order 75123 paid", "[10:00:00] [main/INFO] order 75123 paid", "GET /orders/75123 200 35 ms",
		"I1122 10:00:00.123456       1 error.go:42] order paid", "ℹ️ order 75123 paid",
	} {
		if n := testing.AllocsPerRun(100, func() { readHead(line, false, event.Unknown) }); n > 0 {
			t.Errorf("%v allocations for %q", n, line)
		}
	}
}

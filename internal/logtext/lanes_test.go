package logtext

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// TestLanes logs failures of several requests into one stream. Their lines alternate, and each has its
// logger's head.
func TestLanes(t *testing.T) {
	const id = "8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6"
	heads := map[string]func(n int) string{
		"thread before":  func(n int) string { return fmt.Sprintf("10:00:00.123 [exec-%d] ERROR com.acme.Cart - ", n) },
		"thread behind":  func(n int) string { return fmt.Sprintf("2026-11-22 10:00:00,123 ERROR [exec-%d] com.acme.Cart - ", n) },
		"lambda request": func(n int) string { return fmt.Sprintf("2026-11-22T10:00:00.123Z\t%s%d\tERROR\t", id, n) },
		"goroutine":      func(n int) string { return fmt.Sprintf("ERROR [goroutine %d] ", n) },
	}
	all := failures(t)
	for name, head := range heads {
		for _, failure := range []string{"java/cause", "python/cause", "node/cause"} {
			t.Run(name+"/"+failure, func(t *testing.T) {
				lines := strings.Split("checkout failed\n"+strings.TrimPrefix(all[failure], `Exception in thread "main" `), "\n")
				var records []event.Record
				for i, line := range lines {
					for n := range 3 {
						at := noon.Add(time.Duration(3*i+n) * time.Millisecond)
						records = append(records, event.Record{Stream: "web", Time: at, Text: head(n) + line})
						records = append(records, event.Record{Stream: "web", Time: at, Text: strings.ReplaceAll(head(7), "ERROR", "INFO") + "order paid"})
					}
				}
				counts := map[string]int{}
				for _, e := range frameAll(records) {
					if e.Level >= event.Error {
						counts[e.Stack]++
					}
				}
				if diff := cmp.Diff(map[string]int{strings.Join(lines, "\n"): 3}, counts); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestTagged reads what Rails and Sidekiq print in production: each line of a failure comes after the
// request's tag or the logger's head, and the first line is empty.
func TestTagged(t *testing.T) {
	const trace = "NoMethodError (undefined method `head' for nil):\n  \napp/controllers/logos_controller.rb:20:in `show'\nlib/tenant.rb:9:in `call'"
	lines := strings.Split(trace, "\n")
	print := func(first, others string) string { return first + "  \n" + others + strings.Join(lines, "\n"+others) }
	tests := []struct{ name, text, message string }{
		{"tags below a head", print("2022-08-30 14:14:45.005 FATAL -- : [98980c93] ", "[98980c93] "), lines[0]},
		{"a head and a tag", print("2022-08-30 14:14:45.005 FATAL -- : [98980c93] ", "2022-08-30 14:14:45.005 FATAL -- : [98980c93] "), lines[0]},
		{"Ruby's own head and a tag", print("F, [2022-08-30T14:14:45.005347 #8] FATAL -- : [98980c93] ", "F, [2022-08-30T14:14:45.005376 #8] FATAL -- : [98980c93] "), lines[0]},
		{"heads", print("2022-08-30 14:14:45.005 ERROR: ", "2022-08-30 14:14:45.005 ERROR: "), lines[0]},
	}
	for _, tt := range tests {
		for form, records := range map[string][]event.Record{"line by line": lineByLine("web", tt.text+"\nINFO paid"), "whole": {{Text: tt.text}, {Text: "INFO paid"}}} {
			t.Run(tt.name+", "+form, func(t *testing.T) {
				events := frameAll(records)
				if len(events) != 2 {
					t.Fatalf("%d events: %q", len(events), texts(events))
				}
				e := events[0]
				if e.Message != tt.message || e.Level < event.Error || strings.ReplaceAll(strings.TrimSpace(e.Stack), "\n\n", "\n  \n") != trace {
					t.Errorf("%v %q, stack %q", e.Level, e.Message, e.Stack)
				}
			})
		}
	}
}

// TestConsoleErrors checks that consecutive errors of .NET's console stay separate.
func TestConsoleErrors(t *testing.T) {
	text := "fail: Shop.Orders[1]\n      no price\n      order 7\nfail: Shop.Mail[2]\n      no address\nfail: Shop.Mail[2]\n      no address"
	events := frameAll(lineByLine("s", text))
	if len(events) != 3 || events[1].Message != "no address" {
		t.Errorf("%d events: %+v", len(events), events)
	}
}

package logtext

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// TestLanes logs failures of several requests into one stream, line by line in
// turn, every line with its logger's head.
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

// Command go is a ledger service that fails in many ways, to make example
// logs. It drives itself with made-up requests and logs JSON through slog; a
// worker process of its own crashes for real. The seed decides which failures
// happen; seed and start decide how often, in which order, and with which ids.
package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"log"
	"math/rand/v2"
	"os"
	"slices"
	"time"
)

func main() {
	seed := flag.String("seed", "1", "which failures happen")
	lines := flag.Int("lines", 150, "about how many lines to print")
	start := flag.String("start", "2026-11-22T10:00:00Z", "time of the first line, RFC 3339")
	truth := flag.String("truth", "", "file to write the failures and their counts to, as JSON lines")
	worker := flag.String("worker", "", "run as a worker process on this job")
	flag.Parse()

	if *worker != "" {
		work(*worker)
		return
	}
	now, err := time.Parse(time.RFC3339, *start)
	if err != nil {
		log.Fatalf("start: %v", err)
	}
	s := newService(random(*seed+" "+*start), now)
	rows := s.run(random(*seed), *lines)
	if *truth == "" {
		return
	}
	if err := os.WriteFile(*truth, rows, 0o666); err != nil {
		log.Fatalf("write truth: %v", err)
	}
}

func random(seed string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(seed))
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

// run draws which failures happen, lets them happen among healthy requests
// until about so many lines are printed, and returns the truth about them.
func (s *service) run(draw *rand.Rand, lines int) (truth []byte) {
	requests := failing()
	draw.Shuffle(len(requests), func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
	var todo []request
	for _, r := range requests[:5+draw.IntN(4)] {
		count := 1
		if s.rnd.IntN(3) > 0 {
			count = 2 + s.rnd.IntN(max(1, lines/40-1))
		}
		truth = fmt.Appendf(truth, "{\"failure\":%q,\"count\":%d}\n", "go/"+r.name, count)
		todo = append(todo, slices.Repeat([]request{r}, count)...)
	}
	s.rnd.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	for i, r := range todo {
		for gap := s.rnd.IntN(3); gap > 0 || s.printed < lines*i/len(todo); gap-- {
			s.healthy()
		}
		s.serve(r)
	}
	for s.printed < lines {
		s.healthy()
	}
	return truth
}

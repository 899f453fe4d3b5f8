// Package faults breaks everything that errmon depends on, at every request, and compares the resulting
// repository with the truth.
//
// A script (history_test.go) defines what happens in a made-up world over ten runs: what machines log, when
// it is delivered, and what people do to the issues. The truth comes from the script alone: for each error
// its count, when it was first and last seen, and the state of its issue. The real program, entered at
// cli.Command.Main, runs against fakes of the services (world_test.go, network_test.go), on a clock that
// moves only while the program sleeps (time_test.go). The story is played once without a fault, and every
// request is recorded (story_test.go). Then each fault is tried at each request: the story continues, one
// more run is made undisturbed, and judge_test.go reads the issues as people would. The faults:
//
//	answers_test.go   the process dies; an answer is lost, late, wrong or a refusal
//	listing_test.go   GitHub's lists of issues lie; crowd_test.go: long ones
//	overlap_test.go   two and five runs at once, one request at a time
//	dispatch_test.go  runs that file what was delivered, beside scans and each other
//	schedule_test.go  crons are skipped, clocks differ, delivery is late, a source is down
//	meddling_test.go  people act on the issues meanwhile; a workflow is cancelled
//	grouped_test.go   a group rule comes and goes
//	readers_test.go   readers of log groups change between runs
//	code_test.go      the same for requests about code, on a story of its own
//	sentry_test.go    Sentry's part of the story, and Sentry down
//	random_test.go    all of these by chance, on histories made up by chance
//
// The sweep of all cases, a few minutes, prints a table whose last four columns must be zero; go test ./...
// tries a sample of each row:
//
//	go test ./internal/faults -sweep -timeout 20m -v
//
// testdata/defects shows that the harness would notice defects: each patch plants one in the program, and
// must make the sample fail:
//
//	go test ./internal/faults -run Defects -defects -timeout 20m -v
//
// What no client of GitHub can prevent is left out: if a person saves an edit between errmon's GET and
// PATCH of the same issue, it is overwritten, because there is no compare-and-swap. People edit just before
// or just after. If people made errmon forget an error or damaged its count, counting starts again; debt
// holds what is still owed then.
package faults

import (
	"flag"
	"slices"
	"strings"
	"testing"
)

var (
	sweep = flag.Bool("sweep", false, "try every fault at every request, instead of a sample")
	only  = flag.String("only", "", "try the rows alone whose name contains this")
)

func TestFaults(t *testing.T) {
	c, err := record(history())
	if err != nil {
		t.Fatal(err)
	}
	long, err := record(crowdedHistory(250))
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.Concat(answerRows(c), listingRows(c, ""), listingRows(long, ", of several pages"),
		overlapRows(c), dispatchRows(c), scheduleRows(c), meddlingRows(c), sentryRows(c))
	rows = slices.DeleteFunc(rows, func(r row) bool { return !strings.Contains(r.fault, *only) })
	if !*sweep {
		for i := range rows {
			rows[i] = rows[i].sample()
		}
	}
	t.Logf("recorded %d requests, %d of them writes and %d listings; %d listings of several pages",
		len(c.moments(every)), len(c.moments(isWrite)), len(c.moments(isListing)), len(long.moments(isListing)))
	report(t, tryAll(rows))
}

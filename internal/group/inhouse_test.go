package group

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/safe"
)

// wantShare is the share of formats that must be right with any seed, and
// inHouseGoal the one to reach: raise the first whenever heads are read better.
const (
	wantShare   = 0.95
	inHouseGoal = 0.90
)

// TestInHouseFormats scores generated heads, as teams invent them. ERRMON_HEAD_SEED
// chooses others than the fixed 200, ERRMON_HEAD_COUNT how many (500), and
// ERRMON_HEAD_REPORT a file for the list of those that went wrong.
func TestInHouseFormats(t *testing.T) {
	seed, count := 14, 200
	if s := os.Getenv("ERRMON_HEAD_SEED"); s != "" {
		seed, count = number(t, s), 500
	}
	if s := os.Getenv("ERRMON_HEAD_COUNT"); s != "" {
		count = number(t, s)
	}
	redactor := safe.NewRedactor()
	scores := scoreboard{}
	var wrong []string
	right := 0
	for i, f := range newFormats(uint64(seed), count) {
		v := f.score(t, redactor)
		labels := f.head.labels()
		if f.script.kind != "" {
			labels["trace"] = f.script.kind
		}
		if v.right() {
			right++
		} else {
			wrong = append(wrong, describeWrong(i, labels, v, f.sample(v.entry)))
			labels["reason"] = v.why
		}
		scores.add(labels, v.right())
	}
	share := float64(right) / float64(count)
	slices.Sort(wrong)
	report := fmt.Sprintf("seed %d: %d of %d formats right (%.1f%%, goal %.0f%%)\n\n%s\n%s",
		seed, right, count, 100*share, 100*inHouseGoal, scores, strings.Join(wrong, "\n"))
	if file := os.Getenv("ERRMON_HEAD_REPORT"); file != "" {
		if err := os.WriteFile(file, []byte(report), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Verbose() {
		t.Log(report)
	}
	if share < wantShare {
		t.Errorf("%d of %d formats right, want %.0f%%", right, count, 100*wantShare)
	}
}

// TestInHouseControl scores heads that are certainly read, so that a wrong
// format is never the fault of a message or of the judgement.
func TestInHouseControl(t *testing.T) {
	redactor := safe.NewRedactor()
	r := rand.New(rand.NewPCG(14, 0))
	text := textHead{parts: []string{"time", "level"}, time: times()[0], level: levelNotations[0], style: styles[0]}
	record := recordHead{time: times()[0], level: levelValues[0], timeKey: "time", levelKey: "level", messageKey: "message", stackKey: "stack",
		order: []string{"time", "level", "message"}}
	for i := range 200 {
		for _, h := range []head{text, record} {
			f := format{h, newScript(r, i%2 == 0)}
			if v := f.score(t, redactor); !v.right() {
				t.Errorf("%s: %s: %s", f.sample(v.entry), v.why, v.detail)
			}
		}
	}
}

func number(t *testing.T, s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%q is not a positive number", s)
	}
	return n
}

// describeWrong shows a wrong format; sorted, formats wrong for the same reason
// stand together.
func describeWrong(i int, labels map[string]string, v verdict, sample string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, name+"="+labels[name])
	}
	detail := v.detail
	if detail != "" {
		detail = "\n    got:  " + visible(detail)
	}
	return fmt.Sprintf("%s (%s, #%d)\n    line: %s%s\n    from: %s\n", v.why, labels["kind"], i, visible(sample), detail, strings.Join(parts, "; "))
}

// visible shows the bytes that a terminal hides.
func visible(s string) string {
	return strings.NewReplacer("\x1b", `\e`, "\t", `\t`, "\n", `\n`, "\u202f", `\u202f`).Replace(s)
}

// tally counts the formats that have a part, and those of them that are right.
type tally struct{ right, all int }

// scoreboard counts by part and notation.
type scoreboard map[string]map[string]*tally

func (s scoreboard) add(labels map[string]string, right bool) {
	for part, notation := range labels {
		if s[part] == nil {
			s[part] = map[string]*tally{}
		}
		if s[part][notation] == nil {
			s[part][notation] = &tally{}
		}
		s[part][notation].all++
		if right {
			s[part][notation].right++
		}
	}
}

// String lists the notations of each part, the worst first.
func (s scoreboard) String() string {
	var b strings.Builder
	for _, part := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "by %s\n", part)
		notations := slices.SortedFunc(maps.Keys(s[part]), func(x, y string) int {
			p, q := s[part][x], s[part][y]
			return cmp.Or(cmp.Compare(p.right*q.all, q.right*p.all), -cmp.Compare(p.all, q.all), strings.Compare(x, y))
		})
		for _, n := range notations {
			c := s[part][n]
			fmt.Fprintf(&b, "  %3d of %3d  %s\n", c.right, c.all, n)
		}
	}
	return b.String()
}

package story

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// TestTwoWeeks runs every hour for two weeks, while 30 errors happen and people close,
// mute, snooze, lock, tick and open their issues. The last three days are quiet.
func TestTwoWeeks(t *testing.T) {
	if testing.Short() {
		t.Skip("336 runs")
	}
	w := newWorld(t)
	w.env["ERRMON_CLOSE_AFTER"], w.env["ERRMON_MAX_NEW_ISSUES_PER_DAY"] = "2d", "5"
	random := rand.New(rand.NewPCG(14, 0))
	states, changes, requests := map[int]string{}, map[int][]time.Time{}, []int{}
	notifications, filed, comments := [2]int{}, [2]int{}, [2]int{}
	known := map[int]githubtest.Issue{}
	for hour := range 14 * 24 {
		week, quiet := hour/(7*24), hour >= 11*24
		for e := range 30 {
			if !quiet && hour >= e*6 && random.IntN(3+e*3) == 0 {
				w.log(time.Minute, "ERROR the %s store is down", strings.Repeat(string(rune('a'+e%26)), 3+e/26))
			}
		}
		if !quiet && hour%5 == 4 {
			w.meddle(random)
		}
		for _, i := range w.github.Issues() {
			states[i.Number] = i.State // as people left it
		}
		r := w.run("scan").mustSucceed(t)
		requests = append(requests, len(r.requests))
		for number, i := range w.byNumber() {
			before, was := known[number]
			told := len(i.Comments) - len(before.Comments)
			comments[week] += told
			if !was {
				filed[week]++
				told++
			}
			if state, ok := states[number]; ok && state != i.State {
				changes[number] = append(changes[number], w.now)
				told++
			}
			notifications[week] += told
			known[number] = i
			for _, c := range i.Comments {
				if !strings.Contains(c.Body, "<!-- errmon:note ") {
					t.Errorf("#%d: a comment without its reason: %s", number, c.Body)
				}
			}
		}
		if writes := r.writes(); hour >= 13*24+12 && len(writes) > 1 {
			t.Errorf("in the quiet days it wrote %v", paths(writes))
		}
		w.advance(time.Hour)
	}
	for week := range 2 {
		t.Logf("week %d: %d issues, %d comments, %d notifications", week+1, filed[week], comments[week], notifications[week])
	}
	t.Logf("requests of the last 24 runs: %v", requests[len(requests)-24:])
	for number, at := range changes {
		for i := 2; i < len(at); i++ {
			if at[i].Sub(at[i-2]) < 24*time.Hour {
				t.Errorf("#%d changed its state three times within a day: %v", number, at)
			}
		}
	}
}

// byNumber returns the error issues by number, since two may have the same title.
func (w *world) byNumber() map[int]githubtest.Issue {
	all := map[int]githubtest.Issue{}
	for _, i := range w.github.Issues() {
		if !strings.Contains(fmt.Sprint(i.Labels), "dashboard") {
			all[i.Number] = i
		}
	}
	return all
}

// meddle does to an issue one of the things that people do.
func (w *world) meddle(random *rand.Rand) {
	body := w.dashboard().Body
	if _, row, ok := strings.Cut(body, "- [ ] "); ok {
		w.github.EditBody(w.dashboard().Number, strings.Replace(body, "- [ ] "+row, "- [x] "+row, 1))
	}
	issues := w.github.Issues()
	i := issues[random.IntN(len(issues))]
	if strings.Contains(fmt.Sprint(i.Labels), "dashboard") {
		return
	}
	switch random.IntN(7) {
	case 0, 1, 2:
		w.github.Close(i.Number, "completed")
	case 3:
		w.github.Close(i.Number, "not_planned")
	case 4:
		w.github.Label(i.Number, "errmon:snooze-1d")
	case 5:
		w.github.Edit(i.Number, func(i *githubtest.Issue) { i.Locked = true })
	case 6:
		w.github.Reopen(i.Number)
	}
}

package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The filter pattern finds the same line of both errors. Once they were distinguished by the lines around
// it, every run distinguishes them, and an event that is read twice never counts for the other error.
func TestErrorsThatLookAlike(t *testing.T) {
	s := newScript()
	s.settings["ERRMON_MIN_EVENTS"] = "1"
	const group = "/ecs/shop"
	for i := range 12 {
		name := []string{"otter", "weasel"}[i%2]
		s.happen(name, group, "page/1", time.Duration(i*9-10)*time.Minute, 0, "Uncaught TypeError: item is null",
			fmt.Sprintf("%s@file:///app/%s.js:10:11", name, name), "run@file:///app/main.js:20:5")
	}
	w := newWorld(s)
	for i := range runs {
		w.turnTo(i)
		w.newRun().do().mustSucceed(t)
	}
	if v := w.finish(nil); v.bad() {
		t.Error(v)
	}
	for _, i := range w.github.Issues() {
		if strings.Contains(i.Title, "Uncaught") {
			t.Errorf("filed a part: %s", i.Title)
		}
	}
}

package code

import (
	"testing"
	"time"
)

func TestSuspectOf(t *testing.T) {
	seen := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	good := Change{SHA: full, At: seen.Add(-48 * time.Hour), Author: "mara", Files: 3, Pull: 812}
	tests := []struct {
		name    string
		change  func(*Change)
		ignored string
		want    bool
	}{
		{"two days before", func(*Change) {}, "", true},
		{"after the first event", func(c *Change) { c.At = seen.Add(time.Minute) }, "", false},
		{"older than a year", func(c *Change) { c.At = seen.AddDate(-1, 0, -1) }, "", false},
		{"merge", func(c *Change) { c.Merge = true }, "", false},
		{"bot", func(c *Change) { c.Author = "dependabot[bot]" }, "", false},
		{"bot by name", func(c *Change) { c.Author = "acme-bot" }, "", false},
		{"name that ends like a bot's", func(c *Change) { c.Author = "abbot" }, "", true},
		{"41 files", func(c *Change) { c.Files = 41 }, "", false},
		{"unknown number of files", func(c *Change) { c.Files = 0 }, "", false},
		{"ignored", func(*Change) {}, "# formatting\n" + full + " # all\n", false},
		{"another ignored", func(*Change) {}, "# " + full + "\nffffffffffffffffffffffffffffffffffffffff\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			tt.change(&c)
			blame := []Blamed{{1, 4, Change{SHA: "other"}}, {5, 9, c}}
			got, ok := SuspectOf(Link{Path: "a.js", Line: 9}, blame, seen, tt.ignored)
			if ok != tt.want || ok && (got.SHA != full || got.Before != seen.Sub(c.At)) {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
	if _, ok := SuspectOf(Link{Line: 10}, []Blamed{{1, 9, good}}, seen, ""); ok {
		t.Error("a line that is not blamed has a suspect")
	}
}

func TestSuspects(t *testing.T) {
	at := func(sha string, day int) Suspect {
		return Suspect{Change: Change{SHA: sha, At: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)}}
	}
	got := Suspects([]Suspect{at("a", 1), at("b", 3), at("b", 3), at("c", 2)})
	if len(got) != 2 || got[0].SHA != "b" || got[1].SHA != "c" {
		t.Errorf("got %+v", got)
	}
}

func TestExcerptOf(t *testing.T) {
	e, ok := ExcerptOf("src/a.py", "1\n2\n3\r\n4\n5\n6\n7\n8\n", 7)
	if !ok || e.First != 2 || len(e.Lines) != 7 || e.Lines[1] != "3" || e.Language != "python" {
		t.Errorf("got %+v, %v", e, ok)
	}
	if _, ok := ExcerptOf("a", "1\n2\n", 3); ok {
		t.Error("a line behind the end has an excerpt")
	}
}

package code

import (
	"testing"
	"time"
)

func TestLikely(t *testing.T) {
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
			got := Suspects([]Link{{Path: "a.js", Line: 9}}, func(Link) Change { return c }, seen, tt.ignored)
			if len(got) > 0 != tt.want || tt.want && (got[0].SHA != full || got[0].Before != seen.Sub(c.At) || got[0].Line != 9) {
				t.Errorf("got %+v", got)
			}
		})
	}
	if got := Suspects([]Link{{Line: 10}}, func(Link) Change { return Change{} }, seen, ""); got != nil {
		t.Errorf("a line that is not blamed has a suspect: %+v", got)
	}
}

func TestSuspects(t *testing.T) {
	at := func(sha string, day int) Change {
		return Change{SHA: sha, At: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC), Author: "mara", Files: 1}
	}
	changes := []Change{at("a", 1), at("b", 3), at("b", 3), at("c", 2)}
	links := []Link{{Line: 0}, {Line: 1}, {Line: 2}, {Line: 3}}
	got := Suspects(links, func(l Link) Change { return changes[l.Line] }, time.Date(2026, 1, 9, 0, 0, 0, 0, time.UTC), "")
	if len(got) != 2 || got[0].SHA != "b" || got[0].Line != 1 || got[1].SHA != "c" {
		t.Errorf("got %+v", got)
	}
}

func TestExcerptOf(t *testing.T) {
	e := ExcerptOf("src/a.py", "1\n2\n3\r\n4\n5\n6\n7\n8\n", 7)
	if e.First != 2 || len(e.Lines) != 7 || e.Lines[1] != "3" || e.Language != "python" {
		t.Errorf("got %+v", e)
	}
	if e := ExcerptOf("a", "1\n2\n", 3); e.Lines != nil {
		t.Error("a line behind the end has an excerpt")
	}
}

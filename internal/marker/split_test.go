package marker

import (
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/count"
)

// TestPeoplesTextStays reads bodies that people edited. Read must return the newest state, and replacing the
// section must keep everything that people wrote and nothing of the old section.
func TestPeoplesTextStays(t *testing.T) {
	render := func(last count.Millis, events string) string {
		m := Marker{Keys: []string{"exc1:0123"}, Last: last}
		section := m.Section("**" + events + "** · first seen\n\n```\n** (RuntimeError) boom\n```\n\n---\n" + LastLine + " and kept</sub>")
		return section
	}
	old, now := render(1000, "2 events"), render(2000, "3 events")
	lines := strings.Split(now, "\n")
	n := len(lines)
	quoted := "> " + strings.ReplaceAll(old, "\n", "\n> ")
	tests := []struct {
		name, body string
		keeps      []string // people's text, in this order
		damaged    bool
	}{
		{"alone", now, nil, false},
		{"around", "above\n\n" + now + "\n\nbelow", []string{"above", "below"}, false},
		{"below a quoted begin", "```\n<!-- errmon:begin v1 -->\n```\nnote\n\n" + now, []string{"```\n<!-- errmon:begin v1 -->\n```\nnote"}, false},
		{"begin in a sentence", "what is <!-- errmon:begin v1 --> for?\nnote\n" + now, []string{"what is", "note"}, false},
		{"before a quoted end", now + "\nnote\n```\n<!-- errmon:end -->\n```\nmore", []string{"note", "more"}, false},
		{"an earlier body pasted below", now + "\n\nnote\n\n" + old, []string{"note", "2 events"}, false},
		{"an earlier body pasted above", old + "\n\nnote\n\n" + now, []string{"2 events", "note"}, false},
		{"an earlier body quoted below", now + "\n\nnote\n\n" + quoted, []string{"note", "> **2 events"}, false},
		{"an earlier body quoted above", quoted + "\n\nnote\n\n" + now, []string{"> **2 events", "note"}, false},
		{"first two lines deleted", "**Known** since May\n\n" + strings.Join(lines[2:], "\n") + "\nnote", []string{"**Known** since May", "note"}, false},
		{"begin deleted", "above\n" + strings.Join(lines[1:], "\n") + "\nnote", []string{"above", "note"}, false},
		{"end deleted", "above\n" + strings.Join(lines[:n-1], "\n") + "\nnote", []string{"above", "note"}, false},
		{"state and end deleted", "above\n" + strings.Join(lines[:n-2], "\n") + "\nnote", []string{"above", "note"}, true},
		{"state deleted", strings.Join(append(lines[:n-2:n-2], lines[n-1], "note"), "\n"), []string{"note"}, true},
		{"windows line ends", strings.ReplaceAll("above\n\n"+now+"\n\nbelow", "\n", "\r\n"), []string{"above", "below"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Read(tt.body)
			if (err != nil) != tt.damaged || !tt.damaged && m.Last != 2000 {
				t.Errorf("read %v, %v", m.Last, err)
			}
			before, section, behind := Split(tt.body)
			if section == "" || before+section+behind != tt.body {
				t.Fatalf("split into %q, %q, %q", before, section, behind)
			}
			rest := before + "NEW" + behind
			if strings.Contains(rest, "3 events") {
				t.Errorf("what is replaced stays: %q", rest)
			}
			for _, part := range tt.keeps {
				_, after, found := strings.Cut(rest, part)
				if !found {
					t.Errorf("%q lacks %q", before+"NEW"+behind, part)
				}
				rest = after
			}
		})
	}
}

package logfile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"logs/b.log": "x\n", "logs/a.log": "", "logs/notes.txt": "x\n", "logs/below/c.log": "x\n",
		"a[b/c.log": "", "empty/notes.txt": "", "binary": "\x1f\x8b\x00\x00", "app.txt": "x\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("logs/folder.log", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", "dangling.log"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want []string
		says []string
	}{
		{"link to nowhere", []string{"."}, nil, []string{`"dangling.log" cannot be read: no such file`}},
		{"a device is read as it is", []string{os.DevNull}, []string{os.DevNull}, nil},
		{"folder", []string{"logs"}, []string{"logs/a.log", "logs/b.log"}, nil},
		{"folder whose name looks like a pattern", []string{"a[b"}, []string{"a[b/c.log"}, nil},
		{"file of any name", []string{"app.txt"}, []string{"app.txt"}, nil},
		{"standard input", []string{"-"}, []string{"-"}, nil},
		{"folder without logs", []string{"empty"}, nil, []string{`folder "empty" contains no *.log file`}},
		{"every mistake", []string{"none", "binary", "app.txt"}, nil, []string{`"none" cannot be read: no such file`, `"binary" is binary`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Expand(tt.args)
			if (err != nil) != (tt.says != nil) {
				t.Fatalf("error %v", err)
			}
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q lacks %q", err, part)
				}
			}
			if diff := cmp.Diff(tt.want, got); tt.says == nil && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRead(t *testing.T) {
	long := strings.Repeat("x", MaxLine+100)
	tests := []struct {
		name string
		in   string
		want []string
		cut  int64
	}{
		{"lines", "a\nb\n", []string{"a", "b"}, 0},
		{"last line without an end", "a\nb", []string{"a", "b"}, 0},
		{"Windows", "a\r\nb\r\n", []string{"a", "b"}, 0},
		{"blank lines stay, they are part of traces", "a\n\nb\n", []string{"a", "", "b"}, 0},
		{"nothing", "", nil, 0},
		{"a line too long", "a\n" + long + "\nb\n", []string{"a", long[:MaxLine], "b"}, 1},
		{"byte order mark", "\uFEFFa\n", []string{"a"}, 0},
		{"bytes that are no text", "a\xff\x00b\n", []string{"a\xff\x00b"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Source{Path: Stdin, Stdin: strings.NewReader(tt.in)}
			var got []string
			err := s.Read(t.Context(), func(r event.Record) { got = append(got, r.Text) })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || s.Cut != tt.cut || s.Lines != int64(len(tt.want)) {
				t.Errorf("%d lines, %d cut\n%.300s", s.Lines, s.Cut, diff)
			}
		})
	}
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := Source{Path: Stdin, Stdin: strings.NewReader(strings.Repeat("a\n", 100_000))}
	err := s.Read(ctx, func(event.Record) { cancel() })
	if !errors.Is(err, context.Canceled) || s.Lines > 2000 {
		t.Errorf("error %v after %d lines", err, s.Lines)
	}
}

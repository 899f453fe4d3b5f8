package group

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/safe"
)

func stdin(r io.Reader) *logfile.Source { return &logfile.Source{Path: logfile.Stdin, Stdin: r} }

// lineWriter counts lines and holds each to its place; it keeps none.
type lineWriter struct {
	t     *testing.T
	rest  []byte
	lines int
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, found := bytes.Cut(w.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		w.lines++
		if want := fmt.Sprintf(`{"line":%d,"fingerprint":"msg1:`, w.lines); !bytes.HasPrefix(line, []byte(want)) {
			w.t.Fatalf("line %d is %s", w.lines, line)
		}
		w.rest = append(w.rest[:0], rest...)
	}
}

// madeLog yields lines without holding them. Every tenth is none that was seen
// before, even when masked.
func madeLog(lines int) io.Reader {
	r, w := io.Pipe()
	go func() {
		for i := range lines {
			text := fmt.Sprintf("order %d of customer %d lost after %d ms", i, i%97, i%900)
			if i%10 == 0 {
				text = strings.Map(func(d rune) rune { return d - '0' + 'a' }, fmt.Sprint(i)) + " " + strings.Repeat("was rejected again ", 20)
			}
			if _, err := fmt.Fprintln(w, text); err != nil {
				return
			}
		}
		w.Close()
	}()
	return r
}

func TestLinesInBoundedMemory(t *testing.T) {
	redactor := safe.NewRedactor()
	redactor.Redact("load the rules")
	held := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held()
	for _, lines := range []int{10_000, 100_000} {
		w := &lineWriter{t: t}
		known, err := Printer{Out: w, Redactor: redactor, Lines: true}.Print(context.Background(), stdin(madeLog(lines)))
		if err != nil || w.lines != lines {
			t.Fatalf("%d lines for %d: %v", w.lines, lines, err)
		}
		if grown := int64(held()) - int64(before); grown > 32<<20 {
			t.Errorf("%d lines: %d bytes held, %d templates", lines, grown, len(known))
		}
	}
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	_, err := Printer{Out: &out, Redactor: safe.NewRedactor(), Lines: true}.Print(ctx, stdin(strings.NewReader("a\nb\n")))
	if !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("%v, printed %q", err, out.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestOutputFails(t *testing.T) {
	_, err := Printer{Out: fullDisk{}, Redactor: safe.NewRedactor(), Lines: true}.Print(context.Background(), stdin(strings.NewReader("a\n")))
	if err == nil || err.Error() != "print groups: no space left" {
		t.Errorf("error %v", err)
	}
}

func TestKnownFileRoundTrip(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known")
	want := []grouping.Known{{Key: "msg1:a", Template: `order <*> "lost" & gone`}, {Key: "msg1:b", Service: "shop", Template: ""}}
	if err := WriteKnown(file, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadKnown(file)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// A file that is replaced is never half written.
func TestKnownFileIsReplaced(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known")
	var infos []os.FileInfo
	for _, key := range []string{"msg1:a", "msg1:b"} {
		if err := WriteKnown(file, []grouping.Known{{Key: key}}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		infos = append(infos, info)
	}
	if left, _ := filepath.Glob(file + "?*"); os.SameFile(infos[0], infos[1]) || len(left) > 0 {
		t.Errorf("written in place, or left behind %q", left)
	}
}

// Only a regular file is replaced: a link stays one, and so does a device such as /dev/stdout.
func TestKnownFileIsALink(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known")
	if err := errors.Join(os.WriteFile(file+".old", nil, 0o600), os.Symlink(file+".old", file), WriteKnown(file, []grouping.Known{{Key: "msg1:a"}})); err != nil {
		t.Fatal(err)
	}
	if known, err := ReadKnown(file + ".old"); err != nil || len(known) != 1 {
		t.Errorf("%v, %v behind the link", known, err)
	}
}

func TestKnownFileFails(t *testing.T) {
	if err := WriteKnown(filepath.Join(t.TempDir(), "gone", "known"), nil); err == nil || !strings.HasPrefix(err.Error(), "save templates: ") {
		t.Errorf("error %v", err)
	}
}

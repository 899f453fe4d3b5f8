package group

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/org/errmon-action/internal/grouping"
)

// saved is a known template as stored in a file, one per line, the oldest
// first.
type saved struct {
	Fingerprint string `json:"fingerprint"`
	Service     string `json:"service,omitempty"`
	Template    string `json:"template"`
}

// ReadKnown reads a file that WriteKnown wrote.
func ReadKnown(file string) ([]grouping.Known, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read known templates: %w", err)
	}
	var known []grouping.Known
	for i, line := range bytes.Split(content, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var s saved
		if err := json.Unmarshal(line, &s); err != nil || grouping.KindOf(s.Fingerprint) != grouping.Message {
			return nil, fmt.Errorf("known templates %q: line %d is not one that --save writes: check --known", file, i+1)
		}
		known = append(known, grouping.Known{Key: s.Fingerprint, Service: s.Service, Template: s.Template})
	}
	return known, nil
}

// WriteKnown writes templates for a later call. The file is replaced at once,
// so that a call that dies leaves the old one intact.
func WriteKnown(file string, known []grouping.Known) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".errmon-known-*")
	if err != nil {
		return fmt.Errorf("save templates: %w", err)
	}
	defer os.Remove(temporary.Name())
	var content []byte
	for _, k := range known {
		content = append(append(content, encode(saved{k.Key, k.Service, k.Template})...), '\n')
	}
	_, err = temporary.Write(content)
	if err = cmp.Or(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("save templates: %w", err)
	}
	return nil
}

// entry is an event that was read: where it began and where it was counted.
type entry struct {
	line int64
	mark grouping.Mark
}

const entrySize = 16

// spool keeps entries in a temporary file until all events are read.
type spool struct {
	file *os.File
	w    *bufio.Writer // keeps its first error
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "errmon-group-*")
	if err != nil {
		return nil, fmt.Errorf("open a temporary file: %w", err)
	}
	return &spool{file, bufio.NewWriterSize(file, 64<<10)}, nil
}

func (s *spool) add(e entry) {
	b := binary.LittleEndian.AppendUint64(s.w.AvailableBuffer(), uint64(e.line))
	b = binary.LittleEndian.AppendUint32(b, e.mark.Unit)
	_, _ = s.w.Write(binary.LittleEndian.AppendUint32(b, uint32(e.mark.Masks)))
}

// all yields the entries in the order they were added, or the error that
// keeps them.
func (s *spool) all() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		if err := s.w.Flush(); err != nil {
			yield(entry{}, fmt.Errorf("write to a temporary file: %w", err))
			return
		}
		r := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, 1<<62), 64<<10)
		var b [entrySize]byte
		for {
			_, err := io.ReadFull(r, b[:])
			if errors.Is(err, io.EOF) {
				return
			}
			e := entry{int64(binary.LittleEndian.Uint64(b[:])), grouping.Mark{
				Unit:  binary.LittleEndian.Uint32(b[8:]),
				Masks: grouping.Masks(binary.LittleEndian.Uint32(b[12:])),
			}}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (s *spool) close() {
	s.file.Close()
	os.Remove(s.file.Name())
}

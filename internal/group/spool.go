package group

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/org/errmon-action/internal/grouping"
)

// entry is an event that was read: where it began and where it was counted.
type entry struct {
	line int64
	mark grouping.Mark
}

const entrySize = 16

// spool keeps entries in a temporary file until all events were read.
type spool struct {
	file *os.File
	w    *bufio.Writer
	err  error // of the first write that failed
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "errmon-group-*")
	if err != nil {
		return nil, fmt.Errorf("open a temporary file: %w", err)
	}
	return &spool{file: file, w: bufio.NewWriterSize(file, 64<<10)}, nil
}

func (s *spool) add(e entry) {
	var b [entrySize]byte
	binary.LittleEndian.PutUint64(b[:], uint64(e.line))
	binary.LittleEndian.PutUint32(b[8:], e.mark.Unit)
	binary.LittleEndian.PutUint32(b[12:], uint32(e.mark.Masks))
	if _, err := s.w.Write(b[:]); s.err == nil && err != nil {
		s.err = fmt.Errorf("write to a temporary file: %w", err)
	}
}

// all yields the entries in the order they were added, or the error that
// keeps them.
func (s *spool) all() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		if err := s.rewind(); err != nil {
			yield(entry{}, err)
			return
		}
		r := bufio.NewReaderSize(s.file, 64<<10)
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

func (s *spool) rewind() error {
	if s.err != nil {
		return s.err
	}
	err := s.w.Flush()
	if err == nil {
		_, err = s.file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("read a temporary file back: %w", err)
	}
	return nil
}

func (s *spool) close() {
	s.file.Close()
	os.Remove(s.file.Name())
}

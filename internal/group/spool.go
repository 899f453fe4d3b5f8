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

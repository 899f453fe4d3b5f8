// Package logfile reads local log files, for someone who has no account
// anywhere. A line is a record; joining the lines of a stack trace is framing's
// business.
//
// It may import event alone.
package logfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/org/errmon-action/internal/event"
)

// MaxLine is how many bytes of one line are kept, which is the most that
// CloudWatch takes as one event. What is over is dropped.
const MaxLine = 1 << 20

// Stdin is the name by which a command's standard input is asked for.
const Stdin = "-"

// Expand turns arguments into files: a folder stands for the *.log files in
// it. All arguments are checked, and all mistakes returned, before anything is
// read.
func Expand(args []string) ([]string, error) {
	var files []string
	var mistakes []error
	for _, arg := range args {
		found, err := expand(arg)
		if err != nil {
			mistakes = append(mistakes, err)
		}
		files = append(files, found...)
	}
	return files, errors.Join(mistakes...)
}

func expand(arg string) ([]string, error) {
	if arg == Stdin {
		return []string{arg}, nil
	}
	info, err := os.Stat(arg)
	if err != nil {
		return nil, fmt.Errorf("log file %q cannot be read: %w: check the path", arg, unwrapPath(err))
	}
	if !info.IsDir() {
		return []string{arg}, check(arg)
	}
	files, err := filepath.Glob(filepath.Join(arg, "*.log"))
	if err != nil {
		return nil, fmt.Errorf("list folder %q: %w", arg, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("folder %q holds no *.log file: name the files themselves", arg)
	}
	var mistakes []error
	for _, file := range files {
		mistakes = append(mistakes, check(file))
	}
	return files, errors.Join(mistakes...)
}

// check opens a file and looks at its beginning.
func check(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("log file %q cannot be read: %w: check its permissions", name, unwrapPath(err))
	}
	defer f.Close()
	begin := make([]byte, 8000) // as far as git looks to tell text from binary
	n, err := io.ReadFull(f, begin)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("log file %q cannot be read: %w", name, unwrapPath(err))
	}
	if bytes.IndexByte(begin[:n], 0) >= 0 {
		return fmt.Errorf("log file %q is binary: unpack it first, or name a text file", name)
	}
	return nil
}

// unwrapPath leaves the path out of an error that names it already.
func unwrapPath(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Source is one file.
type Source struct {
	Path  string
	Stdin io.Reader // read where Path is Stdin

	Lines int64 // read so far
	Cut   int64 // of these, longer than MaxLine
}

// Key names the source.
func (s *Source) Key() string { return "file:" + filepath.ToSlash(s.Path) }

// Read emits each line as a record.
func (s *Source) Read(ctx context.Context, emit func(event.Record)) error {
	in := s.Stdin
	if s.Path != Stdin {
		f, err := os.Open(s.Path)
		if err != nil {
			return fmt.Errorf("read log file: %w", err)
		}
		defer f.Close()
		in = f
	}
	r := bufio.NewReaderSize(in, 64<<10)
	var line []byte
	for {
		if s.Lines%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var cut bool
		var err error
		line, cut, err = readLine(r, line[:0])
		if len(line) > 0 || err == nil {
			s.emit(line, cut, emit)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read log file %q: %w", s.Path, err)
		}
	}
}

func (s *Source) emit(line []byte, cut bool, emit func(event.Record)) {
	s.Lines++
	if cut {
		s.Cut++
	}
	emit(event.Record{
		ID:     strconv.FormatInt(s.Lines, 10),
		Source: s.Key(),
		Stream: s.Path,
		Text:   string(bytes.TrimRight(line, "\r\n")),
	})
}

// readLine appends the next line to buf, at most MaxLine bytes of it, and
// reports whether that cut it.
func readLine(r *bufio.Reader, buf []byte) (line []byte, cut bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		room := MaxLine - len(buf)
		if len(part) > room {
			part, cut = part[:room], true
		}
		buf = append(buf, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return buf, cut, err
		}
	}
}

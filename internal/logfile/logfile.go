// Package logfile reads local log files, without a cloud account. Each line becomes a record; framing joins
// the lines of stack traces later. JSON output of "aws logs filter-log-events" yields its events instead.
//
// It may import event alone.
package logfile

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// MaxLine is the number of bytes kept of a line. It equals CloudWatch's limit for one event.
const MaxLine = 1 << 20

// Stdin is the argument that stands for standard input.
const Stdin = "-"

// Expand returns the files named by the arguments, where a folder stands for its *.log files. The error joins
// those of all arguments.
func Expand(args []string) ([]string, error) {
	var files []string
	var mistakes []error
	for _, arg := range args {
		found, err := expand(arg)
		files, mistakes = append(files, found...), append(mistakes, err)
	}
	return files, errors.Join(mistakes...)
}

func expand(arg string) ([]string, error) {
	if arg == Stdin {
		return []string{arg}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		return nil, unreadable(arg, err)
	case info.Mode().IsRegular():
		return []string{arg}, check(arg)
	case !info.IsDir():
		return []string{arg}, nil // a pipe can be read only once
	}
	names, _ := fs.Glob(os.DirFS(arg), "*.log") // the pattern is valid
	var files []string
	for _, name := range names {
		file := filepath.Join(arg, name)
		if info, err := os.Stat(file); err != nil || info.Mode().IsRegular() {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("folder %q contains no *.log file: name the files themselves", arg)
	}
	return Expand(files)
}

func unreadable(name string, err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok { // it names the file too, and once is enough
		err = path.Err
	}
	return fmt.Errorf("log file %q cannot be read: %w: check the path and its permissions", name, err)
}

func check(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return unreadable(name, err)
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(f, 8000)) // git, too, looks for a zero byte there to detect binary files
	switch {
	case err != nil:
		return unreadable(name, err)
	case bytes.IndexByte(begin, 0) >= 0:
		return fmt.Errorf("log file %q is binary: unpack it first, save it as UTF-8, or name a text file", name)
	}
	return nil
}

// Source reads one file, or standard input.
type Source struct {
	Path  string
	Stdin io.Reader // read if Path is Stdin

	Lines int64 // number of lines read so far, or of events in the AWS CLI's JSON
	Cut   int64 // number of lines cut at MaxLine

	key string // the Source of its records
}

// Read emits each line as a record, or each event if the file is JSON output of the AWS CLI. It returns an
// error if the file cannot be read, if that JSON is damaged, or if ctx ends.
func (s *Source) Read(ctx context.Context, emit func(event.Record)) error {
	in := s.Stdin
	s.key = "file:" + filepath.ToSlash(s.Path)
	if s.Path != Stdin {
		f, err := os.Open(s.Path)
		if err != nil {
			return fmt.Errorf("read log file: %w", err)
		}
		defer f.Close()
		in = f
	}
	r := bufio.NewReaderSize(in, 64<<10)
	if begin, _ := r.Peek(len(byteOrderMark)); string(begin) == byteOrderMark {
		_, _ = r.Discard(len(begin)) // cannot fail after Peek
	}
	if begin, _ := r.Peek(512); cliStart.Match(begin) {
		return s.readCLI(ctx, r, emit)
	}
	return s.readLines(ctx, r, emit)
}

const byteOrderMark = "\uFEFF" // begins files of some Windows programs

func (s *Source) readLines(ctx context.Context, r *bufio.Reader, emit func(event.Record)) error {
	var line []byte
	for cut := false; ; {
		if s.Lines%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		part, err := r.ReadSlice('\n')
		if room := MaxLine - len(line); len(part) > room {
			part, cut = part[:room], true
		}
		line = append(line, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if len(line) > 0 || err == nil {
			if s.Lines++; cut {
				s.Cut++
			}
			text := string(bytes.TrimRight(line, "\r\n"))
			emit(event.Record{ID: strconv.FormatInt(s.Lines, 10), Source: s.key, Stream: s.Path, Text: text})
		}
		switch line, cut = line[:0], false; {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read log file %q: %w", s.Path, err)
		}
	}
}

// cliStart matches the beginning of the JSON that "aws logs filter-log-events" and "aws logs get-log-events"
// print. The keys are those of the two responses in CloudWatch Logs' service model; no logger's objects begin
// with them.
var cliStart = regexp.MustCompile(`^\s*\{\s*"(events|searchedLogStreams|nextToken|nextForwardToken|nextBackwardToken)"\s*:`)

// readCLI emits each event as a record. It accepts several responses in a row, as a loop over pages prints
// them, and decodes them token by token, because a response may be larger than memory.
func (s *Source) readCLI(ctx context.Context, r io.Reader, emit func(event.Record)) error {
	d := json.NewDecoder(r)
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		for err == nil && d.More() {
			err = s.readMember(ctx, d, emit)
		}
		if err == nil {
			_, err = d.Token()
		}
		switch {
		case err == nil:
			continue
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, io.EOF):
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("read log file %q as output of the AWS CLI: %w: "+
			"save the whole output of the command, with --output json", s.Path, err)
	}
}

func (s *Source) readMember(ctx context.Context, d *json.Decoder, emit func(event.Record)) error {
	key, err := d.Token()
	if err != nil {
		return err
	}
	if key != "events" {
		return d.Decode(new(json.RawMessage))
	}
	for _, err = d.Token(); err == nil && d.More(); {
		var e struct {
			LogStreamName, Message string // get-log-events does not return the stream name
			Timestamp              int64  // milliseconds since 1970
		}
		if err = cmp.Or(ctx.Err(), d.Decode(&e)); err != nil {
			return err
		}
		s.Lines++
		emit(event.Record{
			ID: strconv.FormatInt(s.Lines, 10), Source: s.key, Stream: cmp.Or(e.LogStreamName, s.Path),
			Time: time.UnixMilli(e.Timestamp).UTC(), Text: e.Message,
		})
	}
	_, err = d.Token()
	return err
}

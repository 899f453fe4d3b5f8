package logfile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// This file reads the JSON that "aws logs filter-log-events" and "aws logs get-log-events" print,
// so that someone with the AWS CLI can preview a log group before setting anything up.

// cliStart matches the beginning of that JSON: the keys of the two responses in CloudWatch Logs'
// service model. No logger prints an object that begins with them.
var cliStart = regexp.MustCompile(`^\s*\{\s*"(events|searchedLogStreams|nextToken|nextForwardToken|nextBackwardToken)"\s*:`)

// readCLI emits each event as a record. A loop over pages prints several answers, and an answer may
// hold many events, so it is decoded token by token.
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
		return fmt.Errorf("read log file %q as output of the AWS CLI: %w: save the whole output of the command, with --output json", s.Path, err)
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
			LogStreamName, Message string // get-log-events has no names of streams
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

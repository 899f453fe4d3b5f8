package logfile

import (
	"bufio"
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

// cliStart matches the beginning of that JSON. The keys are the ones of the two responses (service
// model of CloudWatch Logs); no logger prints an object that begins with them.
var cliStart = regexp.MustCompile(`^\s*\{\s*"(events|searchedLogStreams|nextToken|nextForwardToken|nextBackwardToken)"\s*:`)

// cliPeek is how many bytes are searched for cliStart.
const cliPeek = 512

func isCLIOutput(r *bufio.Reader) bool {
	begin, _ := r.Peek(cliPeek)
	return cliStart.Match(begin)
}

// cliEvent is one element of "events"; eventId and logStreamName are missing in
// the answers of get-log-events.
type cliEvent struct {
	LogStreamName string `json:"logStreamName"`
	Timestamp     int64  `json:"timestamp"` // milliseconds since 1970
	Message       string `json:"message"`
}

// answers decodes JSON token by token, because an answer may hold many events.
// After an error it yields nothing more.
type answers struct {
	*json.Decoder
	err error
}

func (a *answers) token() (t json.Token) {
	if a.err == nil {
		t, a.err = a.Token()
	}
	return t
}

// more reports whether the array or object that was begun has another element.
func (a *answers) more() bool { return a.err == nil && a.More() }

// readCLI emits each event as a record. Several answers may follow one another,
// as a loop over pages prints them.
func (s *Source) readCLI(ctx context.Context, r io.Reader, emit func(event.Record)) error {
	a := &answers{Decoder: json.NewDecoder(r)}
	for a.token(); !errors.Is(a.err, io.EOF); a.token() {
		for a.more() {
			if a.token() == "events" {
				s.readEvents(ctx, a, emit)
			} else if a.err == nil {
				a.err = a.Decode(new(json.RawMessage))
			}
		}
		a.token()
		switch {
		case a.err == nil:
			continue
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(a.err, io.EOF):
			a.err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("read log file %q as output of the AWS CLI: %w: save the whole output of the command, with --output json", s.Path, a.err)
	}
	return nil
}

func (s *Source) readEvents(ctx context.Context, a *answers, emit func(event.Record)) {
	for a.token(); a.more(); {
		var e cliEvent
		if a.err = cmp.Or(ctx.Err(), a.Decode(&e)); a.err != nil {
			return
		}
		s.Lines++
		emit(event.Record{
			ID: strconv.FormatInt(s.Lines, 10), Source: s.Key(), Stream: cmp.Or(e.LogStreamName, s.Path),
			Time: time.UnixMilli(e.Timestamp).UTC(), Text: e.Message,
		})
	}
	a.token()
}

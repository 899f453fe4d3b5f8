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

// cliStart matches the beginning of the JSON that "aws logs filter-log-events" and "aws logs get-log-events"
// print: the keys of the two responses in CloudWatch Logs' service model. No logger's objects begin with them.
var cliStart = regexp.MustCompile(`^\s*\{\s*"(events|searchedLogStreams|nextToken|nextForwardToken|nextBackwardToken)"\s*:`)

// readCLI emits each event as a record. A loop over pages prints several answers.
func (s *Source) readCLI(ctx context.Context, r io.Reader, emit func(event.Record)) error {
	for d := json.NewDecoder(r); ; {
		var answer struct {
			Events []struct {
				LogStreamName, Message string // get-log-events has no names of streams
				Timestamp              int64  // milliseconds since 1970
			}
		}
		switch err := d.Decode(&answer); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read log file %q as output of the AWS CLI: %w: save the whole output of the command, with --output json", s.Path, err)
		}
		for _, e := range answer.Events {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			s.Lines++
			emit(event.Record{
				ID: strconv.FormatInt(s.Lines, 10), Source: s.key, Stream: cmp.Or(e.LogStreamName, s.Path),
				Time: time.UnixMilli(e.Timestamp).UTC(), Text: e.Message,
			})
		}
	}
}

package policy

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/xhit/go-str2duration/v2"

	"github.com/org/errmon-action/internal/event"
)

// Rule is an entry of `rules:`. The tags name its keys in the file and describe them in
// its schema. Lists of several rules add up; of a single value the last rule counts.
type Rule struct {
	Match      Match       `json:"match" jsonschema:"Which events the rule is about. All matchers must hold; a rule without any is about every event."`
	Labels     []string    `json:"labels" jsonschema:"Labels to put on the issue. errmon removes only labels that it set."`
	Assignees  []string    `json:"assignees" jsonschema:"Logins to assign, or owners for the users that CODEOWNERS names for the failing file."`
	Type       string      `json:"type" jsonschema:"GitHub's issue type, such as Bug."`
	Title      string      `json:"title" jsonschema:"Title of a new issue. It may contain {type}, {message}, {function} and {service}."`
	Note       string      `json:"note" jsonschema:"Markdown to show above the counts."`
	Level      event.Level `json:"level" jsonschema:"Level of the events, instead of the logged one. It applies before min-level."`
	MinEvents  Threshold   `json:"min-events" jsonschema:"Events until the error gets an issue: 5, or 20/1h for 20 within any 60 minutes."`
	CloseAfter *Duration   `json:"close-after" jsonschema:"Quiet time until the issue is closed, such as 14d; 0 never closes."`
	Ignore     string      `json:"ignore" jsonschema:"Leave the events out, for this reason. It overrides every other rule."`
	Group      string      `json:"group" jsonschema:"Name of the error that all these events are. The first matching rule counts."`
	Slack      *bool       `json:"slack" jsonschema:"Whether Slack gets messages about the error."`

	Line    int      `json:"-"` // in the file, from 1; 0 for a rule of errmon's own
	Written []Effect `json:"-"` // its effects in their order in the file
}

// Effect is one effect of a rule as people read it.
type Effect struct{ Name, Text string }

// Match is a rule's matchers. One without patterns holds for every event.
type Match struct {
	Source      Patterns `json:"source" jsonschema:"cloudwatch, sentry, slack or text; the name of a log group; the sender of a delivery."`
	Service     Patterns `json:"service" jsonschema:"Service that logged the event."`
	Environment Patterns `json:"environment" jsonschema:"Environment, such as production."`
	Release     Patterns `json:"release" jsonschema:"Release that logged the event."`
	Level       Patterns `json:"level" jsonschema:"Level, such as error, or >=warn."`
	Type        Patterns `json:"type" jsonschema:"Type of any exception in the chain."`
	Message     Patterns `json:"message" jsonschema:"Redacted message of the event or of its first exception."`
	Function    Patterns `json:"function" jsonschema:"Function of any frame, with or without its module."`
	Path        Patterns `json:"path" jsonschema:"File of any frame, from any folder on."`
	Logger      Patterns `json:"logger" jsonschema:"Logger that logged the event."`
	Runtime     Patterns `json:"runtime" jsonschema:"Runtime that printed the stack trace, such as python."`
}

// Threshold is a number of events, within a period unless that is 0.
type Threshold struct {
	Events int
	Within time.Duration
}

// The limits of a threshold. Rows on the dashboard keep their minutes for the longest
// period, so it is bounded.
const (
	maxEvents = 1_000_000
	maxPeriod = 24 * time.Hour
)

// UnmarshalText reads "5" or "20/1h".
func (t *Threshold) UnmarshalText(text []byte) error {
	number, period, periodic := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	within, periodErr := str2duration.ParseDuration(strings.TrimSpace(period))
	switch {
	case err != nil || n < 1 || n > maxEvents, periodic && periodErr != nil:
		return errors.New("must be a number of events, such as 5, or a number within a period, such as 20/1h")
	case periodic && (within < time.Minute || within > maxPeriod || within%time.Minute != 0):
		return errors.New("the period must be whole minutes, from 1m to 24h")
	}
	*t = Threshold{n, within}
	return nil
}

// Duration is a time span of the file, which may be written in days and weeks.
type Duration time.Duration

// UnmarshalText reads a duration of up to a year.
func (d *Duration) UnmarshalText(text []byte) error {
	const most = 365 * 24 * time.Hour
	parsed, err := str2duration.ParseDuration(string(text))
	if err != nil || parsed < 0 || parsed > most {
		return errors.New("must be a duration between 0 and 365d, such as 6h or 14d")
	}
	*d = Duration(parsed)
	return nil
}

// Placeholders are the names that a title may contain in braces.
var Placeholders = []string{"type", "message", "function", "service"}

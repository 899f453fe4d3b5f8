package slack

import (
	"cmp"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

type slackMessage struct {
	Type, Subtype, User, Username, Text, TS, Permalink string

	Channel     string // id
	ChannelName string `json:"channel_name"`
	ThreadTS    string `json:"thread_ts"`
	BotID       string `json:"bot_id"`
	AppID       string `json:"app_id"`
	BotProfile  struct {
		AppID string `json:"app_id"`
		Name  string
	} `json:"bot_profile"`
	Blocks      []slackBlock
	Attachments []slackAttachment

	ourApp  string // errmon's own app id; may be empty
	request string // id of the request, the same if Slack sends it again; may be empty
}

func (m slackMessage) payload(raw json.RawMessage, o Options) payload.Payload {
	text, said := m.read()
	if why := m.noError(text, o.Rules); why != "" {
		return payload.Skip(why)
	}
	e := m.event(text, raw, o)
	e.Service, e.Environment, e.Release = cmp.Or(said.Service, e.Service), cmp.Or(said.Environment, e.Environment), said.Release
	e.Level = cmp.Or(e.Level, said.Level)
	return payload.Payload{Events: []event.Event{e}}
}

func (m slackMessage) event(text string, raw json.RawMessage, o Options) event.Event {
	id := m.request
	if id == "" && m.Channel != "" && m.TS != "" {
		id = m.Channel + " " + m.TS // ts is unique in its channel
	}
	e := readAlert(text)
	e.Deliveries, e.Source, e.Stream, e.Time, e.Text = []string{o.DeliveryID(id, raw)}, "slack", m.Channel, o.Now, text
	if m.ChannelName != "" {
		e.Stream = "#" + strings.TrimPrefix(m.ChannelName, "#")
	}
	if timestamp.MatchString(m.TS) {
		if seconds, _ := strconv.ParseFloat(m.TS, 64); seconds >= 1 {
			e.Time = time.UnixMicro(int64(math.Round(seconds * 1e6))).UTC()
		}
		if slackID.MatchString(m.Channel) { // slack.com redirects to the message
			e.URL = "https://slack.com/archives/" + m.Channel + "/p" + strings.Replace(m.TS, ".", "", 1)
		}
	}
	if permalink.MatchString(m.Permalink) {
		e.URL = m.Permalink
	}
	return e
}

// noError returns why the message is not an error, or "" if it is one.
func (m slackMessage) noError(text string, r Rules) string {
	person := m.User != "" && m.BotID == "" && m.AppID == "" && m.BotProfile.AppID == "" && m.Subtype != "bot_message"
	begin := withoutSigns(text)
	_, decorated := decorationOf(begin)
	switch {
	case m.Subtype == "message_changed", m.Subtype == "message_deleted":
		return "a Slack message was edited or deleted"
	case m.Subtype == "thread_broadcast", m.Subtype == "message_replied", m.ThreadTS != "" && m.ThreadTS != m.TS:
		return "a reply in a Slack thread"
	case !slices.Contains([]string{"", "bot_message", "file_share", "me_message"}, m.Subtype):
		return "Slack's note of subtype " + strconv.Quote(payload.Word(m.Subtype)) + " is not a message"
	case m.ourApp != "" && (m.AppID == m.ourApp || m.BotProfile.AppID == m.ourApp), ownNote.MatchString(text):
		return "errmon's own message"
	case anyFold(r.IgnoreApps, m.AppID, m.BotID, m.Username, m.BotProfile.AppID, m.BotProfile.Name):
		return "a message from an app in slack-ignore-apps"
	case len(r.Channels) > 0 && !anyFold(r.Channels, m.Channel, m.ChannelName):
		return "a message in a Slack channel that is not in slack-channels"
	case strings.TrimSpace(text) == "":
		return "a Slack message without text"
	case !r.matches(text):
		return "a Slack message with none of the words in slack-match"
	case person && !decorated && !logged.MatchString(begin): // not how a program's message begins
		return "a person's Slack message: /errmon file TEXT files it anyway"
	}
	return ""
}

// ownNote matches the start of errmon's own messages, whichever app posts them.
var ownNote = regexp.MustCompile(`^\S+/\S+: \d+ (?:new|regressed|escalated|surging)(?:, \d+ \w+)* errors?(?:\n|$)`)

var (
	slackID   = regexp.MustCompile(`^[A-Z0-9]{1,20}$`)
	timestamp = regexp.MustCompile(`^\d{1,12}\.\d{1,6}$`)
	permalink = regexp.MustCompile(`^https://[a-z0-9.-]+\.slack\.com/[A-Za-z0-9/?=&._-]+$`) // in any workspace
)

// decoration matches the prefix of a quoted log line: a level and an optional
// place, as in "ERROR in checkout:" or "[FATAL] from billing-worker (prod) |".
var decoration = regexp.MustCompile(`^\[?(?i:(error|err|fatal|critical|panic|alert|warning|warn|exception|failure))\]?` +
	`(?:\s+(?:in|from)\s+\[?([\w./@-]+?)\]?(?:\s+\(([\w-]+)\))?)?(\s*:|\s+[|–—-]+\s|\s*$)\s*`)

// logged matches a line that starts with a level, as loggers print it, or with an exception's type.
var logged = regexp.MustCompile(`^\[?(?:ERROR|FATAL|CRITICAL|PANIC)\b` +
	`|^(?:Uncaught |Unhandled )?(?:[\w.$:\\]*(?:Error|Exception|Panic)(?:: | \()|panic: |Traceback \()`)

var environments = map[string]bool{ // "in NAME" names one of these, not a service
	"production": true, "prod": true, "live": true, "staging": true, "stage": true, "preprod": true,
	"development": true, "dev": true, "test": true, "testing": true, "qa": true, "sandbox": true,
}

// readAlert returns an event whose Message is the alert's text, starting at the log line if it quotes one.
// The decoration before that line becomes Level, Service and Environment.
func readAlert(text string) event.Event {
	text = withoutSigns(text)
	for from := text; from != ""; _, from, _ = strings.Cut(from, "\n") {
		from = withoutSigns(from)
		if m, ok := decorationOf(from); ok {
			if rest := withoutSigns(from[len(strings.TrimRight(m[0], " ")):]); rest != "" {
				e := event.Event{Message: rest, Service: m[2], Environment: m[3]}
				if environments[strings.ToLower(m[2])] {
					e.Service, e.Environment = "", m[2]
				}
				if !slices.Contains([]string{"alert", "exception", "failure"}, strings.ToLower(m[1])) { // these are not levels
					e.Level, _ = event.ParseLevel(m[1])
				}
				return e
			}
		}
		if logged.MatchString(from) {
			return event.Event{Message: from}
		}
	}
	return event.Event{Message: text}
}

// decorationOf does not match the first line of an exception, such as "Error: x": loggers print "ERROR: x".
func decorationOf(text string) (m []string, ok bool) {
	line, _, _ := strings.Cut(text, "\n")
	m = decoration.FindStringSubmatch(line)
	return m, m != nil && (m[2] != "" || strings.TrimSpace(m[4]) != ":" || strings.HasPrefix(m[0], "[") || strings.ToUpper(m[1]) == m[1])
}

func withoutSigns(text string) string {
	return strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r == '\ufe0f' || r == '\u200d' || r == '•'
	})
}

package inbound

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
)

// NewEntry makes an entry of one occurrence: body is a JSON object, a payload
// of the shape, of at most MaxBody bytes. What names the occurrence in it
// becomes its id; else, for Sentry, its hash; else fallback, which differs
// from delivery to delivery. A body longer than MaxSample is cut. The error
// says what is wrong with the body.
func NewEntry(shape string, body []byte, fallback string) (Entry, error) {
	if len(body) > MaxBody {
		return Entry{}, fmt.Errorf("the body has %d bytes: at most %d are read", len(body), MaxBody)
	}
	body = bytes.ToValidUTF8(body, []byte("\uFFFD")) // JSON's decoder lets other bytes pass
	fields, err := object(body)
	if err != nil {
		return Entry{}, err
	}
	if shape == "slack" {
		delete(fields, "token") // the deprecated verification token is a secret
	}
	e := Entry{Shape: shape}
	id, key := identify(shape, body)
	if id == "" && shape == "sentry" {
		id = hash(body)
	}
	id = cmp.Or(id, fallback)
	if !plainID.MatchString(id) {
		id = hash([]byte(id))
	}
	e.IDs, e.key = []string{id}, cmp.Or(key, id)
	if e.Sample, err = encode(fields); err != nil {
		return Entry{}, err
	}
	if len(e.Sample) > MaxSample {
		e.Cut = true
		if e.Sample, err = cut(e.Sample); err != nil {
			return Entry{}, err
		}
	}
	if _, err := readShape(shape, e.Sample, Options{}); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// identify returns the occurrence's id, and what all occurrences of its error
// have in common; each is empty if the body does not contain it.
func identify(shape string, body []byte) (id, key string) {
	switch shape {
	case "sentry":
		id, issue := sentry.Identify(body)
		if issue != "" {
			issue = "issue " + issue
		}
		return id, issue
	case "slack":
		id, key = slack.Identify(body)
	default:
		fields, _ := object(body)
		var own payload.Text
		_ = json.Unmarshal(fields["id"], &own) // absent: empty
		delete(fields, "id")
		raw, _ := encode(fields)
		id, key = own.Trim(), string(raw)
	}
	if key != "" {
		key = hash([]byte(key))
	}
	return id, key
}

func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "h-" + hex.EncodeToString(sum[:16])
}

// bulk are the parts of a Sentry event that take the most room and identify
// nothing.
var bulk = []string{"breadcrumbs", "vars", "pre_context", "post_context", "modules", "contexts", "request", "extra", "sdk",
	"_meta", "debug_meta", "packages", "threads", "user", "tags"}

// rungs are how long, in bytes, a part may be, from try to try. By the first, only
// bulk goes.
var rungs = []int{MaxBody, 8192, 2048, 512, 128}

// outer is how many levels of objects are kept whatever they hold: the event
// that has the ids is data.event in Sentry's webhooks.
const outer = 3

// cut shortens a sample to MaxSample bytes. First its bulk goes; then its
// texts are clipped and its inner parts dropped by length, longer ones first.
// Ids are short and stay.
func cut(sample []byte) ([]byte, error) {
	var value any
	d := json.NewDecoder(bytes.NewReader(sample))
	d.UseNumber() // keeps numbers as they are written
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	for _, longest := range rungs {
		value = shorten(value, longest, outer)
		if raw, err := encode(value); err != nil || len(raw) <= MaxSample {
			return raw, err
		}
	}
	return nil, errors.New("it is too large for a dispatch, even without its long parts")
}

// shorten drops bulk, clips texts to so many bytes, and drops what is longer and lies
// below so many levels of objects. What is dropped leaves no key behind.
func shorten(value any, longest, levels int) any {
	switch v := value.(type) {
	case string:
		return clip(v, longest)
	case json.Number:
		if len(v) > longest {
			return nil
		}
	case []any:
		if tooLong(v, longest) {
			return nil
		}
		for i := range v {
			v[i] = shorten(v[i], longest, levels-1)
		}
	case map[string]any:
		if levels <= 0 && tooLong(v, longest) {
			return nil
		}
		for name, part := range v {
			_, isText := part.(string)
			if v[name] = shorten(part, longest, levels-1); v[name] == nil || !isText && slices.Contains(bulk, name) {
				delete(v, name)
			}
		}
	}
	return value
}

func tooLong(value any, longest int) bool {
	if longest == MaxBody { // all of the sample is shorter
		return false
	}
	raw, err := encode(value)
	return err != nil || len(raw) > longest
}

// clip keeps the beginning of a text, at whole characters.
func clip(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	for longest > 0 && !utf8.RuneStart(text[longest]) {
		longest--
	}
	return text[:longest]
}

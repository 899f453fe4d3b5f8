package inbound

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/slack"
)

// NewEntry returns an entry with one occurrence, or an error if body is not a JSON object of the shape or
// cannot be cut to MaxSample. A Slack body with a text but none of the keys that Slack sends gets the shape
// text, because other programs send those. The id is the body's own, or a Sentry body's hash, or fallback.
func NewEntry(shape string, body []byte, fallback string) (Entry, error) {
	body = bytes.ToValidUTF8(body, []byte("\uFFFD")) // the JSON decoder accepts invalid bytes
	fields, err := object(body)
	if err != nil {
		return Entry{}, err
	}
	if shape == "slack" {
		delete(fields, "token") // the deprecated verification token is a secret
		key, _ := shapeOf(fields, nil)
		if key == "text" && fields["type"] == nil && fields["channel"] == nil && fields["command"] == nil {
			shape = key
		}
	}
	sample, err := encode(fields)
	e := Entry{Shape: shape, Cut: len(sample) > MaxSample, Sample: sample}
	if e.Cut && err == nil {
		e.Sample, err = cut(sample)
	}
	if err != nil {
		return Entry{}, err
	}
	p, err := readShape(shape, e.Sample, slack.Options{})
	if len(p.Events)+len(p.Issues)+len(p.Commands) == 0 {
		e.Skipped = strings.Join(p.Skipped, " ")
	}
	id, key := identify(p)
	if id == "" && shape == "sentry" {
		id = hash(body)
	}
	if id = cmp.Or(id, fallback); !plainID.MatchString(id) {
		id = hash([]byte(id))
	}
	e.IDs, e.key = []string{id}, shape+" "+cmp.Or(key, id)
	return e, err
}

// identify returns an occurrence's id and a key shared by all occurrences of its error. Either may be empty.
func identify(p payload.Payload) (id, key string) {
	if len(p.Commands) > 0 {
		id = p.Commands[0].ID
	}
	if len(p.Events) == 0 {
		return id, ""
	}
	e := p.Events[0]
	if own, ok := strings.CutPrefix(e.Deliveries[0], "id "); ok {
		id = own
	}
	if e.Issue != "" {
		return id, "issue " + e.Issue
	}
	e.ID, e.Deliveries, e.Time, e.URL = "", nil, time.Time{}, ""
	raw, _ := encode(e)
	return id, hash(raw)
}

func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "h-" + hex.EncodeToString(sum[:16])
}

// bulk lists the parts of a Sentry event that are the largest and do not identify the error.
var bulk = []string{"breadcrumbs", "vars", "pre_context", "post_context", "modules", "contexts", "request", "extra", "sdk",
	"_meta", "debug_meta", "packages", "threads", "user", "tags"}

// cut shortens a sample to MaxSample bytes: first it drops bulk, then the longest parts. Short ids stay.
func cut(sample []byte) ([]byte, error) {
	var value any
	d := json.NewDecoder(bytes.NewReader(sample))
	d.UseNumber() // keeps numbers as they are written
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	for _, longest := range []int{MaxBody, 8192, 2048, 512, 128} { // bytes of a part; at MaxBody only bulk is dropped
		value = shorten(value, longest, 3) // 3 levels: a Sentry webhook has its ids in data.event
		if raw, err := encode(value); err != nil || len(raw) <= MaxSample {
			return raw, err
		}
	}
	return nil, errors.New("it is too large for a dispatch, even without its long parts")
}

// shorten drops bulk and any part over longest bytes. It clips strings instead of dropping them, and keeps
// objects in the outer levels whatever their size.
func shorten(value any, longest, levels int) any {
	text, isText := value.(string)
	object, isObject := value.(map[string]any)
	list, _ := value.([]any)
	if isText { // the text was valid UTF-8, so this removes only a character cut in half
		return strings.ToValidUTF8(text[:min(len(text), longest)], "")
	}
	if longest < MaxBody && (!isObject || levels <= 0) {
		if raw, err := encode(value); err != nil || len(raw) > longest {
			return nil
		}
	}
	for i := range list {
		list[i] = shorten(list[i], longest, levels-1)
	}
	for name, part := range object {
		_, isText := part.(string)
		if object[name] = shorten(part, longest, levels-1); object[name] == nil || !isText && slices.Contains(bulk, name) {
			delete(object, name)
		}
	}
	return value
}

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

// NewEntry makes an entry of one occurrence. body is a JSON object, a payload of the shape; the error says
// what is wrong with it. A text alone, which any program may send as Slack's, has the shape text. The id is
// the body's own; else, for Sentry, its hash; else fallback. A body longer than MaxSample is cut.
func NewEntry(shape string, body []byte, fallback string) (Entry, error) {
	body = bytes.ToValidUTF8(body, []byte("\uFFFD")) // JSON's decoder lets other bytes pass
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

// identify returns the occurrence's id and what all occurrences of its error share; each may be empty.
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

// bulk names the parts of a Sentry event that take the most room and identify nothing.
var bulk = []string{"breadcrumbs", "vars", "pre_context", "post_context", "modules", "contexts", "request", "extra", "sdk",
	"_meta", "debug_meta", "packages", "threads", "user", "tags"}

// cut shortens a sample to MaxSample bytes: bulk goes first, then the longest parts. Ids are short and stay.
func cut(sample []byte) ([]byte, error) {
	var value any
	d := json.NewDecoder(bytes.NewReader(sample))
	d.UseNumber() // keeps numbers as they are written
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	for _, longest := range []int{MaxBody, 8192, 2048, 512, 128} { // bytes of a part; the first drops only bulk
		value = shorten(value, longest, 3) // a Sentry webhook has the ids at data.event
		if raw, err := encode(value); err != nil || len(raw) <= MaxSample {
			return raw, err
		}
	}
	return nil, errors.New("it is too large for a dispatch, even without its long parts")
}

// shorten drops bulk and parts over longest bytes, but clips texts, and keeps objects in the outer levels.
func shorten(value any, longest, levels int) any {
	text, isText := value.(string)
	object, isObject := value.(map[string]any)
	list, _ := value.([]any)
	if isText { // the body is valid UTF-8, so this drops only a character that was cut
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

package inbound

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/slack"
)

// The relay's envelope is the value of the key "errmon" in a dispatch's client_payload:
//
//	{"errmon": {"v": 1, "events": [
//	  {"shape": "sentry", "ids": ["bb78c140…", "e4874d66…"], "sample": {"action": "triggered", "data": …}},
//	  {"shape": "slack", "ids": ["Ev0PV52K21"], "sample": {"type": "event_callback", "event": …}},
//	  {"shape": "text", "ids": ["8f3c…"], "cut": true, "sample": {"text": "ERROR …", "service": "shop"}}
//	]}}
//
// An entry is one error, as far as the relay can tell errors apart. Its sample is the webhook's body and is
// read like a payload of its shape: {"sentry": sample}, {"slack": sample}, or the sample alone for text. The
// ids name its occurrences, each once, and count instead of the delivery id in the sample.
//
// A cut sample is still valid for its shape. It lacks its long parts, but keeps the ids
// with which the rest can be fetched.

const (
	// EnvelopeVersion is the version that is written, and the newest one that is read.
	EnvelopeVersion = 1
	// MaxPayload is the longest payload, in bytes. GitHub accepts less than 64 KB but does
	// not say what exactly counts, so this leaves a margin.
	MaxPayload = 60_000
	// MaxSample is the longest sample, in bytes, so that one error leaves room for others.
	MaxSample = 24_000
)

// Entry is one error in an envelope.
type Entry struct {
	Shape   string          `json:"shape"` // of Sample: "sentry", "slack" or "text"
	IDs     []string        `json:"ids"`   // of the occurrences, at least one, each at most 128 bytes
	Cut     bool            `json:"cut,omitempty"`
	Sample  json.RawMessage `json:"sample"` // a JSON object
	Skipped string          `json:"-"`      // why it is not an error, which needs no run; set by NewEntry, empty for an error

	key string // the same for all occurrences of the error; not sent
}

type envelope struct {
	V      int     `json:"v"`
	Events []Entry `json:"events"`
}

// Batch collects entries until they fill a payload. The zero Batch is empty.
type Batch struct {
	Reserve int // room, in bytes, for ids of errors already in the batch: samples would leave none

	entries []Entry
	at      map[string]int // by key: a storm asks many batches for each event
	size    int            // of the entries, encoded
}

// Add puts an entry into the batch and returns true, or false if it does not fit. Another occurrence of an
// error in the batch adds only its id, once. An entry made by NewEntry fits an empty batch.
func (b *Batch) Add(e Entry) bool {
	at, known := b.at[e.key]
	if !known {
		raw, err := encode(e)
		if err != nil || !b.fits(len(raw)+1) || len(b.entries) > 0 && !b.fits(len(raw)+1+b.Reserve) {
			return false
		}
		if b.at == nil {
			b.at = map[string]int{}
		}
		e.IDs = slices.Clip(e.IDs) // the caller keeps its own
		b.at[e.key], b.entries, b.size = len(b.entries), append(b.entries, e), b.size+len(raw)+1
		return true
	}
	ids, size := b.entries[at].IDs, 0
	for _, id := range e.IDs {
		if !slices.Contains(ids, id) {
			ids, size = append(ids, id), size+len(`"",`)+len(id)
		}
	}
	if !b.fits(size) {
		return false
	}
	b.entries[at].IDs, b.size = ids, b.size+size
	return true
}

func (b *Batch) fits(bytes int) bool {
	return len(`{"errmon":{"v":1,"events":[]}}`)+b.size+bytes <= MaxPayload
}

// Has reports whether the batch holds another occurrence of an entry's error.
func (b *Batch) Has(e Entry) bool {
	_, known := b.at[e.key]
	return known
}

// IDs returns the ids of all occurrences.
func (b *Batch) IDs() []string {
	var ids []string
	for _, e := range b.entries {
		ids = append(ids, e.IDs...)
	}
	return ids
}

// Payload returns the client_payload with the batch, of at most MaxPayload bytes; nil for an empty one.
func (b *Batch) Payload() []byte {
	if len(b.entries) == 0 {
		return nil
	}
	raw, _ := encode(map[string]envelope{"errmon": {EnvelopeVersion, b.entries}}) // Add encoded each of them
	return raw
}

// ReadEnvelope reads the value of the key "errmon". An envelope of a newer relay, or an
// incomplete one, is an error: half of it would be counted as all.
func ReadEnvelope(raw []byte) ([]Entry, error) {
	var e envelope
	err := json.Unmarshal(raw, &e)
	switch {
	case e.V > EnvelopeVersion: // its events may have another form, which is an error too
		return nil, fmt.Errorf("it comes from a newer relay, with envelope version %d: update the action to the relay's version", e.V)
	case err != nil:
		return nil, fmt.Errorf("it is not a complete envelope: %w", err)
	case e.V < 1:
		return nil, errors.New("it is not an envelope of the relay: its version, v, is missing")
	case len(e.Events) == 0:
		return nil, errors.New("the envelope contains no events")
	}
	for i, entry := range e.Events {
		if err := entry.check(); err != nil {
			return nil, fmt.Errorf("event %d of the envelope: %w", i+1, err)
		}
		p, _ := readShape(entry.Shape, entry.Sample, slack.Options{}) // whoever files it reports the error
		_, key := identify(p)
		e.Events[i].key = entry.Shape + " " + cmp.Or(key, entry.IDs[0])
	}
	return e.Events, nil
}

func (e Entry) check() error {
	switch {
	case !slices.Contains([]string{"sentry", "slack", "text"}, e.Shape):
		return fmt.Errorf("its shape %.20q is not sentry, slack or text", e.Shape)
	case len(e.IDs) == 0:
		return errors.New("it has no ids")
	case !bytes.HasPrefix(bytes.TrimSpace(e.Sample), []byte("{")):
		return errors.New("its sample is missing")
	}
	for _, id := range e.IDs {
		if !plainID.MatchString(id) {
			return fmt.Errorf("its id %.40q is empty, too long or unprintable", id)
		}
	}
	return nil
}

// plainID matches an id that can be sent as it is: ASCII that does not grow when quoted. Others are hashed.
var plainID = regexp.MustCompile(`^[!#-\[\]-~]{1,128}$`)

// encode leaves <, > and & as they are, which would take six bytes each.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// readEnvelope reads each entry as a payload of its shape, with the relay's ids in place of its own.
func readEnvelope(raw json.RawMessage, o slack.Options) (payload.Payload, error) {
	entries, err := ReadEnvelope(raw)
	var all payload.Payload
	for i, e := range entries {
		p, err := readShape(e.Shape, e.Sample, o)
		if err != nil {
			all.Refused = append(all.Refused, fmt.Errorf("event %d of the relay's payload: %w", i+1, err))
			continue
		}
		for j := range p.Events {
			p.Events[j].Deliveries = nil
			for _, id := range e.IDs {
				p.Events[j].Deliveries = append(p.Events[j].Deliveries, o.DeliveryID(id, nil))
			}
		}
		all.Events = append(all.Events, p.Events...)
		all.Issues = append(all.Issues, p.Issues...)
		all.Commands = append(all.Commands, p.Commands...)
		all.Skipped = append(all.Skipped, p.Skipped...)
	}
	return all, err
}

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
// An entry is one error, as far as the relay can distinguish errors. Its sample is the body of one webhook
// and is read like a payload of its shape: {"sentry": sample}, {"slack": sample}, or the sample alone for
// text. Its ids, one per occurrence, replace the delivery id in the sample.
//
// A cut sample is still valid for its shape. Its long parts are missing or clipped, but it keeps the ids that
// are needed to fetch the rest.

const (
	// EnvelopeVersion is the version that the relay writes, and the newest that the action reads.
	EnvelopeVersion = 1
	// MaxPayload is the maximum size of a payload in bytes. GitHub's limit is 64 KB, but its documentation
	// does not define what counts towards it, so this leaves a margin.
	MaxPayload = 60_000
	// MaxSample is the maximum size of a sample in bytes. It lets several errors share a payload.
	MaxSample = 24_000
)

// Entry is one error in an envelope.
type Entry struct {
	Shape   string          `json:"shape"` // "sentry", "slack" or "text"
	IDs     []string        `json:"ids"`   // one per occurrence, at least one; each matches plainID
	Cut     bool            `json:"cut,omitempty"`
	Sample  json.RawMessage `json:"sample"` // a JSON object
	Skipped string          `json:"-"`      // set by NewEntry: why it needs no run; empty if it does

	key string // equal for all occurrences of the error; not sent
}

type envelope struct {
	V      int     `json:"v"`
	Events []Entry `json:"events"`
}

// Batch collects entries until they fill a payload. The zero Batch is empty.
type Batch struct {
	Reserve int // bytes that all samples but the first must leave free for more ids of errors in the batch

	entries []Entry
	at      map[string]int // key → index in entries; in a storm, each event is looked up in many batches
	size    int            // bytes of the encoded entries
}

// Add adds an entry to the batch, or returns false if it does not fit. If the batch already has the error,
// Add keeps only the ids that are new. An entry made by NewEntry always fits an empty batch.
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
		e.IDs = slices.Clip(e.IDs) // appending ids must not write into the caller's array
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

// Has reports whether the batch already has the entry's error.
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

// Payload returns the batch as a client_payload of at most MaxPayload bytes, or nil if the batch is empty.
func (b *Batch) Payload() []byte {
	if len(b.entries) == 0 {
		return nil
	}
	raw, _ := encode(map[string]envelope{"errmon": {EnvelopeVersion, b.entries}}) // no error: Add has already encoded each entry
	return raw
}

// ReadEnvelope reads the value of the key "errmon". An incomplete envelope, or one from a newer relay, is an
// error, because reading only part of it would lose events silently.
func ReadEnvelope(raw []byte) ([]Entry, error) {
	var e envelope
	err := json.Unmarshal(raw, &e)
	switch {
	case e.V > EnvelopeVersion: // checked before err: events in a newer form may not decode
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
		p, _ := readShape(entry.Shape, entry.Sample, slack.Options{}) // readEnvelope, below, reports the error
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

// plainID matches ids of 1 to 128 visible ASCII characters that JSON does not escape. NewEntry hashes others.
var plainID = regexp.MustCompile(`^[!#-\[\]-~]{1,128}$`)

// encode does not escape <, > and &, which would take six bytes each.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// readEnvelope reads each entry as a payload of its shape, and gives its events the entry's delivery ids.
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

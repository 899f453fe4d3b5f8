package inbound

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/payload"
)

// The relay's envelope is what stands under the key "errmon" of a dispatch's
// client_payload:
//
//	{"errmon": {"v": 1, "events": [
//	  {"shape": "sentry", "ids": ["bb78c140…", "e4874d66…"], "sample": {"action": "triggered", "data": …}},
//	  {"shape": "slack", "ids": ["Ev0PV52K21"], "sample": {"type": "event_callback", "event": …}},
//	  {"shape": "text", "ids": ["8f3c…"], "cut": true, "sample": {"text": "ERROR …", "service": "shop"}}
//	]}}
//
// An entry is one error as far as the relay can distinguish errors. Its sample is the
// webhook's body, a payload of the shape named: what is read of it, it would
// be read of as {"sentry": sample}, {"slack": sample} or the sample alone for
// text. The ids name its occurrences, each once: they are what counts, in
// place of the delivery that the sample would name itself.
//
// A sample that was cut is still of its shape. All of its long parts are gone, and
// the ids by which the rest can be fetched stay.

// EnvelopeVersion is the version that is written, and the newest one that is read.
const EnvelopeVersion = 1

// Limits of an envelope.
const (
	// MaxPayload is how long a payload is made at most, in bytes. GitHub takes
	// less than 64 KB; what it counts is not said to the byte, hence the distance.
	MaxPayload = 60_000
	// MaxSample is how long a sample is made at most, in bytes, so that one error
	// leaves room for others.
	MaxSample = 24_000
)

// Entry is one error in an envelope.
type Entry struct {
	Shape  string          `json:"shape"` // of Sample: "sentry", "slack" or "text"
	IDs    []string        `json:"ids"`   // of the occurrences, at least one, each at most 128 bytes
	Cut    bool            `json:"cut,omitempty"`
	Sample json.RawMessage `json:"sample"` // a JSON object

	key string // what is the same for all occurrences of the error, within its shape; not sent
}

type envelope struct {
	V      int     `json:"v"`
	Events []Entry `json:"events"`
}

// Batch collects entries until they fill a payload. The zero Batch is empty.
type Batch struct {
	// Reserve is the room, in bytes, that only further ids of errors that are there
	// may take: where few errors recur often, their samples would leave none.
	Reserve int

	entries []*Entry
	byKey   map[string]*Entry
	seen    map[string]bool // ids
	size    int             // of the entries, encoded
}

// frame is the size of a payload without entries.
var frame = len(`{"errmon":{"v":1,"events":[]}}`)

// Add puts an entry into the batch and returns true, or returns false where it
// no longer fits. Another occurrence of an error that is there adds its id alone; an
// id that is there adds nothing. An entry made by NewEntry fits an empty batch.
func (b *Batch) Add(e Entry) bool {
	e.IDs = slices.DeleteFunc(slices.Clone(e.IDs), func(id string) bool { return b.seen[id] })
	if len(e.IDs) == 0 {
		return true
	}
	same := b.byKey[e.name()]
	grows, reserve := idsSize(e.IDs), 0
	if same == nil {
		raw, err := encode(e)
		if err != nil {
			return false
		}
		grows = len(raw) + 1
		if len(b.entries) > 0 {
			reserve = b.Reserve
		}
	}
	if frame+b.size+grows+reserve > MaxPayload {
		return false
	}
	b.size += grows
	if b.byKey == nil {
		b.byKey, b.seen = map[string]*Entry{}, map[string]bool{}
	}
	if same == nil {
		b.byKey[e.name()], b.entries = &e, append(b.entries, &e)
	} else {
		same.IDs = append(same.IDs, e.IDs...)
	}
	for _, id := range e.IDs {
		b.seen[id] = true
	}
	return true
}

// Has reports whether the batch holds another occurrence of an entry's error.
func (b *Batch) Has(e Entry) bool { return b.byKey[e.name()] != nil }

// name is what is the same for all occurrences of the error, in all shapes.
func (e Entry) name() string { return e.Shape + " " + e.key }

// IDs returns the ids of all occurrences.
func (b *Batch) IDs() []string {
	var ids []string
	for _, e := range b.entries {
		ids = append(ids, e.IDs...)
	}
	return ids
}

// Payload returns the client_payload that carries the batch, of at most
// MaxPayload bytes.
func (b *Batch) Payload() ([]byte, error) {
	e := envelope{V: EnvelopeVersion}
	for _, entry := range b.entries {
		e.Events = append(e.Events, *entry)
	}
	return encode(map[string]envelope{"errmon": e})
}

// ReadEnvelope reads what stands under the key "errmon". An envelope of a newer
// relay, or an incomplete one, is an error: half of it would be counted
// as all.
func ReadEnvelope(raw []byte) ([]Entry, error) {
	if len(raw) > MaxBody {
		return nil, fmt.Errorf("the envelope has %d bytes: at most %d are read", len(raw), MaxBody)
	}
	var head struct{ V *int }
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, fmt.Errorf("it is not a complete envelope: %w", err)
	}
	switch {
	case head.V == nil:
		return nil, errors.New("it is not an envelope of the relay: its version, v, is missing")
	case *head.V > EnvelopeVersion:
		return nil, fmt.Errorf("it comes from a newer relay, with envelope version %d: update the action to the relay's version", *head.V)
	case *head.V < 1:
		return nil, fmt.Errorf("there is no version %d of envelopes", *head.V)
	}
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("it is not a complete envelope: %w", err)
	}
	if len(e.Events) == 0 {
		return nil, errors.New("the envelope contains no events")
	}
	for i, entry := range e.Events {
		if err := entry.check(); err != nil {
			return nil, fmt.Errorf("event %d of the envelope: %w", i+1, err)
		}
		_, key := identify(entry.Shape, entry.Sample)
		e.Events[i].key = cmp.Or(key, entry.IDs[0])
	}
	return e.Events, nil
}

func (e Entry) check() error {
	if !slices.Contains([]string{"sentry", "slack", "text"}, e.Shape) {
		return fmt.Errorf("its shape %.20q is not sentry, slack or text", e.Shape)
	}
	if len(e.IDs) == 0 {
		return errors.New("it has no ids")
	}
	for _, id := range e.IDs {
		if !plainID.MatchString(id) {
			return fmt.Errorf("its id %.40q is empty, too long or unprintable", id)
		}
	}
	if !bytes.HasPrefix(bytes.TrimSpace(e.Sample), []byte("{")) {
		return errors.New("its sample is missing")
	}
	return nil
}

// plainID matches an id that can be sent as it is: at most 128 bytes of printable
// ASCII, of which nothing grows when it is quoted. Other ids are hashed.
var plainID = regexp.MustCompile(`^[!#-\[\]-~]{1,128}$`)

func idsSize(ids []string) int { return len(strings.Join(ids, `","`)) + len(`"",`) }

// encode leaves <, > and & as they are, which would take six bytes each.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// readEnvelope reads what the relay collected. Each entry is read as a payload of
// its shape, and the relay's ids count in place of its own.
func readEnvelope(raw json.RawMessage, o Options) (payload.Payload, error) {
	entries, err := ReadEnvelope(raw)
	if err != nil {
		return payload.Payload{}, err
	}
	var all payload.Payload
	for i, e := range entries {
		p, err := readShape(e.Shape, e.Sample, o)
		if err != nil {
			all.Refused = append(all.Refused, fmt.Errorf("event %d of the relay's payload: %w", i+1, err))
			continue
		}
		ids := make([]string, len(e.IDs))
		for j, id := range e.IDs {
			ids[j] = o.DeliveryID(id, nil)
		}
		for j := range p.Events {
			p.Events[j].Deliveries = ids
		}
		all.Events = append(all.Events, p.Events...)
		all.Issues = append(all.Issues, p.Issues...)
		all.Commands = append(all.Commands, p.Commands...)
		all.Skipped = append(all.Skipped, p.Skipped...)
	}
	return all, nil
}

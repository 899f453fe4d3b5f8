package inbound

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

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

var errTooManyParts = errors.New("it is too large for a dispatch, even without its long parts")

package payload

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Text is a JSON string that some senders write as a number, a boolean, or any
// other JSON, which stays as it is.
type Text string

// UnmarshalJSON accepts every JSON value; null is the empty text.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var text *string
	if json.Unmarshal(raw, &text) == nil {
		*t = ""
		if text != nil {
			*t = Text(*text)
		}
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return err
	}
	*t = Text(compact.String())
	return nil
}

// Trim returns the text without white space around it.
func (t Text) Trim() string { return strings.TrimSpace(string(t)) }

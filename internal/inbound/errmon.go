package inbound

import (
	"encoding/json"
	"fmt"

	"github.com/org/errmon-action/internal/payload"
)

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

package group

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/org/errmon-action/internal/grouping"
)

// saved is a known template as it stands in a file, one on a line, the oldest
// first.
type saved struct {
	Fingerprint string `json:"fingerprint"`
	Service     string `json:"service,omitempty"`
	Template    string `json:"template"`
}

// ReadKnown reads a file that WriteKnown wrote.
func ReadKnown(file string) ([]grouping.Known, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read known templates: %w", err)
	}
	var known []grouping.Known
	for i, line := range bytes.Split(content, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var s saved
		if err := json.Unmarshal(line, &s); err != nil || grouping.KindOf(s.Fingerprint) != grouping.Message {
			return nil, fmt.Errorf("known templates %q: line %d is not one that --save writes: check --known", file, i+1)
		}
		known = append(known, grouping.Known{Key: s.Fingerprint, Service: s.Service, Template: s.Template})
	}
	return known, nil
}

// WriteKnown writes templates for a later call. The file is replaced at once,
// so that a call which dies leaves the old one whole.
func WriteKnown(file string, known []grouping.Known) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".errmon-known-*")
	if err != nil {
		return fmt.Errorf("save templates: %w", err)
	}
	defer os.Remove(temporary.Name())
	var content []byte
	for _, k := range known {
		content = append(append(content, encode(saved{k.Key, k.Service, k.Template})...), '\n')
	}
	_, err = temporary.Write(content)
	if err = cmp.Or(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("save templates: %w", err)
	}
	return nil
}

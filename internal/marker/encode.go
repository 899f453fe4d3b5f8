package marker

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/count"
)

// maxJSON bounds the inflated size of a state; real ones are far smaller.
const maxJSON = 4 << 20

// encode returns a state as base64url text.
func encode(state any) (string, error) {
	plain, err := json.Marshal(state)
	if err != nil {
		return "", fmt.Errorf("encode state: %w", err)
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // a level that exists
	_, err = w.Write(plain)
	if err = errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("encode state: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(packed.Bytes()), nil
}

// decode is the inverse of encode; sum is the CRC32 stored beside text. It returns ErrDamaged.
func decode(text, sum string, state any) error {
	packed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || sum != checksum(text) {
		return ErrDamaged
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxJSON))
	if err != nil || json.Unmarshal(plain, state) != nil {
		return ErrDamaged
	}
	return nil
}

func checksum(text string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) }

// encode returns m cut to its limits, and the text that stores it.
func (m Marker) encode() (string, error) {
	m = m.capped()
	for cells := MaxCells; ; cells /= 2 {
		text, err := encode(m)
		if err != nil || len(text) <= maxEncoded || cells == 0 {
			return text, err
		}
		m.shrink(cells/2, MaxDays)
	}
}

func (d Dashboard) encode() (string, error) {
	d.Muted = cappedMutes(d.Muted)
	if len(d.Waiting) > MaxWaiting {
		d.More += len(d.Waiting) - MaxWaiting
		d.Waiting = d.Waiting[:MaxWaiting]
	}
	for {
		text, err := encode(d)
		if err != nil || len(text) <= maxDashboard || len(d.Waiting) == 0 {
			return text, err
		}
		drop := max(1, len(d.Waiting)/10)
		d.Waiting, d.More = d.Waiting[:len(d.Waiting)-drop], d.More+drop
	}
}

// capped returns m cut to the limits of this package.
func (m Marker) capped() Marker {
	m = m.Clone()
	m.Keys = m.Keys[:min(len(m.Keys), MaxKeys)]
	m.Grouped = m.Grouped[:min(len(m.Grouped), MaxGrouped)]
	m.Aliases = newest(m.Aliases, MaxAliases)
	m.shrinkDeliveries()
	m.Commented = newest(m.Commented, MaxCommented)
	m.Changes = newest(m.Changes, MaxChanges)
	m.Owners = m.Owners[:min(len(m.Owners), MaxOwners)]
	if m.Fix != nil {
		m.Fix.Old = newest(m.Fix.Old, MaxOld)
	}
	if runes := []rune(m.Template); len(runes) > MaxTemplate {
		m.Template = string(runes[:MaxTemplate])
	}
	m.dropSources(MaxSources)
	m.shrink(MaxCells, MaxDays)
	return m
}

// maxIDs bounds the delivery ids of all kinds together: at 40 bits each they fill
// 16,000 characters of the marker.
const maxIDs = 2400

// shrinkDeliveries keeps at most count.MaxIDs ids of each kind and maxIDs in all,
// shared equally among the kinds.
func (m *Marker) shrinkDeliveries() {
	total := 0
	for _, inbox := range m.Deliveries {
		total += min(len(inbox.IDs), count.MaxIDs)
	}
	keep := count.MaxIDs
	if total > maxIDs {
		keep = min(keep, maxIDs/len(m.Deliveries))
	}
	for kind, inbox := range m.Deliveries {
		inbox.Shrink(keep)
		m.Deliveries[kind] = inbox
	}
}

// shrink keeps at most so many cells and days of each source.
func (m *Marker) shrink(cells, days int) {
	for name, t := range m.Sources {
		t.Fold(cells)
		for _, day := range slices.Sorted(maps.Keys(t.Days))[:max(0, len(t.Days)-days)] {
			delete(t.Days, day)
		}
		m.Sources[name] = t
	}
}

// dropSources keeps the sources with the latest events.
func (m *Marker) dropSources(keep int) {
	names := slices.SortedFunc(maps.Keys(m.Sources), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.Sources[b].Newest, m.Sources[a].Newest), strings.Compare(a, b))
	})
	for _, name := range names[min(len(names), keep):] {
		delete(m.Sources, name)
	}
}

func newest[T any](list []T, keep int) []T { return list[max(0, len(list)-keep):] }

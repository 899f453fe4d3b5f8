package marker

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/count"
)

// maxJSON bounds the inflated size of a state; real ones are far smaller.
const maxJSON = 4 << 20

// encode returns a Marker, a Dashboard or a part of one as base64url text. These are texts, numbers
// and lists, and the buffer grows, so nothing in here can fail.
func encode(state any) string {
	plain, _ := json.Marshal(state)
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression)
	_, _ = w.Write(plain)
	_ = w.Close()
	return base64.RawURLEncoding.EncodeToString(packed.Bytes())
}

func checksum(text string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) }

// encode cuts m to its limits first.
func (m Marker) encode() string {
	m = m.capped()
	for cells := MaxCells; ; cells /= 2 {
		m.shrink(cells, MaxDays)
		if text := encode(m); len(text) <= maxEncoded || cells == 0 {
			return text
		}
	}
}

func (d Dashboard) encode() string {
	d.Muted = cappedMutes(d.Muted)
	for drop := max(0, len(d.Waiting)-MaxWaiting); ; drop = max(1, len(d.Waiting)/10) {
		d.Waiting, d.More = d.Waiting[:len(d.Waiting)-drop], d.More+drop
		if text := encode(d); len(text) <= maxDashboard || len(d.Waiting) == 0 {
			return text
		}
	}
}

// capped returns a copy cut to the limits of this package, those of cells and days excepted.
func (m Marker) capped() Marker {
	m = m.Clone()
	m.Keys, m.Grouped = oldest(m.Keys, MaxKeys), oldest(m.Grouped, MaxGrouped)
	m.Aliases, m.Owners = newest(m.Aliases, MaxAliases), oldest(m.Owners, MaxOwners)
	m.Commented, m.Changes = newest(m.Commented, MaxCommented), newest(m.Changes, MaxChanges)
	if m.Fix != nil {
		m.Fix.Old = newest(m.Fix.Old, MaxOld)
	}
	if runes := []rune(m.Template); len(runes) > MaxTemplate {
		m.Template = string(runes[:MaxTemplate])
	}
	names := slices.SortedFunc(maps.Keys(m.Sources), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.Sources[b].Newest, m.Sources[a].Newest), strings.Compare(a, b))
	})
	for _, name := range names[min(len(names), MaxSources):] {
		delete(m.Sources, name)
	}
	total := 0 // delivery ids
	for _, inbox := range m.Deliveries {
		total += min(len(inbox.IDs), count.MaxIDs)
	}
	keep := count.MaxIDs
	if total > maxIDs {
		keep = min(keep, maxIDs/len(m.Deliveries)) // an equal share of each kind
	}
	for kind, inbox := range m.Deliveries {
		inbox.Shrink(keep)
		m.Deliveries[kind] = inbox
	}
	return m
}

// maxIDs bounds the delivery ids of all kinds together: at 40 bits each they fill
// 16,000 characters of the marker.
const maxIDs = 2400

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

func newest[T any](list []T, keep int) []T { return list[max(0, len(list)-keep):] }
func oldest[T any](list []T, keep int) []T { return list[:min(len(list), keep)] }

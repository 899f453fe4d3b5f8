package marker

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
)

// Limits of the dashboard.
const (
	MaxWaiting   = 100    // waiting errors that it keeps with their cells
	MaxRuns      = 20     // of Dashboard.Runs
	MaxDetail    = 300    // bytes of Row.Detail
	maxDashboard = 36_000 // encoded, which leaves room for the tables within 65,536 characters
)

// Dashboard is what the dashboard issue stores.
type Dashboard struct {
	Read     map[string]count.Millis `json:"read,omitempty"`  // last good read by source
	Large    map[string]count.Millis `json:"large,omitempty"` // when a source was found too large to read in full
	Filed    []int                   `json:"iss,omitempty"`   // numbers of the error issues
	Waiting  []Row                   `json:"wait,omitempty"`  // most severe and frequent first
	More     int                     `json:"more,omitempty"`  // errors that wait beyond MaxWaiting
	Muted    map[int]Mute            `json:"mut,omitempty"`   // by number of the issue, at most MaxMuted
	Runs     []count.Millis          `json:"runs,omitempty"`  // when the last scans began, the newest last, at most MaxRuns
	Health   map[string]Health       `json:"hea,omitempty"`   // by source
	Requests int                     `json:"req,omitempty"`   // that the last scan sent, before it wrote the dashboard
	Version  string                  `json:"ver,omitempty"`   // of errmon, in the last scan
}

// Section wraps text and the state, cut to its limits, into the bot's section of the dashboard.
func (d Dashboard) Section(text string) string {
	d.Muted = cappedMutes(d.Muted)
	for drop := max(0, len(d.Waiting)-MaxWaiting); ; drop = max(1, len(d.Waiting)/10) {
		d.Waiting, d.More = d.Waiting[:len(d.Waiting)-drop], d.More+drop
		if state := encode(d); len(state) <= maxDashboard || len(d.Waiting) == 0 {
			return section("dashboard", text, state)
		}
	}
}

// Health describes how well a source can be read.
type Health struct {
	Success  count.Millis `json:"t,omitempty"` // when the last run without a failure began
	Tried    count.Millis `json:"r,omitempty"` // when the last run that had time for it began
	Events   int64        `json:"e,omitempty"` // that the last run kept
	Failures int          `json:"f,omitempty"` // in a row
}

// Cadence returns the median time between scans, which GitHub starts late; 0 if there was only one.
func (d Dashboard) Cadence() time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(d.Runs); i++ {
		gaps = append(gaps, d.Runs[i].Time().Sub(d.Runs[i-1].Time()))
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// Row is one waiting error, with the marker its issue would get.
type Row struct {
	Title  string `json:"title"`
	Reason string `json:"why"`
	Detail string `json:"det,omitempty"` // details of the reason; foreign text, at most MaxDetail bytes
	Marker Marker `json:"m"`
}

// Box returns the start of a list item with a checkbox to ask for an issue about the error that owns the key.
// A key that people damaged gets no box.
func Box(key string, ticked bool) string {
	if !isPlain(key) || key == "" {
		return "- "
	}
	return "- [" + map[bool]string{true: "x", false: " "}[ticked] + "] " + boxPrefix + key + suffix + " "
}

const boxPrefix = "<!-- errmon:file "

var tickedBox = regexp.MustCompile(`(?m)^\s*[-*+] \[[xX]\] ` + boxPrefix + `([` + keyAlphabet + `]+)` + suffix)

// Ticked returns the keys of the boxes that people ticked in a dashboard's body.
func Ticked(body string) []string {
	_, section, _, _ := Split(body)
	var keys []string
	for _, box := range tickedBox.FindAllStringSubmatch(section, -1) {
		keys = append(keys, box[1])
	}
	return keys
}

// Limits of what is kept for muted errors. Counts that are dropped start again.
const (
	MaxMuted      = 200 // issues, the newest kept
	MaxMutedDays  = 7
	MaxMutedCells = 60
	maxMutes      = 12_000 // encoded, so that waiting errors have room; counts of those silent for longest are dropped
)

// Mute counts an error whose issue is muted and therefore not written.
type Mute struct {
	By      string                 `json:"by"` // what mutes it
	Since   count.Millis           `json:"t"`
	Sources map[string]count.Tally `json:"src,omitempty"` // all events by log group; empty if none happened since
	Surged  count.Millis           `json:"up,omitempty"`  // when the error was 100 times as frequent as before, or 0
}

func cappedMutes(mutes map[int]Mute) map[int]Mute {
	capped, last := map[int]Mute{}, map[int]count.Millis{}
	for _, number := range newest(slices.Sorted(maps.Keys(mutes)), MaxMuted) {
		mute, m := mutes[number], Marker{Sources: mutes[number].Sources}.Clone()
		m.shrink(MaxMutedCells, MaxMutedDays)
		for name, tally := range m.Sources {
			tally.URL = ""
			m.Sources[name], last[number] = tally, max(last[number], tally.Newest)
		}
		mute.Sources = m.Sources
		capped[number] = mute
	}
	latest := slices.SortedFunc(maps.Keys(last), func(a, b int) int { return cmp.Or(cmp.Compare(last[b], last[a]), b-a) })
	for keep := len(latest); ; keep /= 2 {
		for _, number := range latest[keep:] {
			mute := capped[number]
			mute.Sources = nil
			capped[number] = mute
		}
		if keep == 0 || len(encode(capped)) <= maxMutes {
			return capped
		}
	}
}

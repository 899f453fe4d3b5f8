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
	MaxWaiting   = 100    // waiting errors that are stored
	MaxRuns      = 20     // entries of Dashboard.Runs
	MaxDetail    = 300    // length of Row.Detail in bytes
	maxDashboard = 36_000 // characters once encoded; the rest of GitHub's 65,536 is for the tables
)

// Dashboard is the state stored in the dashboard issue.
type Dashboard struct {
	Read     map[string]count.Millis `json:"read,omitempty"`  // time up to which each source has been read without a gap
	Large    map[string]count.Millis `json:"large,omitempty"` // when a source was found too large to read in full, by source
	Filed    []int                   `json:"iss,omitempty"`   // numbers of the error issues
	Waiting  []Row                   `json:"wait,omitempty"`  // ticked ones first, then by severity and frequency
	More     int                     `json:"more,omitempty"`  // number of waiting errors that were left out
	Muted    map[int]Mute            `json:"mut,omitempty"`   // by issue number, at most MaxMuted
	Runs     []count.Millis          `json:"runs,omitempty"`  // when the last scans began, newest last, at most MaxRuns
	Health   map[string]Health       `json:"hea,omitempty"`   // by source
	Requests int                     `json:"req,omitempty"`   // requests sent by the last scan before it wrote the dashboard
	Version  string                  `json:"ver,omitempty"`   // errmon version of the last scan
}

// Section returns the bot's section of the dashboard: text and the state, cut to its limits.
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
	Success  count.Millis `json:"t,omitempty"` // start of the last run that read it without an error
	Tried    count.Millis `json:"r,omitempty"` // start of the last run that had time to read it
	Events   int64        `json:"e,omitempty"` // events kept by the last run
	Failures int          `json:"f,omitempty"` // consecutive failures
}

// Cadence returns the median time between scans (GitHub starts some late), or 0 with fewer than two.
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

// Row is one waiting error, with the marker that its issue would get.
type Row struct {
	Title  string `json:"title"`
	Reason string `json:"why"`
	Detail string `json:"det,omitempty"` // adds to Reason; foreign text, at most MaxDetail bytes
	Marker Marker `json:"m"`
}

// Box returns the start of a list item, with a box to tick unless the key is empty or damaged.
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
	_, section, _ := Split(body)
	var keys []string
	for _, box := range tickedBox.FindAllStringSubmatch(section, -1) {
		keys = append(keys, box[1])
	}
	return keys
}

// Limits on what is kept for muted errors. If counts are dropped, counting restarts from zero.
const (
	MaxMuted      = 200 // issues; snoozed ones and then the newest are kept
	MaxMutedDays  = 7
	MaxMutedCells = 60
	maxMutes      = 12_000 // characters once encoded; beyond it, the errors silent longest lose their counts
)

// Mute counts an error whose issue is muted and therefore not written.
type Mute struct {
	By      string                 `json:"by"` // what muted the issue
	Since   count.Millis           `json:"t"`
	Ends    bool                   `json:"e,omitempty"`   // it is a snooze
	Sources map[string]count.Tally `json:"src,omitempty"` // all events by log group; empty if none have happened since
	Surged  count.Millis           `json:"up,omitempty"`  // when the error became 100 times as frequent, or 0
}

func cappedMutes(mutes map[int]Mute) map[int]Mute {
	capped, last := map[int]Mute{}, map[int]count.Millis{}
	rank := map[bool]int{true: 1} // a snooze whose start is forgotten never ends
	numbers := slices.SortedFunc(maps.Keys(mutes), func(a, b int) int { return cmp.Or(rank[mutes[a].Ends]-rank[mutes[b].Ends], a-b) })
	for _, number := range newest(numbers, MaxMuted) {
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

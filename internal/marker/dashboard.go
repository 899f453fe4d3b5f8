package marker

import "github.com/org/errmon-action/internal/count"

// MaxWaiting bounds the waiting errors that the dashboard keeps with their cells.
const MaxWaiting = 100

// maxDashboard leaves room for the dashboard's tables within 65,536 characters.
const maxDashboard = 36_000

// Dashboard is what the dashboard issue stores: how far each source was read,
// which issues are filed, and which errors wait for an issue.
type Dashboard struct {
	Read    map[string]count.Millis `json:"read,omitempty"`  // last good read by source
	Large   map[string]count.Millis `json:"large,omitempty"` // when a source was found too large to read in full
	Filed   []int                   `json:"iss,omitempty"`   // numbers of the error issues
	Waiting []Row                   `json:"wait,omitempty"`  // most severe and frequent first
	More    int                     `json:"more,omitempty"`  // errors that wait beyond MaxWaiting
}

// MaxDetail bounds Row.Detail, in bytes.
const MaxDetail = 300

// Row is one waiting error, with the marker its issue would get.
type Row struct {
	Title  string `json:"title"`
	Reason string `json:"why"`
	Detail string `json:"det,omitempty"` // details of the reason; foreign text, at most MaxDetail bytes
	Marker Marker `json:"m"`
}

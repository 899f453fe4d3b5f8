package marker

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Version is the format that this package writes.
const Version = 1

const (
	beginPrefix = "<!-- errmon:begin v"
	keyPrefix   = "<!-- errmon:key "
	statePrefix = "<!-- errmon:state v"
	endLine     = "<!-- errmon:end -->"
	suffix      = " -->"
)

// Errors that Read returns for a body it cannot use.
var (
	// ErrNone: the body has no section of ours.
	ErrNone = errors.New("no errmon section")
	// ErrNewer: a later errmon wrote it; leave the issue untouched.
	ErrNewer = errors.New("errmon section is of a newer version")
)

// NewerError is ErrNewer with the first key of the issue, which stays readable.
type NewerError struct{ Key string }

func (e *NewerError) Error() string { return ErrNewer.Error() }

// Unwrap returns ErrNewer.
func (e *NewerError) Unwrap() error { return ErrNewer }

// DamagedError reports that the state cannot be read. Key is the first key of the
// issue, or empty if the key line is not legible either.
type DamagedError struct{ Key string }

func (e *DamagedError) Error() string { return "errmon state is damaged" }

// Read returns the marker in the body of an error issue. It returns ErrNone, a
// *NewerError or a *DamagedError.
func Read(body string) (Marker, error) {
	var m Marker
	if err := read(body, &m); err != nil {
		return Marker{}, err
	}
	if len(m.Keys) == 0 {
		return Marker{}, &DamagedError{} // a dashboard's state was pasted
	}
	return m, nil
}

// ReadDashboard returns the state in the body of a dashboard issue. It returns
// ErrNone, ErrNewer or a *DamagedError.
func ReadDashboard(body string) (Dashboard, error) {
	var d Dashboard
	if err := read(body, &d); err != nil {
		return Dashboard{}, err
	}
	return d, nil
}

func read(body string, state any) error {
	found, ok := find(body)
	if !ok {
		return ErrNone
	}
	section := body[found.from:found.to]
	key, ok := ownKey(section)
	if v, _ := version(section, beginPrefix); v > Version {
		return &NewerError{Key: key}
	}
	if !ok || found.foreign {
		return &DamagedError{}
	}
	damaged := &DamagedError{Key: key}
	if found.state == "" {
		return damaged
	}
	v, rest := version(found.state, statePrefix)
	if v > Version {
		return &NewerError{Key: key}
	}
	sum, text, ok := strings.Cut(strings.TrimSpace(rest), " ")
	if v != Version || !ok || decode(text, sum, state) != nil {
		return damaged
	}
	return nil
}

// ownKey returns the key in the key line, and false if several key lines
// contradict each other.
func ownKey(section string) (key string, ok bool) {
	key = after(section, keyPrefix)
	if !isPlain(key) {
		key = ""
	}
	for rest := section; ; {
		_, behind, more := strings.Cut(rest, keyPrefix)
		if !more {
			return key, true
		}
		if other := after(rest, keyPrefix); other != key && isPlain(other) {
			return "", false
		}
		rest = behind
	}
}

// isPlain reports whether a key fits in its line without ending it. All keys
// that errmon makes do.
func isPlain(key string) bool {
	return strings.Trim(key, keyAlphabet) == "" && !strings.Contains(key, "--")
}

const keyAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-"

// version returns the number after prefix and the rest up to the comment's end.
func version(text, prefix string) (int, string) {
	line := after(text, prefix)
	number, rest, _ := strings.Cut(line, " ")
	v, err := strconv.Atoi(number)
	if err != nil {
		return 0, ""
	}
	return v, rest
}

// after returns the text between the first prefix and the end of its comment.
func after(text, prefix string) string {
	_, rest, ok := strings.Cut(text, prefix)
	if !ok {
		return ""
	}
	inside, _, ok := strings.Cut(rest, suffix)
	if !ok || strings.ContainsAny(inside, "\n\r") {
		return ""
	}
	return inside
}

// Section wraps the visible text and the marker into the bot's section of an
// issue's body.
func (m Marker) Section(text string) (string, error) {
	state, err := m.encode()
	if err != nil {
		return "", err
	}
	key := ""
	if len(m.Keys) > 0 && isPlain(m.Keys[0]) {
		key = m.Keys[0]
	}
	return section(key, text, state), nil
}

// Section wraps text and the state into the bot's section of the dashboard.
func (d Dashboard) Section(text string) (string, error) {
	state, err := d.encode()
	if err != nil {
		return "", err
	}
	return section("dashboard", text, state), nil
}

func section(key, text, state string) string {
	return fmt.Sprintf("%s%d%s\n%s%s%s\n\n%s\n\n%s%d %s %s%s\n%s",
		beginPrefix, Version, suffix,
		keyPrefix, key, suffix,
		strings.TrimSpace(text),
		statePrefix, Version, checksum(state), state, suffix,
		endLine)
}

package marker

import (
	"errors"
	"fmt"
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
	// ErrDamaged: the state cannot be read.
	ErrDamaged = errors.New("errmon state is damaged")
)

// Read returns the marker in the body of an error issue. With ErrNewer and ErrDamaged it holds the
// first key alone, which stays readable, or nothing if the key line is not legible either.
func Read(body string) (Marker, error) {
	var m Marker
	key, err := read(body, &m)
	if err != nil {
		m = Marker{}
		m.Own(key)
	} else if m.Key() == "" { // a dashboard's state was pasted
		return Marker{}, ErrDamaged
	}
	return m, err
}

// ReadDashboard returns the state in the body of a dashboard issue. It returns
// ErrNone, ErrNewer or ErrDamaged.
func ReadDashboard(body string) (Dashboard, error) {
	var d Dashboard
	if _, err := read(body, &d); err != nil {
		return Dashboard{}, err
	}
	return d, nil
}

func read(body string, state any) (key string, err error) {
	found, ok := find(body)
	if !ok {
		return "", ErrNone
	}
	newer := false
	for _, l := range found.lines {
		switch v, _ := l.version(); {
		case l.prefix == beginPrefix:
			newer = newer || v > Version
		case l.prefix != keyPrefix || !isPlain(l.value) || l.value == key:
		case key != "":
			found.foreign = true
		default:
			key = l.value
		}
	}
	switch {
	case newer:
		return key, ErrNewer
	case found.foreign:
		return "", ErrDamaged
	}
	return key, found.state.read(state)
}

// isPlain reports whether a key fits in its line without ending it. All keys that errmon makes do.
func isPlain(key string) bool {
	return strings.Trim(key, keyAlphabet) == "" && !strings.Contains(key, "--")
}

const keyAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-"

// Section wraps the visible text and the marker into the bot's section of an issue's body.
func (m Marker) Section(text string) (string, error) {
	state, err := m.encode()
	if err != nil {
		return "", err
	}
	key := m.Key()
	if !isPlain(key) {
		key = ""
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

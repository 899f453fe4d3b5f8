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
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/count"
)

// This file writes our section and finds it again in a body that people edit: they write around it, quote
// its lines, paste an earlier body, and delete lines that look like noise. A line counts as ours only if it
// is whole and unindented. If there are several sections, the one with the newest state is ours. Anything
// not clearly ours belongs to people and is kept.

// Version is the version of the format that this package writes.
const Version = 1

const (
	beginPrefix = "<!-- errmon:begin v"
	keyPrefix   = "<!-- errmon:key "
	statePrefix = "<!-- errmon:state v"
	endLine     = "<!-- errmon:end -->"
	suffix      = " -->"
)

// LastLine begins the last visible line of an issue's section; the first one begins with "**N events**".
// They mark the section's bounds if its marker lines were deleted.
const LastLine = "<sub>Filed by errmon"

var firstRead = regexp.MustCompile(`^\*\*\d[\d,]* events?\*\*`)

// Errors that Read and ReadDashboard return.
var (
	// ErrNone means that the body has no errmon section.
	ErrNone = errors.New("no errmon section")
	// ErrNewer means that a later version of errmon wrote the section; leave the issue untouched.
	ErrNewer = errors.New("errmon section is of a newer version")
	// ErrDamaged means that the state is missing or unreadable, or that another issue's state was pasted.
	ErrDamaged = errors.New("errmon state is damaged")
)

func section(key, text, state string) string {
	if !isPlain(key) {
		key = ""
	}
	return fmt.Sprintf(beginPrefix+"%d"+suffix+"\n"+
		keyPrefix+"%s"+suffix+"\n\n%s\n\n"+
		statePrefix+"%d %s %s"+suffix+"\n"+endLine,
		Version, key, strings.TrimSpace(text), Version, checksum(state), state)
}

// encode returns a Marker, a Dashboard or a part of one as base64url text. It ignores errors because such
// plain data always has a JSON form and writing to a bytes.Buffer cannot fail.
func encode(state any) string {
	plain, _ := json.Marshal(state)
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression)
	_, _ = w.Write(plain)
	_ = w.Close()
	return base64.RawURLEncoding.EncodeToString(packed.Bytes())
}

func checksum(text string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) }

const keyAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-"

// isPlain reports whether a key can stand in an HTML comment without ending it, as all of errmon's keys can.
func isPlain(key string) bool {
	return strings.Trim(key, keyAlphabet) == "" && !strings.Contains(key, "--")
}

// Read returns the marker in the body of an error issue. With ErrNewer or ErrDamaged, the marker has only the
// first key, or nothing if the key line is unreadable too or somebody pasted another issue's lines.
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

// ReadDashboard returns the state in the body of a dashboard issue, or ErrNone, ErrNewer or ErrDamaged.
func ReadDashboard(body string) (Dashboard, error) {
	var d Dashboard
	if _, err := read(body, &d); err != nil {
		return Dashboard{}, err
	}
	return d, nil
}

func read(body string, into any) (key string, err error) {
	ours, state, foreign := find(body)
	if len(ours) == 0 {
		return "", ErrNone
	}
	for _, l := range ours {
		switch {
		case l.prefix == beginPrefix && l.version() > Version:
			err = ErrNewer
		case l.prefix != keyPrefix || !isPlain(l.value) || l.value == key:
		case key != "":
			foreign = true
		default:
			key = l.value
		}
	}
	switch {
	case err != nil:
		return key, err
	case foreign:
		return "", ErrDamaged
	}
	return key, state.read(into)
}

// Split splits a body into the text before our section (all if there is none), the section, and the rest.
func Split(body string) (before, section, behind string) {
	ours, _, _ := find(body)
	if len(ours) == 0 {
		return body, "", ""
	}
	from, to := ours[0].from, ours[len(ours)-1].to
	return body[:from], body[from:to], body[to:]
}

type line struct {
	prefix   string // one of our four prefixes; empty for other lines
	value    string // text between prefix and suffix; only in our lines
	text     string // without trailing white space
	from, to int    // byte offsets of text in the body
}

// version returns the number at the start of the value, or 0 if there is none.
func (l line) version() int {
	number, _, _ := strings.Cut(l.value, " ")
	v, _ := strconv.Atoi(number)
	return v
}

// read decodes a state line. Its error is ErrNewer or ErrDamaged.
func (l line) read(into any) error {
	if l.version() > Version {
		return ErrNewer
	}
	fields := strings.Fields(l.value)
	if l.version() != Version || len(fields) != 3 || fields[1] != checksum(fields[2]) {
		return ErrDamaged
	}
	packed, err := base64.RawURLEncoding.DecodeString(fields[2])
	if err != nil {
		return ErrDamaged
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), 4<<20)) // real ones are far smaller
	if err != nil || json.Unmarshal(plain, into) != nil {
		return ErrDamaged
	}
	return nil
}

// find returns the lines of our section and its state line, which is the zero line if people deleted it.
// foreign reports whether somebody pasted another issue's section into the body.
func find(body string) (ours []line, state line, foreign bool) {
	var lines []line
	from := 0
	for raw := range strings.SplitSeq(body, "\n") {
		l := line{text: strings.TrimRight(raw, " \t\r"), from: from}
		l.to = from + len(l.text)
		for _, prefix := range []string{beginPrefix, keyPrefix, statePrefix, endLine} {
			if strings.HasPrefix(l.text, prefix) && strings.HasSuffix(l.text, suffix) {
				l.prefix, l.value = prefix, strings.TrimSuffix(l.text[len(prefix):], suffix)
			}
		}
		lines = append(lines, l)
		from += len(raw) + 1
	}
	if at, foreign := newestState(lines); at >= 0 {
		return lines[firstLine(lines, at) : endOf(lines, at)+1], lines[at], foreign
	}
	for _, prefix := range []string{beginPrefix, keyPrefix} {
		if first := slices.IndexFunc(lines, func(l line) bool { return l.prefix == prefix }); first >= 0 {
			return lines[first : lastLine(lines, first)+1], line{}, false
		}
	}
	return nil, line{}, false
}

// newestState returns the index of the newest readable state, or else of the last state line, or else -1.
// foreign reports whether there are readable states of several issues.
func newestState(lines []line) (at int, foreign bool) {
	type stored struct {
		Marker
		Read     map[string]count.Millis `json:"read"` // only in a dashboard's state
		readable bool
	}
	at = -1
	var best stored
	for i, l := range lines {
		if l.prefix != statePrefix {
			continue
		}
		var s stored
		s.readable = l.read(&s) != ErrDamaged
		for _, read := range s.Read {
			s.Last = max(s.Last, read)
		}
		foreign = foreign || best.readable && s.readable && s.Key() != best.Key()
		newer := cmp.Or(cmp.Compare(s.Last, best.Last), cmp.Compare(s.Count(), best.Count())) > 0
		if !best.readable || s.readable && newer {
			at, best = i, s
		}
	}
	return at, foreign
}

// firstLine returns the index of the first line of the section whose state line is lines[state]: its begin
// line, else its key line, else the visible line with the number of events, else the state line itself.
func firstLine(lines []line, state int) int {
	first := state
	for i := state - 1; i >= 0 && lines[i].prefix != statePrefix && lines[i].prefix != endLine; i-- {
		switch {
		case lines[i].prefix == beginPrefix:
			return i
		case lines[i].prefix == keyPrefix, first == state && firstRead.MatchString(lines[i].text):
			first = i
		}
	}
	return first
}

// lastLine returns where a section without a state ends: at its end line, LastLine or key line.
func lastLine(lines []line, first int) int {
	for i, l := range lines[first:] {
		if l.prefix == endLine || strings.HasPrefix(l.text, LastLine) {
			return endOf(lines, first+i)
		}
	}
	if first+1 < len(lines) && lines[first+1].prefix == keyPrefix {
		return first + 1
	}
	return first
}

func endOf(lines []line, at int) int {
	for i := at + 1; i < len(lines); i++ {
		if lines[i].prefix == endLine {
			return i
		}
		if lines[i].text != "" {
			break
		}
	}
	return at
}

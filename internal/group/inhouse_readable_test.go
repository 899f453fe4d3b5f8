package group

import (
	"slices"
	"strings"
	"time"
)

// readable reports whether a person reads the head at a glance: where the time
// ends, which word is the level, and where the message begins.
func (h textHead) readable() bool {
	return h.separable() && h.levelFits() && h.levelStandsOut() && h.beginStandsOut() && h.messageStandsOut()
}

// separable reports that no part contains what separates the parts. A tag ends
// in a colon of its own, and nobody colours columns.
func (h textHead) separable() bool {
	sample := logged{severity: failure, at: time.Date(2026, 11, 26, 21, 0, 0, 0, time.UTC)}
	if !h.style.spaced() && slices.Contains(h.parts, "tag") || h.style.kind == tight && strings.HasPrefix(h.time.print(sample.at), "\x1b") {
		return false
	}
	for _, sign := range []string{strings.TrimSpace(h.style.between), strings.TrimSpace(h.style.joint)} {
		for _, name := range h.parts {
			part := h.part(name, sample)
			clash := strings.Contains(part, sign)
			switch sign {
			case "":
				continue
			case ":": // no space behind it in a time
				clash = strings.HasSuffix(part, ":") || strings.Contains(part, ": ")
			case "-", "»", ">":
				clash = strings.Contains(part, " "+sign) || strings.HasSuffix(part, sign)
			}
			if clash {
				return false
			}
		}
	}
	return true
}

// levelFits reports that the level's decoration goes with the separators.
func (h textHead) levelFits() bool {
	switch {
	case h.style.closed && !h.level.closed():
		return false
	case h.level.first:
		// A number behind "<3>" would be part of it.
		return h.style.kind != tight && !h.time.number && (len(h.parts) == 0 || h.parts[0] != "pid")
	case h.level.closed():
		// A colon ends the head, unless a time follows.
		return h.style.spaced() && h.style.joint == " " && (h.last() == "level" || h.level.name == "ERROR:" && h.beside("level", 1) == "time")
	case h.style.kind == tight:
		return h.level.bare && (len(h.parts) > 1 || h.style.name == "colon" || h.style.name == "tight bar")
	case h.style.kind >= bracketed:
		return h.level.bare || h.level.framed()
	case h.last() == "level" && h.style.joint == ": ":
		return h.level.bare || h.level.framed()
	case h.level.name == "|ERROR|":
		return h.style.spaced() && h.style.joint == " "
	}
	return !h.level.drawn() || h.style.spaced() || strings.Contains(" | - \t", h.style.between)
}

// beside returns the part that stands so many places behind another.
func (h textHead) beside(part string, places int) string {
	at := slices.Index(h.parts, part)
	if at < 0 || at+places < 0 || at+places >= len(h.parts) {
		return ""
	}
	return h.parts[at+places]
}

// levelStandsOut reports that the level is not taken for a word of a sentence
// or a letter of a name.
func (h textHead) levelStandsOut() bool {
	switch {
	case !h.level.quiet:
		return true
	case h.style.kind == tight:
		return h.time.name != without
	case !h.style.spaced():
		return true
	}
	return (h.beside("level", -1) == "time" || h.beside("level", 1) == "time") && h.time.name != "uptime"
}

// beginStandsOut reports that the line does not begin with a word or number
// that only a reader of the configuration can name.
func (h textHead) beginStandsOut() bool {
	bare := func(part string) bool { return h.dress[part] == "%" && h.style.kind < bracketed }
	if slices.Contains(h.parts, "pid") && bare("pid") {
		besideTime := h.beside("time", 1) == "pid" || h.beside("time", -1) == "pid"
		if h.parts[0] == "pid" || h.time.name == without || h.time.number && besideTime {
			return false
		}
	}
	return len(h.parts) == 0 || !bare(h.parts[0]) || !h.style.spaced() || h.time.name != without
}

// messageStandsOut reports that the part before the message ends visibly: a
// plain word and a space look like the message's first word.
func (h textHead) messageStandsOut() bool {
	last := h.last()
	if last == "time" && h.time.number || last == "pid" && h.dress["pid"] == "%" {
		return h.style.kind >= bracketed || strings.ContainsAny(h.style.joint, "|\t-»>;")
	}
	if h.dress[last] != "%" || h.style.kind >= bracketed || strings.Trim(h.style.joint, " ") != "" {
		return true
	}
	return last == "logger" && strings.ContainsAny(h.names.logger, ".:")
}

package plan

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

const (
	maxTitle = 120 // characters that a title should have at most; most have under 100
	minWhat  = 40  // of them for the exception and its message, however long the place is
	// hidden stands for a value in a title.
	hidden = "…"
)

// Titles says how errors are named.
type Titles struct {
	Services bool // several services share the repository, so a title names its own
	Public   bool // only the template is shown, not the names that an event quotes
}

// TitlesFor returns how the errors of a repository are named.
func TitlesFor(in Input) Titles {
	first := ""
	other := func(service string) bool {
		first = cmp.Or(first, service)
		return service != "" && service != first
	}
	return Titles{Services: slices.ContainsFunc(in.Groups, func(g *grouping.Group) bool { return other(g.Service) }) ||
		slices.ContainsFunc(in.Issues, func(i Issue) bool { return other(i.Marker.Service) }) ||
		slices.ContainsFunc(in.Waiting, func(r marker.Row) bool { return other(r.Marker.Service) })}
}

// Title names an error: what happened, where, and in which service. Values that vary are hidden,
// but quoted names stay: they are often what a developer looks for. It is foreign text.
func (t Titles) Title(g *grouping.Group) string {
	title := what(shortType(g.Type), t.message(g))
	place := ""
	at := g.Place
	if at.Function == "{main}" { // PHP's, outside functions
		at.Function = ""
	}
	if where := Place(at); where != "" && !(qualified.MatchString(where) && strings.Contains(title, where)) {
		title, place = strings.TrimSuffix(title, "."), " in "+where
	}
	if t.Services && g.Service != "" && !slices.Contains(words.FindAllString(title+place, -1), g.Service) {
		place += " [" + g.Service + "]"
	}
	return shorten(title, max(minWhat, maxTitle-utf8.RuneCountInString(place))) + place
}

// qualified matches a place that no message names by accident.
var qualified = regexp.MustCompile(`[.:#/]`)

var words = regexp.MustCompile(`[\pL\pN_-]+`)

// message returns the template, with the names that the sample quotes.
func (t Titles) message(g *grouping.Group) string {
	template := strings.Join(strings.Fields(g.Template), " ")
	if !t.Public {
		template = withNames(template, g.Sample)
	}
	return packages.ReplaceAllString(strings.ReplaceAll(template, grouping.Wildcard, hidden), "$1")
}

// packages matches the packages before the name of a class.
var packages = regexp.MustCompile(`\b(?:[a-z]\w*\.){2,}([A-Z])`)

// leading matches values at the start of a message, with their quotes and brackets.
var leading = regexp.MustCompile(`^(?:[^\pL\pN` + hidden + `]*` + hidden + `[^\pL\pN` + hidden + `'"\[({]*['"]?)*[ ,.:;|)\]}-]*`)

func what(kind, message string) string {
	if kind == "" {
		message = leading.ReplaceAllString(message, "") // no title begins with a value
	}
	text := message
	if kind != "" && !strings.HasPrefix(message, kind) { // a Go runtime error's message begins with its kind
		text = kind + ": " + message
	}
	parts := slices.CompactFunc(strings.Split(strings.TrimSuffix(text, ": "), ": "), strings.EqualFold)
	if text = strings.Join(slices.Compact(strings.Fields(strings.Join(parts, ": "))), " "); text == "" {
		return "(empty message)"
	}
	return text
}

// shortType returns the name of a class without its package. One that says too little
// alone keeps the last part of it: psycopg2.Error.
func shortType(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(`.$\/:`, r) })
	if len(parts) == 0 || strings.ContainsAny(name, " *(") {
		return name
	}
	last := parts[len(parts)-1]
	if qualified := len(parts) > 1; qualified && (last == "Error" || last == "Exception") {
		return name[strings.LastIndex(name, parts[len(parts)-2]):]
	}
	return last
}

// withNames replaces the wildcards that stand for a quoted name by the name in the
// sample. The sample's messages were redacted before.
func withNames(template string, sample event.Event) string {
	messages := []string{sample.Message}
	for _, x := range sample.Exceptions[:min(1, len(sample.Exceptions))] {
		messages = append(messages, x.Message, x.Type+": "+x.Message)
	}
	for _, m := range messages {
		m, _, _ = strings.Cut(m, "\n")
		if filled, ok := withValues(template, strings.Join(strings.Fields(m), " ")); ok {
			return filled
		}
	}
	return template
}

// withValues holds a template against a message that it was made of, from left to right.
func withValues(template, message string) (string, bool) {
	literals := strings.Split(template, grouping.Wildcard)
	rest, ok := strings.CutPrefix(message, literals[0])
	filled := literals[0]
	for i, literal := range literals[1:] {
		at := strings.Index(rest, literal)
		if !ok || at < 0 {
			return "", false
		}
		if literal == "" {
			at = len(rest)
		}
		if value := rest[:at]; isQuoted(literals[i], literal) && isName(value) {
			filled += value + literal
		} else {
			filled += grouping.Wildcard + literal
		}
		rest = rest[at+len(literal):]
	}
	return filled, ok
}

func isQuoted(before, after string) bool {
	return before != "" && after != "" && before[len(before)-1] == after[0] && strings.IndexByte("'\"`", after[0]) >= 0
}

// name matches a value that is a name or a character of a syntax error, and not a number,
// an id, an address or what stands for a secret.
var name = regexp.MustCompile(`^(?:\pP|\pS|(?:[^\d@\[][^\d@]*)??\pL[^\d@]*(?:\d[^\d@]*){0,2})$`)

func isName(value string) bool {
	return len(value) <= 60 && name.MatchString(value) && !strings.Contains(value, grouping.Wildcard)
}

// shorten cuts a text to limit characters, at a word's end if there is one nearby.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := string([]rune(text)[:limit-1])
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,:;"+hidden) + hidden
}

// Location is a frame's file and line, as far as they are known.
func Location(f event.Frame) string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// Place names the function of a frame as its developers call it: with the last
// part of its class, package or module, and without the path to it. An
// anonymous function goes by its file.
func Place(f event.Frame) string {
	if f.Function == "" {
		if f.File == "" {
			return ""
		}
		return path.Base(f.File)
	}
	owner := f.Module[strings.LastIndexAny(f.Module, `./\`)+1:]
	if owner == "" || strings.HasPrefix(f.Function, owner+".") {
		return f.Function
	}
	return owner + "." + f.Function
}

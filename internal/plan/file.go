package plan

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// forgetAfter is how long a waiting error is kept without new events: one failure a month ago is not news.
const forgetAfter = 30 * 24 * time.Hour

func file(known *directory, in Input) []Action {
	candidates := candidates(known, in)
	slices.SortFunc(candidates, func(a, b Action) int { return cmp.Or(retriesLast(a, b), BySeverity(a.Next, b.Next)) })
	room, created := in.Rules.Room(in.Issues, in.Now), 0
	var keep time.Duration // longest period of a min-events rule, for which minutes stay unfrozen
	for _, rule := range in.Rules.Policy.Rules {
		keep = max(keep, rule.MinEvents.Within)
	}
	for i := range candidates {
		a := &candidates[i]
		for _, key := range a.Next.Keys { // link to the retired issue that owns a key, if any
			if owner := known.owners[key]; a.Next.After == 0 && owner != nil && owner.retired != "" {
				a.Next.After = owner.Number
			}
		}
		a.Kind = Wait
		switch asked := slices.ContainsFunc(in.Ticked, a.Next.Owns); {
		case asked && !readable(*a, in):
			a.Reason = Unread
		case asked:
			a.Kind, a.Reason = Create, Ticked
		case belowMin(a.Next, in.Rules):
			a.Reason = BelowMin
		case created >= in.Rules.MaxNew || !readable(*a, in):
			a.Reason = OverMax
		case created >= room:
			a.Reason = OverDay
		default:
			a.Kind, a.Reason, created = Create, FirstSeen, created+1
		}
		if a.Kind == Create {
			a.Next.FiledBy = in.Run
		}
		freeze(&a.Next, in, keep)
	}
	return candidates
}

// Room returns how many new issues a run that begins now may file. It goes by creation times, so neither a
// lost dashboard nor an overlapping run raises the limit. An error that was filed twice counts once.
func (r Rules) Room(issues []Issue, now time.Time) int {
	if r.MaxNewPerDay == 0 {
		return r.MaxNew
	}
	today := map[string]bool{}
	for _, i := range issues {
		if now.Sub(i.Created) < day {
			today[i.Marker.Key()] = true
		}
	}
	return max(0, min(r.MaxNew, r.MaxNewPerDay-len(today)))
}

const day = 24 * time.Hour

func candidates(known *directory, in Input) []Action {
	var actions []Action
	titles := TitlesFor(in)
	public := Titles{titles.Services, true}
	for _, e := range known.rows.entries {
		m := e.Marker
		settled := len(m.Sentry) > 0 && len(m.Sources)+len(m.Deliveries) == 0 && !some(m.Sentry, func(id string, _ int64) bool {
			return in.States[id] == "" || in.States[id] == event.Unresolved
		})
		if e.original != nil || len(e.groups) == 0 && (settled || in.Now.Sub(m.Last.Time()) >= forgetAfter) {
			continue
		}
		a := Action{Title: e.Title, Public: e.Title, Groups: e.groups, Retry: e.refused, Next: observe(e.into(m), e.groups)}
		if len(e.groups) > 0 {
			a.Title, a.Public = titles.Title(e.groups[0]), public.Title(e.groups[0])
		}
		a.shape(m, in)
		actions = append(actions, a)
	}
	return actions
}

// readable reports whether an error may be filed now. If it has no events in this run, all its sources must
// have been read: only then is it certain that its log lines are gone.
func readable(a Action, in Input) bool {
	unread := some(a.Next.Sources, func(name string, _ count.Tally) bool { return in.Read[name].IsZero() })
	unknown := in.ReadsSentry && some(a.Next.Sentry, func(id string, _ int64) bool { return in.States[id] == "" })
	return len(a.Groups) > 0 || !unread && !unknown
}

// BySeverity orders errors by level, then by number of events, the highest first.
func BySeverity(a, b marker.Marker) int {
	levelA, _ := event.ParseLevel(a.Level)
	levelB, _ := event.ParseLevel(b.Level)
	return cmp.Or(cmp.Compare(levelB, levelA), cmp.Compare(b.Count(), a.Count()),
		cmp.Compare(a.First, b.First), slices.Compare(a.Keys, b.Keys))
}

const (
	maxTitle = 120 // characters of a title, unless its place takes more than 80; most have under 100
	minWhat  = 40  // characters reserved for the exception and its message, however long the place is
	hidden   = "…" // replaces a value
)

// Titles configures how errors are named.
type Titles struct {
	Services bool // several services share the repository, so titles name the service
	Public   bool // show only the template, not the names that an event quotes
}

// TitlesFor returns the configuration of titles for a repository's errors.
func TitlesFor(in Input) Titles {
	services := map[string]bool{"": true}
	for _, g := range in.Groups {
		services[g.Service] = true
	}
	for _, i := range in.Issues {
		services[i.Marker.Service] = true
	}
	for _, row := range in.Waiting {
		services[row.Marker.Service] = true
	}
	return Titles{Services: len(services) > 2}
}

var (
	qualified = regexp.MustCompile(`[.:#/]`) // in a place so specific that no message contains it by accident
	words     = regexp.MustCompile(`[\pL\pN_-]+`)
	packages  = regexp.MustCompile(`\b(?:[a-z]\w*\.){2,}([A-Z])`) // the package before a class name
	// inPackage matches a class with its package. Error and Exception mean little alone, so they keep the last
	// part of the package: psycopg2.Error.
	inPackage = regexp.MustCompile(`^(?:[^ *(.$\\/:]*[.$\\/:]+)*?((?:[^ *(.$\\/:]+[.$\\/:]+)?(?:Error|Exception)|[^ *(.$\\/:]+)[.$\\/:]*$`)
	// leading matches hidden values at the start of a message, with their quotes and brackets.
	leading = regexp.MustCompile(`^(?:[^\pL\pN` + hidden + `]*` + hidden + `[^\pL\pN` + hidden + `'"\[({]*['"]?)*[ ,.:;|)\]}-]*`)
	// name matches a name, or the one character that a syntax error quotes, but not an id or a placeholder.
	name = regexp.MustCompile(`^(?:\pP|\pS|(?:[^\d@\[][^\d@]*)??\pL[^\d@]*(?:\d[^\d@]*){0,2})$`)
)

// Title returns an error's title: what happened, where, and in which service. It hides values that vary but,
// unless Public, keeps quoted names, since developers often search for them. The title is foreign text.
func (t Titles) Title(g *grouping.Group) string {
	message := strings.Join(strings.Fields(g.Template), " ")
	if !t.Public {
		message = withNames(message, g.Sample)
	}
	message = packages.ReplaceAllString(strings.ReplaceAll(message, grouping.Wildcard, hidden), "$1")
	if kind := inPackage.ReplaceAllString(g.Type, "$1"); kind == "" {
		message = strings.TrimSuffix(leading.ReplaceAllString(message, ""), " {") // drop a leading value, and the "{" of Node's object
	} else if !strings.HasPrefix(message, kind) { // a Go runtime error's message begins with its kind
		message = kind + ": " + message
	}
	parts := slices.CompactFunc(strings.Split(strings.TrimSuffix(message, ": "), ": "), strings.EqualFold)
	title := strings.Join(slices.Compact(strings.Fields(strings.Join(parts, ": "))), " ")
	title, place, at := cmp.Or(title, "(empty message)"), "", g.Place
	if at.Function == "{main}" { // PHP's name for code outside functions
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

// withNames replaces the wildcards of quoted names with the names in the sample, whose messages are redacted.
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

func withValues(template, message string) (string, bool) {
	literals := strings.Split(template, grouping.Wildcard)
	rest, ok := strings.CutPrefix(message, literals[0])
	filled := literals[0]
	for i, after := range literals[1:] {
		at := strings.Index(rest, after)
		if !ok || at < 0 {
			return "", false
		}
		if after == "" {
			at = len(rest)
		}
		value, before := rest[:at], literals[i]
		quoted := before != "" && after != "" && before[len(before)-1] == after[0] && strings.IndexByte("'\"`", after[0]) >= 0
		if !quoted || len(value) > 60 || !name.MatchString(value) || strings.Contains(value, grouping.Wildcard) {
			value = grouping.Wildcard
		}
		filled += value + after
		rest = rest[at+len(after):]
	}
	return filled, ok
}

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

// Location returns a frame as FILE:LINE, or without the line if that is unknown.
func Location(f event.Frame) string {
	return strings.TrimSuffix(fmt.Sprintf("%s:%d", f.File, f.Line), ":0")
}

// Place returns a frame's function with the last part of its class or package, else its file's base name.
func Place(f event.Frame) string {
	owner := f.Module[strings.LastIndexAny(f.Module, `./\`)+1:]
	switch {
	case f.Function == "" && f.File == "":
		return ""
	case f.Function == "":
		return path.Base(f.File)
	case owner == "" || strings.HasPrefix(f.Function, owner+"."):
		return f.Function
	}
	return owner + "." + f.Function
}

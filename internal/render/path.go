package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/plan"
)

const (
	maxPath  = 10     // in-app frames in all
	maxChain = 6      // exceptions
	pathSize = 10_000 // characters of the block
)

// path shows how an error came about: the root cause first, then each exception with the frames
// that it passed through, libraries folded. If the code is shown as well, brief leaves one frame
// of each.
func (r Renderer) path(e event.Event, brief bool) string {
	chain := slices.Clone(e.Exceptions)
	slices.Reverse(chain)
	chain = chain[max(0, len(chain)-maxChain):]
	if !slices.ContainsFunc(chain, func(x event.Exception) bool { return len(x.Frames) > 0 }) {
		return ""
	}
	var lines []string
	libraries := 0
	for i, x := range chain {
		head := r.exception(x)
		switch {
		case i > 0:
			head = "→ " + head
		case len(chain) > 1:
			head = "Root cause: " + head
		}
		own := slices.DeleteFunc(slices.Clone(x.Frames), func(f event.Frame) bool { return !f.InApp })
		libraries += len(x.Frames) - len(own)
		if brief && len(own) > 0 {
			head += " in " + place(own[0])
		}
		if lines = append(lines, strings.TrimSpace(head)); !brief {
			lines = append(lines, folded(x.Frames, max(1, maxPath/len(chain)))...)
		}
	}
	if brief && libraries > 0 {
		lines = append(lines, "  … "+count.Of(libraries, "library frame"))
	}
	return "### Call path\n\n" + r.Redactor.Fenced(strings.Join(lines, "\n"), pathSize/2).String()
}

// exception names an exception, in a public repository without its message.
func (r Renderer) exception(x event.Exception) string {
	if r.HoldBack {
		return x.Type
	}
	message, _, _ := strings.Cut(x.Message, "\n")
	if strings.HasPrefix(message, x.Type) { // a Go runtime error's message begins with its kind
		return message
	}
	return strings.Trim(x.Type+": "+message, ": ")
}

// folded returns one line per in-app frame, at most limit of them, and one per run of library
// frames. A frame that repeats, as in a recursion, is one line.
func folded(frames []event.Frame, limit int) []string {
	var lines []string
	own := 0
	for i := 0; i < len(frames); {
		f, n := frames[i], 1
		for i+n < len(frames) && frames[i+n].InApp == f.InApp && (!f.InApp || frames[i+n] == f) {
			n++
		}
		switch {
		case !f.InApp:
			lines = append(lines, "  … "+count.Of(n, "library frame"))
		case own == limit:
			return append(lines, "  … "+count.Of(len(frames)-i, "more frame"))
		case n > 1:
			lines = append(lines, fmt.Sprintf("> %s × %d", place(f), n))
		default:
			lines = append(lines, "> "+place(f))
		}
		if f.InApp {
			own++
		}
		i += n
	}
	return lines
}

func place(f event.Frame) string {
	if at := plan.Location(f); at != "" && at != plan.Place(f) {
		return plan.Place(f) + " (" + at + ")"
	}
	return plan.Place(f)
}

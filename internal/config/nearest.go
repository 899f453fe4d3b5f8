package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/org/errmon-action/internal/finding"
)

// unknownInputs reports the inputs that action.yml does not have: the runner only
// warns of them, so a mistyped one would silently not count.
func unknownInputs(environ []string) error {
	known := []string{"args", "entrypoint"} // of every container action: the runner reads them
	for _, s := range Settings {
		known = append(known, s.Name)
	}
	var mistakes []error
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		input, ok := strings.CutPrefix(name, "INPUT_")
		if input = strings.ToLower(input); ok && !slices.Contains(known, input) {
			mistakes = append(mistakes, unknown("input", input, known))
		}
	}
	return errors.Join(mistakes...)
}

// unknown returns the error about a name of a thing that is none of names.
func unknown(thing, name string, names []string) error {
	return finding.Mend(fmt.Sprintf("unknown %s %q", thing, shorten(name)), fmt.Sprintf("did you mean %q?", nearestOf(name, names)))
}

// Nearest returns the name that was probably meant, and false if none is like the
// given one: a third of its letters may be wrong.
func Nearest(name string, names []string) (nearest string, ok bool) {
	if len(names) == 0 {
		return "", false
	}
	nearest = nearestOf(name, names)
	return nearest, levenshtein.ComputeDistance(plain(name), nearest) <= max(2, len(name)/3)
}

func nearestOf(name string, names []string) string {
	name = plain(name)
	if i := slices.IndexFunc(names, func(n string) bool { return len(name) > 2 && strings.HasPrefix(n, name) }); i >= 0 { // such as env
		return names[i]
	}
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
}

// plain returns a name as names are written, without the signs of a comparison.
func plain(name string) string {
	return strings.TrimLeft(strings.ReplaceAll(strings.ToLower(shorten(name)), "_", "-"), "!<>= ")
}

package config

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

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
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
}

func plain(name string) string { return strings.ReplaceAll(strings.ToLower(shorten(name)), "_", "-") }

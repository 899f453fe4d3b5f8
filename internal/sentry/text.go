package sentry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What is shown of an event beside its trace, in bytes.
const (
	maxValue = 200
	maxFacts = 4000
)

// facts lists the tags and the plain values of the contexts, one a line,
// without those that say who used the program. What is too long is left out and
// not cut: half a secret is one that nobody recognises.
func (w *wireEvent) facts() string {
	var lines []string
	length := 0
	add := func(key string, value any) {
		switch value.(type) {
		case string, float64, bool:
		default:
			return
		}
		line := strings.Join(strings.Fields(fmt.Sprintf("%s: %v", key, value)), " ")
		if personal(key) || len(line) > maxValue || length+len(line) > maxFacts || slices.Contains(lines, line) {
			return
		}
		lines, length = append(lines, line), length+len(line)
	}
	for _, t := range w.Tags {
		add(t.Key, t.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Contexts)) {
		for _, key := range slices.Sorted(maps.Keys(w.context(name))) {
			if key != "type" {
				add(name+"."+key, w.context(name)[key])
			}
		}
	}
	return strings.Join(lines, "\n")
}

// context is one of the event's contexts; nil unless it is an object.
func (w *wireEvent) context(name string) map[string]any {
	fields, _ := w.Contexts[name].(map[string]any)
	return fields
}

// personal distinguishes keys under which SDKs and Sentry put the user.
func personal(key string) bool {
	key = strings.ToLower(key)
	first, _, _ := strings.Cut(key, ".")
	switch first {
	case "user", "geo", "ip":
		return true
	}
	for _, part := range []string{"email", "e-mail", "ip_address", "ipaddress", "ip-address", "username", "user_name", "user_id", "userid", "phone"} {
		if strings.Contains(key, part) {
			return true
		}
	}
	return false
}

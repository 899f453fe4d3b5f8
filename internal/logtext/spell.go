package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// maxSpelled bounds the members that are spelled out: the first ones say
// errors apart.
const maxSpelled = 12

// spellIfMute gives an error that has neither message nor stack a message.
func (f *fields) spellIfMute(e *event.Event) {
	if e.Message == "" && e.Stack == "" && e.Level >= event.Warn {
		var words []string
		spellInto(&words, f.record, f.keys)
		e.Message = clip(strings.Join(words, ", "))
	}
}

// spellInto puts the members of a record that has no message into words, as in
// `code: E_TIMEOUT, op: charge`, so that different errors do not look alike.
// What is a field of its own, such as the time, is no part of it.
func spellInto(words *[]string, object string, keys *keyTable) {
	eachMember(object, func(key, value string) {
		k, known := keys.byName[key]
		switch {
		case len(*words) >= maxSpelled:
		case value[0] == '{' && keys.holds(key):
			spellInto(words, value, keys)
		case !known, field(k.field) == fieldLevelName && fieldLevel(key, scalar(value)) == event.Unknown:
			*words = append(*words, key+": "+plainValue(value))
		case k.field == int(fieldMessage) && value[0] == '[':
			*words = append(*words, plainValue(value))
		}
	})
}

// plainValue is a value without the quotes that a template would take for
// those of a variable part.
func plainValue(value string) string {
	if value[0] == '"' {
		return unquote(value)
	}
	return strings.ReplaceAll(value, `"`, "")
}

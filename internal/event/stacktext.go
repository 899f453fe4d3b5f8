package event

import (
	"fmt"
	"strings"
)

// StackText writes a chain as text, for people, where its source has none of its own.
func StackText(chain []Exception) string {
	var b strings.Builder
	for i, x := range chain {
		if i > 0 {
			b.WriteString("\nCaused by: ")
		}
		b.WriteString(strings.TrimPrefix(x.Type+": "+x.Message, ": "))
		for _, f := range x.Frames {
			b.WriteString("\n    at " + place(f))
		}
	}
	return b.String()
}

func place(f Frame) string {
	file := f.File
	if f.Line > 0 {
		file = fmt.Sprintf("%s:%d", file, f.Line)
	}
	if f.Line > 0 && f.Column > 0 {
		file = fmt.Sprintf("%s:%d", file, f.Column)
	}
	name := strings.TrimPrefix(f.Module+"."+f.Function, ".")
	switch {
	case f.Function == "":
		return file
	case file == "":
		return name
	}
	return name + " (" + file + ")"
}

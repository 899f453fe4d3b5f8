// Package finding is the result of a check of an integration: how good or bad it is, what it is about, and
// how to fix it. Each service's checks are in its own room and return findings; doctor prints them.
//
// It is pure and imports nothing of this project. A finding may quote a
// service, so it is foreign text until safe has made it fit for a sink.
package finding

import (
	"errors"
	"fmt"
)

// Level is how good or bad a finding is.
type Level int

// The levels. Only a Failure makes doctor exit with 1.
const (
	OK      Level = iota
	Warning       // works, and may surprise
	Failure       // a run would fail, or find nothing
)

// Finding is one row of doctor's table.
type Finding struct {
	Level  Level
	About  string // what was checked, such as "GitHub token"
	Text   string // what was found
	Remedy string // one sentence; empty if nothing needs fixing
}

// Good is a finding that all is well.
func Good(about, format string, args ...any) Finding {
	return Finding{Level: OK, About: about, Text: fmt.Sprintf(format, args...)}
}

// Warn is a finding that something may surprise.
func Warn(about, text, remedy string) Finding { return Finding{Warning, about, text, remedy} }

// Fail is a finding that something does not work.
func Fail(about, text, remedy string) Finding { return Finding{Failure, about, text, remedy} }

// Of is the failure that an error reports, with the error's remedy if it is a Mendable.
func Of(about string, err error) Finding {
	m, ok := errors.AsType[*Mendable](err)
	switch {
	case !ok:
		return Fail(about, err.Error(), "")
	case m.Cause == nil:
		return Fail(about, m.What, m.Remedy)
	}
	return Fail(about, fmt.Sprintf("%s (%s)", m.What, m.Cause), m.Remedy)
}

// All returns the failure that Of makes of each error that errors.Join joined.
func All(about string, err error) (found []Finding) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			found = append(found, All(about, one)...)
		}
	} else if err != nil {
		found = append(found, Of(about, err))
	}
	return found
}

// Mend returns an error with its remedy.
func Mend(what, remedy string) error { return &Mendable{What: what, Remedy: remedy} }

// Within puts words in front of an error, keeping its remedy; nil stays nil.
func Within(words string, err error) error {
	if err == nil {
		return nil
	}
	if m, ok := errors.AsType[*Mendable](err); ok {
		return &Mendable{What: words + m.What, Remedy: m.Remedy, Cause: m.Cause}
	}
	return fmt.Errorf("%s%w", words, err)
}

// Mendable is an error with its remedy. It reads "what: remedy: cause".
type Mendable struct {
	What   string // what is wrong
	Remedy string // how to fix it, in the imperative
	Cause  error  // nil if What is complete
}

// Error implements error.
func (m *Mendable) Error() string {
	if m.Cause == nil {
		return m.What + ": " + m.Remedy
	}
	return fmt.Sprintf("%s: %s: %s", m.What, m.Remedy, m.Cause)
}

// Unwrap returns the cause.
func (m *Mendable) Unwrap() error { return m.Cause }

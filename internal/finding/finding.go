// Package finding holds the results of checks, and errors with a remedy. A finding states what was checked,
// how serious the result is, and how to fix it. Each service's package has its own checks; doctor prints the
// findings.
//
// It is pure and imports nothing of this project. A finding may quote a
// service, so it is foreign text until package safe has made it harmless.
package finding

import (
	"errors"
	"fmt"
)

// Level is the severity of a finding.
type Level int

// The levels. Only a Failure makes doctor exit with 1.
const (
	OK      Level = iota
	Warning       // works, but may surprise
	Failure       // a run would fail, or find nothing
)

// Finding is one row of doctor's table.
type Finding struct {
	Level  Level
	About  string // what was checked, such as "GitHub token"
	Text   string // what was found
	Remedy string // one sentence; empty if nothing needs fixing
}

// Good returns a finding that reports no problem.
func Good(about, format string, args ...any) Finding {
	return Finding{Level: OK, About: about, Text: fmt.Sprintf(format, args...)}
}

// Warn returns a finding about something that works, but may surprise.
func Warn(about, text, remedy string) Finding { return Finding{Warning, about, text, remedy} }

// Fail returns a finding about something that does not work.
func Fail(about, text, remedy string) Finding { return Finding{Failure, about, text, remedy} }

// Of returns an error as a Failure. If the error is or wraps a Mendable, Of uses only that, with its remedy.
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

// All returns a Failure, as Of does, for each error joined by errors.Join or by fmt.Errorf with several %w.
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

// Within adds words in front of an error and keeps its remedy; nil stays nil.
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

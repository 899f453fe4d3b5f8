// Package fake is how the fakes of services answer and keep their state. A handler returns its answer, or
// panics with a refusal. It is only for tests, and imports nothing of this project.
package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
)

// Object is a JSON object on the wire.
type Object = map[string]any

// Answer is a JSON response. Headers may be set as well.
type Answer struct {
	Status int
	Body   any // nil for none
	Header map[string]string
}

// Write sends the answer.
func (a Answer) Write(w http.ResponseWriter) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	if a.Body != nil {
		body, _ := json.Marshal(a.Body) // always possible; an Encoder would add a line break, which no service sends
		_, _ = w.Write(body)
	}
}

// With returns the answer with a header.
func (a Answer) With(header, value string) Answer {
	a.Header = map[string]string{header: value}
	return a
}

// Must panics with a refusal unless ok.
func Must(ok bool, refusal Answer) {
	if !ok {
		panic(refusal)
	}
}

// Copy returns a copy of a list, taken under the fake's lock.
func Copy[T any](mu *sync.Mutex, list *[]T) []T {
	mu.Lock()
	defer mu.Unlock()
	return slices.Clone(*list)
}

// Change changes a value under the fake's lock.
func Change[T any](mu *sync.Mutex, value *T, change func(*T)) {
	mu.Lock()
	defer mu.Unlock()
	change(value)
}

// Serve runs a handler, and writes the refusal that it panics with.
func Serve(w http.ResponseWriter, serve func()) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case Answer:
			thrown.Write(w)
		default:
			panic(thrown)
		}
	}()
	serve()
}

// Package fake helps the fake services to answer and to guard their state. A handler returns its Answer, or
// panics with one to refuse a request. It is only for tests, and imports nothing of this project.
package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
)

// Object is a JSON object on the wire.
type Object = map[string]any

// Answer is a JSON response.
type Answer struct {
	Status int
	Body   any // nil for an empty body
	Header map[string]string
}

// Write sends the answer, as JSON unless w already has a Content-Type.
func (a Answer) Write(w http.ResponseWriter) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	if a.Body != nil {
		body, _ := json.Marshal(a.Body) // cannot fail; an Encoder would add a line break, which no service sends
		_, _ = w.Write(body)
	}
}

// With returns the answer with this header in place of any others.
func (a Answer) With(header, value string) Answer {
	a.Header = map[string]string{header: value}
	return a
}

// Must panics with the refusal unless ok is true. Serve sends it.
func Must(ok bool, refusal Answer) {
	if !ok {
		panic(refusal)
	}
}

// Copy returns a copy of the list, made while holding the fake's lock.
func Copy[T any](mu *sync.Mutex, list *[]T) []T {
	mu.Lock()
	defer mu.Unlock()
	return slices.Clone(*list)
}

// Change calls change with the value while holding the fake's lock.
func Change[T any](mu *sync.Mutex, value *T, change func(*T)) {
	mu.Lock()
	defer mu.Unlock()
	change(value)
}

// Serve runs a handler. If it panics with an Answer, Serve sends that; it passes on any other panic.
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

// Package fake is what the fake services share: a Front that receives requests and breaks answers as a test
// wants. A handler writes its Answer, or panics with one to refuse a request. It is only for tests, and
// imports nothing of this project.
package fake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
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

// Write sends the answer, with JSON's Content-Type unless w or the answer has another.
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

// Request is one request as it arrived.
type Request struct {
	N      int // from 1
	Method string
	Path   string // for CloudWatch, the action, such as "FilterLogEvents"
	Query  url.Values
	Body   string
}

// Fault describes how a request goes wrong.
type Fault struct {
	Apply    bool // execute the request first: a write takes effect, unknown to the client
	Cut      bool // close the connection without an answer
	Truncate bool // close it after half of the real answer; implies Apply
	// Status, Header and Body replace the answer unless Cut or Truncate is set. Status 0 means 502.
	Status int
	Header map[string]string
	Body   string
}

// Front receives a fake's requests. Its lock guards the fake's state.
type Front struct {
	sync.Mutex
	arriving sync.Mutex // locked before the other
	requests []Request
}

// Requests returns every request so far, in order of arrival.
func (f *Front) Requests() []Request { return Copy(&f.Mutex, &f.requests) }

// Serve records a request and answers it. broken points to nil or to a function that returns the request's
// fault, or nil; it is called for one request at a time, and may call the fake's methods. handle runs while
// the lock is held.
func (f *Front) Serve(w http.ResponseWriter, r *http.Request, broken *func(Request) *Fault, handle http.HandlerFunc) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has disconnected
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	fault := f.arrive(Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Body: string(body)}, broken)
	answer := httptest.NewRecorder()
	if fault == nil || fault.Apply || fault.Truncate {
		f.handle(answer, r, handle)
	}
	switch {
	case fault == nil || fault.Truncate:
	case fault.Cut:
		panic(http.ErrAbortHandler)
	default:
		answer = httptest.NewRecorder()
		for name, value := range fault.Header {
			answer.Header().Set(name, value)
		}
		answer.WriteHeader(cmp.Or(fault.Status, http.StatusBadGateway))
		answer.WriteString(fault.Body)
	}
	maps.Copy(w.Header(), answer.Header())
	w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
	w.WriteHeader(answer.Code)
	if fault != nil && fault.Truncate {
		answer.Body.Truncate(answer.Body.Len() / 2) // shorter than Content-Length, so net/http closes the connection
	}
	_, _ = answer.Body.WriteTo(w)
}

func (f *Front) arrive(request Request, broken *func(Request) *Fault) *Fault {
	f.arriving.Lock()
	defer f.arriving.Unlock()
	f.Lock()
	request.N = len(f.requests) + 1
	f.requests = append(f.requests, request)
	damage := *broken
	f.Unlock()
	if damage == nil {
		return nil
	}
	return damage(request)
}

// handle runs a handler. If it panics with an Answer, that is sent.
func (f *Front) handle(w http.ResponseWriter, r *http.Request, handle http.HandlerFunc) {
	f.Lock()
	defer f.Unlock()
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case Answer:
			thrown.Write(w)
		default:
			panic(thrown)
		}
	}()
	handle(w, r)
}

// Service is a Front with settings, which a test may change at any time, even while a request is broken.
type Service[S any] struct {
	Front
	Settings S
}

// Configure changes the settings.
func (s *Service[S]) Configure(change func(*S)) {
	s.Lock()
	defer s.Unlock()
	change(&s.Settings)
}

package faults

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// answer is a service's answer to one request. fault takes the request because the services phrase refusals
// differently.
type answer struct {
	name  string
	which func(request) bool
	fault func(w *world, q request) *fault
}

const html = "<html><body>Bad gateway</body></html>"

var answers = []answer{
	{"lost answer", isWrite, always(fault{apply: true})},
	{"no answer", every, always(fault{})},
	{"500", every, status(500, "InternalFailure")},
	{"500, though it was done", isWrite, done(status(500, "InternalFailure"))},
	{"502", every, always(fault{status: 502, body: html})},
	{"503", every, status(503, "ServiceUnavailableException")},
	{"403 with retry-after", every, limited(403, "ThrottlingException", func(time.Time) map[string]string {
		return map[string]string{"Retry-After": "30"}
	})},
	{"403, budget back in 2 minutes", every, limited(403, "AccessDeniedException", exhausted(2*time.Minute))},
	{"403, budget back in 40 minutes", every, limited(403, "ExpiredTokenException", exhausted(40*time.Minute))},
	{"429", every, limited(429, "ThrottlingException", func(time.Time) map[string]string { return nil })},
	{"slow", every, always(fault{through: true, delay: 25 * time.Second})},
	{"too slow", every, always(fault{delay: 30 * time.Second})},
	{"too slow, though it was done", isWrite, always(fault{apply: true, delay: 30 * time.Second})},
	{"time runs out", every, always(fault{through: true, delay: 8 * time.Minute})},
	{"truncated", every, always(fault{truncate: true})},
	{"malformed", every, always(fault{status: 200, body: html})},
	{"malformed, though it was done", isWrite, always(fault{status: 201, body: `{"id": 1, "num`, apply: true})},
}

func always(f fault) func(*world, request) *fault {
	return func(*world, request) *fault { return &f }
}

func done(make func(*world, request) *fault) func(*world, request) *fault {
	return func(w *world, q request) *fault {
		f := make(w, q)
		f.apply = true
		return f
	}
}

// status answers with a server error.
func status(code int, amazon string) func(*world, request) *fault {
	return func(_ *world, q request) *fault {
		if q.service == cloudwatch {
			return &fault{status: code, body: fmt.Sprintf(`{"__type":%q,"message":"no"}`, amazon)}
		}
		return &fault{status: code, body: `{"message":"Server Error"}`}
	}
}

// limited refuses the request temporarily, GitHub's with headers, AWS's with an error code. GetLogEvents
// always gets a temporary code: if the lines around an error were forbidden for a while, the error would
// get another identity.
func limited(code int, amazon string, header func(now time.Time) map[string]string) func(*world, request) *fault {
	return func(w *world, q request) *fault {
		if q.path == "GetLogEvents" {
			amazon = "ThrottlingException"
		}
		if q.service == cloudwatch {
			return &fault{status: 400, body: fmt.Sprintf(`{"__type":%q,"message":"no"}`, amazon)}
		}
		return &fault{status: code, header: header(w.now()), body: `{"message":"You have exceeded a rate limit."}`}
	}
}

func exhausted(wait time.Duration) func(time.Time) map[string]string {
	return func(now time.Time) map[string]string {
		return map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": strconv.FormatInt(now.Add(wait).Unix(), 10)}
	}
}

// crash stops the process after a request: its answer arrived, and nothing more is sent.
func (c *chronicle) crash(m moment) verdict {
	return c.disturb(m, func(r *run, at int) *fault { return r.dieAfter(at, m.at) }, nil)
}

// dieAfter stops the process after the answer to request number last.
func (r *run) dieAfter(at, last int) *fault {
	if at <= last {
		return nil
	}
	r.die()
	return &fault{}
}

// once breaks the answer to one request.
func (c *chronicle) once(m moment, a answer) verdict {
	return c.disturb(m, func(r *run, at int) *fault {
		if at != m.at {
			return nil
		}
		return a.fault(r.world, m.request)
	}, nil)
}

// poisoned refuses every write about one error until the end of the run.
func (c *chronicle) poisoned(m moment, code int) verdict {
	return c.disturb(m, func(r *run, at int) *fault {
		q := r.requests[at]
		if at < m.at || q.method != m.request.method || q.path != m.request.path || title(q) != title(m.request) {
			return nil
		}
		return &fault{status: code, body: html}
	}, nil)
}

// title returns the title of the issue that a request creates; empty for other requests.
func title(q request) string {
	if q.method != "POST" {
		return ""
	}
	_, rest, _ := strings.Cut(q.body, `"title":"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// down makes all requests fail from one on, until the end of the run.
func (c *chronicle) down(m moment, a answer) verdict {
	return c.disturb(m, func(r *run, at int) *fault {
		if at < m.at {
			return nil
		}
		return a.fault(r.world, r.requests[at])
	}, nil)
}

func answerRows(c *chronicle) []row {
	crash := row{fault: "crash"}
	crash.addEach(c.moments(every), c.crash)
	rows := []row{crash}
	for _, a := range answers {
		r := row{fault: a.name}
		r.addEach(c.moments(a.which), func(m moment) verdict { return c.once(m, a) })
		rows = append(rows, r)
	}
	for _, code := range []int{403, 422, 500} {
		r := row{fault: fmt.Sprintf("%d to every write about one error", code)}
		r.addEach(c.moments(isWrite), func(m moment) verdict { return c.poisoned(m, code) })
		rows = append(rows, r)
	}
	for _, a := range answers[1:3] {
		r := row{fault: a.name + ", to the end of the run"}
		r.addEach(c.moments(every), func(m moment) verdict { return c.down(m, a) })
		rows = append(rows, r)
	}
	return rows
}

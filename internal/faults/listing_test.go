package faults

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
)

// lie is a false listing of issues by GitHub.
type lie struct {
	name string
	tell func(w *world, q request) *fault
}

var lies = []lie{
	{"the list is falsely empty", func(*world, request) *fault { return &fault{status: 200, body: "[]"} }},
	{"the list lacks half", halved},
	{"an empty page with a next link", func(w *world, q request) *fault {
		return &fault{status: 200, body: "[]", header: map[string]string{
			"Link": fmt.Sprintf(`<http://run.github.test%s?page=2>; rel="next"`, q.path)}}
	}},
	{"the list fails", func(*world, request) *fault { return &fault{status: 422, body: `{"message":"no"}`} }},
}

// halved drops every second issue from the true list, starting with the first.
func halved(w *world, q request) *fault {
	var list, half []json.RawMessage
	if err := json.Unmarshal([]byte(w.ask(q)), &list); err != nil {
		panic(err)
	}
	for i, issue := range list {
		if i%2 == 1 {
			half = append(half, issue)
		}
	}
	body, err := json.Marshal(append([]json.RawMessage{}, half...))
	if err != nil {
		panic(err)
	}
	return &fault{status: 200, body: string(body)}
}

// ask returns GitHub's true answer to a request.
func (w *world) ask(q request) string {
	again := httptest.NewRequest(q.method, q.path+"?"+q.query.Encode(), strings.NewReader(q.body))
	again.Header.Set("Authorization", "Bearer token")
	again.Header.Set("User-Agent", "judge")
	answer := httptest.NewRecorder()
	w.github.Clone().ServeHTTP(answer, again)
	return answer.Body.String()
}

func isListing(q request) bool {
	return q.service == github && q.method == "GET" && strings.HasSuffix(q.path, "/issues")
}

// deceive tells a lie in answer to one listing. If it differs from the truth, nothing may be written.
func (c *chronicle) deceive(m moment, l lie) verdict {
	var r *run
	told := false
	v := c.disturb(m, func(disturbed *run, at int) *fault {
		if at != m.at {
			return nil
		}
		r = disturbed
		f := l.tell(r.world, r.requests[at])
		told = f.status != 200 || f.header != nil || f.body != r.world.ask(r.requests[at])
		return f
	}, nil)
	if told && len(r.writes()) > 0 {
		v.note(&v.lost, "wrote on a wrong listing: %s %s", r.writes()[0].method, r.writes()[0].path)
	}
	return v
}

func listingRows(c *chronicle, which string) []row {
	var rows []row
	for _, l := range lies {
		r := row{fault: l.name + which}
		r.addEach(c.moments(isListing), func(m moment) verdict { return c.deceive(m, l) })
		rows = append(rows, r)
	}
	return rows
}

package githubtest

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Dispatch is a repository_dispatch that was sent.
type Dispatch struct {
	EventType string          `json:"event_type"`
	Payload   json.RawMessage `json:"client_payload"`
}

func (s *Server) getUser(r *http.Request) answer {
	must(!strings.HasSuffix(s.settings.Login, "[bot]"), s.notAccessible())
	return reply(http.StatusOK, person(r, s.settings.Login))
}

func (s *Server) getRepository(*http.Request) answer {
	open := 0
	for _, issue := range s.issues {
		if issue.State == "open" && !issue.deleted && !issue.transferred {
			open++ // pull requests count as well
		}
	}
	return reply(http.StatusOK, object{
		"full_name":         s.owner + "/" + s.repo,
		"private":           s.settings.Private,
		"has_issues":        !s.settings.IssuesDisabled,
		"open_issues_count": open,
		"archived":          s.settings.Archived,
		"pushed_at":         timestamp(cmp.Or(s.settings.PushedAt, s.now())),
	})
}

func (s *Server) getWorkflow(r *http.Request) answer {
	must(s.settings.Workflows != nil, s.notAccessible())
	file := r.PathValue("file")
	state, ok := s.settings.Workflows[file]
	must(ok, notFound())
	return reply(http.StatusOK, object{"id": 161335, "name": file, "path": ".github/workflows/" + file, "state": state})
}

// maxContents is from where on the contents API leaves the content out.
const maxContents = 1 << 20

func (s *Server) getContents(r *http.Request) answer {
	path := r.PathValue("path")
	content, ok := s.settings.Files[path]
	if !ok {
		return s.getDirectory(r, path)
	}
	file := s.wireEntry(r, path)
	file["size"] = len(content)
	file["encoding"], file["content"] = "base64", lineOf60.ReplaceAllString(base64.StdEncoding.EncodeToString([]byte(content)), "$0\n")
	if len(content) > maxContents {
		file["encoding"], file["content"] = "none", ""
	}
	return reply(http.StatusOK, file)
}

func (s *Server) getDirectory(r *http.Request, path string) answer {
	entries := []object{}
	for _, name := range slices.Sorted(maps.Keys(s.settings.Files)) {
		if strings.HasPrefix(name, path+"/") {
			entries = append(entries, s.wireEntry(r, name))
		}
	}
	must(len(entries) > 0, notFound())
	return reply(http.StatusOK, entries)
}

// lineOf60 matches the lines into which GitHub breaks base64.
var lineOf60 = regexp.MustCompile(`.{1,60}`)

// GitHub's limits on a repository_dispatch.
const (
	maxEventType  = 100
	maxProperties = 10
	maxPayload    = 65535
)

func (s *Server) createDispatch(r *http.Request) answer {
	in := decode[Dispatch](r)
	var properties map[string]json.RawMessage
	invalid := func(format string, args ...any) answer {
		return fail(http.StatusUnprocessableEntity, "Invalid request.\n\n"+fmt.Sprintf(format, args...))
	}
	length := utf8.RuneCountInString(in.EventType)
	must(length > 0 && length <= maxEventType, invalid("event_type must have 1 to %d characters.", maxEventType))
	must(in.Payload == nil || json.Unmarshal(in.Payload, &properties) == nil, invalid("client_payload is not an object."))
	n := len(properties)
	must(n <= maxProperties, invalid("No more than %d properties are allowed; %d were supplied.", maxProperties, n))
	must(utf8.RuneCount(in.Payload) <= maxPayload, invalid("client_payload is too large."))
	s.dispatches = append(s.dispatches, in)
	return answer{Status: http.StatusNoContent}
}

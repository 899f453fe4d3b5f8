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

func (s *Server) getUser(*http.Request) answer {
	must(!strings.HasSuffix(s.settings.Login, "[bot]"), s.notAccessible())
	return reply(http.StatusOK, person(s.settings.Login))
}

func (s *Server) getAssignee(r *http.Request) answer {
	must(slices.Contains(s.settings.Assignable, r.PathValue("login")), notFound())
	return answer{Status: http.StatusNoContent}
}

func (s *Server) listTypes(*http.Request) answer {
	return reply(http.StatusOK, each(s.settings.Types, wireType))
}

func (s *Server) getRepository(*http.Request) answer {
	open := slices.DeleteFunc(s.present(), func(i *Issue) bool { return i.State != "open" }) // pull requests count as well
	return reply(http.StatusOK, object{
		"full_name":         s.owner + "/" + s.repo,
		"private":           s.settings.Private,
		"has_issues":        !s.settings.IssuesDisabled,
		"open_issues_count": len(open),
		"archived":          s.settings.Archived,
		"pushed_at":         timestamp(cmp.Or(s.settings.PushedAt, s.now())),
	})
}

func (s *Server) getWorkflow(r *http.Request) answer {
	file := r.PathValue("file")
	state, ok := s.settings.Workflows[file]
	must(s.settings.Workflows != nil, s.notAccessible())
	must(ok, notFound())
	return reply(http.StatusOK, object{"id": 161335, "name": file, "path": ".github/workflows/" + file, "state": state})
}

// maxContents is the size, in bytes, above which the contents API omits the content.
const maxContents = 1 << 20

func (s *Server) getContents(r *http.Request) answer {
	path, entries := r.PathValue("path"), []object{}
	for _, name := range slices.Sorted(maps.Keys(s.settings.Files)) {
		if strings.HasPrefix(name, path+"/") {
			entries = append(entries, s.wireEntry(name))
		}
	}
	content, ok := s.settings.Files[path]
	if !ok {
		must(len(entries) > 0, notFound())
		return reply(http.StatusOK, entries) // a directory
	}
	file := s.wireEntry(path)
	file["size"] = len(content)
	file["encoding"], file["content"] = "base64", lineOf60.ReplaceAllString(base64.StdEncoding.EncodeToString([]byte(content)), "$0\n")
	if len(content) > maxContents {
		file["encoding"], file["content"] = "none", ""
	}
	return reply(http.StatusOK, file)
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
	in := decode(r, Dispatch{})
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

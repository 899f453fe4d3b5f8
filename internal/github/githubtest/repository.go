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

func (s *Server) getUser(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(s.settings.Login, "[bot]") {
		fail(w, http.StatusForbidden, s.notAccessible())
		return
	}
	reply(w, http.StatusOK, person(r, s.settings.Login))
}

func (s *Server) getRepository(w http.ResponseWriter, r *http.Request) {
	open := 0
	for _, issue := range s.issues {
		if issue.State == "open" && !issue.deleted && !issue.transferred {
			open++ // pull requests count as well
		}
	}
	reply(w, http.StatusOK, object{
		"id":                repositoryID,
		"name":              s.repo,
		"full_name":         s.owner + "/" + s.repo,
		"owner":             person(r, s.owner),
		"private":           s.settings.Private,
		"html_url":          "https://github.com/" + s.owner + "/" + s.repo,
		"url":               s.repositoryURL(r),
		"default_branch":    "main",
		"has_issues":        !s.settings.IssuesDisabled,
		"open_issues":       open,
		"open_issues_count": open,
		"archived":          s.settings.Archived,
		"pushed_at":         timestamp(cmp.Or(s.settings.PushedAt, s.now())),
		"disabled":          false,
	})
}

func (s *Server) getWorkflow(w http.ResponseWriter, r *http.Request) {
	if s.settings.Workflows == nil {
		fail(w, http.StatusForbidden, s.notAccessible())
		return
	}
	file := r.PathValue("file")
	state, ok := s.settings.Workflows[file]
	if !ok {
		notFound(w, r)
		return
	}
	reply(w, http.StatusOK, object{"id": 161335, "name": file, "path": ".github/workflows/" + file, "state": state})
}

// maxContents is from where on the contents API leaves the content out.
const maxContents = 1 << 20

func (s *Server) getContents(w http.ResponseWriter, r *http.Request) {
	path := r.PathValue("path")
	content, ok := s.settings.Files[path]
	if !ok {
		s.getDirectory(w, r, path)
		return
	}
	file := s.wireEntry(r, path)
	file["size"] = len(content)
	file["encoding"], file["content"] = "base64", lineOf60.ReplaceAllString(base64.StdEncoding.EncodeToString([]byte(content)), "$0\n")
	if len(content) > maxContents {
		file["encoding"], file["content"] = "none", ""
	}
	reply(w, http.StatusOK, file)
}

// getDirectory answers with an array of the files below a path.
func (s *Server) getDirectory(w http.ResponseWriter, r *http.Request, path string) {
	entries := []object{}
	for _, name := range slices.Sorted(maps.Keys(s.settings.Files)) {
		if strings.HasPrefix(name, path+"/") {
			entries = append(entries, s.wireEntry(r, name))
		}
	}
	if len(entries) == 0 {
		notFound(w, r)
		return
	}
	reply(w, http.StatusOK, entries)
}

// lineOf60 matches the lines into which GitHub breaks base64.
var lineOf60 = regexp.MustCompile(`.{1,60}`)

// GitHub's limits on a repository_dispatch.
const (
	maxEventType  = 100
	maxProperties = 10
	maxPayload    = 65535
)

func (s *Server) createDispatch(w http.ResponseWriter, r *http.Request) {
	var in Dispatch
	if !decode(w, r, &in) {
		return
	}
	var properties map[string]json.RawMessage
	switch {
	case in.EventType == "" || utf8.RuneCountInString(in.EventType) > maxEventType:
		fail(w, http.StatusUnprocessableEntity, fmt.Sprintf("Invalid request.\n\nevent_type must have 1 to %d characters.", maxEventType))
	case in.Payload != nil && json.Unmarshal(in.Payload, &properties) != nil:
		fail(w, http.StatusUnprocessableEntity, "Invalid request.\n\nclient_payload is not an object.")
	case len(properties) > maxProperties:
		fail(w, http.StatusUnprocessableEntity, fmt.Sprintf("Invalid request.\n\nNo more than %d properties are allowed; %d were supplied.", maxProperties, len(properties)))
	case utf8.RuneCount(in.Payload) > maxPayload:
		fail(w, http.StatusUnprocessableEntity, "client_payload is too large.")
	default:
		s.dispatches = append(s.dispatches, in)
		w.WriteHeader(http.StatusNoContent)
	}
}

package githubtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
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
		"pushed_at":         timestamp(s.pushedAt()),
		"disabled":          false,
	})
}

func (s *Server) pushedAt() time.Time {
	if s.settings.PushedAt.IsZero() {
		return s.now()
	}
	return s.settings.PushedAt
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
	file := s.wireEntry(r, path, "file")
	file["size"] = len(content)
	file["encoding"], file["content"] = "base64", lines(base64.StdEncoding.EncodeToString([]byte(content)), 60)
	if len(content) > maxContents {
		file["encoding"], file["content"] = "none", ""
	}
	reply(w, http.StatusOK, file)
}

// getDirectory answers with an array of what is right below a path.
func (s *Server) getDirectory(w http.ResponseWriter, r *http.Request, path string) {
	entries := map[string]object{}
	for name := range s.settings.Files {
		rest, below := strings.CutPrefix(name, path+"/")
		if !below {
			continue
		}
		child, _, nested := strings.Cut(rest, "/")
		kind := "file"
		if nested {
			kind = "dir"
		}
		entries[child] = s.wireEntry(r, path+"/"+child, kind)
	}
	if len(entries) == 0 {
		notFound(w, r)
		return
	}
	reply(w, http.StatusOK, sorted(entries))
}

func sorted(entries map[string]object) []object {
	names := []string{}
	for name := range entries {
		names = append(names, name)
	}
	slices.Sort(names)
	out := []object{}
	for _, name := range names {
		out = append(out, entries[name])
	}
	return out
}

// lines breaks base64 as GitHub does.
func lines(text string, width int) string {
	var b strings.Builder
	for ; len(text) > width; text = text[width:] {
		b.WriteString(text[:width] + "\n")
	}
	return b.String() + text + "\n"
}

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

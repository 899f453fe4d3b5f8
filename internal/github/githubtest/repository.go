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

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Dispatch is a repository_dispatch event that was sent.
type Dispatch struct {
	EventType string          `json:"event_type"`
	Payload   json.RawMessage `json:"client_payload"`
}

func (s *Server) getUser(*http.Request) answer {
	must(!strings.HasSuffix(s.Settings.Login, "[bot]"), s.notAccessible())
	return reply(http.StatusOK, person(s.Settings.Login))
}

func (s *Server) getAssignee(r *http.Request) answer {
	must(slices.Contains(s.Settings.Assignable, r.PathValue("login")), notFound())
	return answer{Status: http.StatusNoContent}
}

func (s *Server) listTypes(*http.Request) answer {
	return reply(http.StatusOK, each(s.Settings.Types, func(name string) object {
		return object{"id": 1, "node_id": "IT_1", "name": name, "description": nil, "color": "red", "is_enabled": true}
	}))
}

func (s *Server) getRepository(*http.Request) answer {
	open := slices.DeleteFunc(s.present(), func(i *Issue) bool { return i.State != "open" }) // pull requests count as well
	return reply(http.StatusOK, object{
		"full_name": s.owner + "/" + s.repo, "private": s.Settings.Private, "archived": s.Settings.Archived,
		"has_issues": !s.Settings.IssuesDisabled, "open_issues_count": len(open),
		"pushed_at": timestamp(cmp.Or(s.Settings.PushedAt, s.now())),
	})
}

func (s *Server) getWorkflow(r *http.Request) answer {
	file := r.PathValue("file")
	state, ok := s.Settings.Workflows[file]
	must(s.Settings.Workflows != nil, s.notAccessible())
	must(ok, notFound())
	return reply(http.StatusOK, object{"id": 161335, "name": file, "path": ".github/workflows/" + file, "state": state})
}

func (s *Server) getContents(r *http.Request) answer {
	path := r.PathValue("path")
	content, ok := s.Settings.Files[path]
	if !ok {
		outside := func(name string) bool { return !strings.HasPrefix(name, path+"/") }
		inside := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Settings.Files)), outside)
		must(len(inside) > 0, notFound())
		return reply(http.StatusOK, each(inside, s.wireEntry)) // a directory
	}
	file := s.wireEntry(path)
	encoded := base64.StdEncoding.EncodeToString([]byte(content))
	file["size"], file["encoding"], file["content"] = len(content), "base64", lineOf60.ReplaceAllString(encoded, "$0\n")
	if len(content) > 1<<20 { // the contents API omits the content of larger files
		file["encoding"], file["content"] = "none", ""
	}
	return reply(http.StatusOK, file)
}

// lineOf60 matches a line of base64 as GitHub wraps it.
var lineOf60 = regexp.MustCompile(`.{1,60}`)

func (s *Server) createDispatch(r *http.Request) answer {
	in := decode(r, Dispatch{})
	invalid := func(why string) answer { return fail(http.StatusUnprocessableEntity, "Invalid request.\n\n"+why) }
	length := utf8.RuneCountInString(in.EventType)
	must(length > 0 && length <= 100, invalid("event_type must have 1 to 100 characters."))
	var properties map[string]json.RawMessage
	must(in.Payload == nil || json.Unmarshal(in.Payload, &properties) == nil, invalid("client_payload is not an object."))
	must(len(properties) <= 10, invalid("No more than 10 properties are allowed."))
	must(utf8.RuneCount(in.Payload) <= 65535, invalid("client_payload is too large."))
	s.dispatches = append(s.dispatches, in)
	return answer{Status: http.StatusNoContent}
}

// resolver is a GraphQL field with arguments. Other fields are plain values, objects or lists of objects.
type resolver func(arguments object) any

func (s *Server) graphQL(r *http.Request) answer {
	document, err := parser.ParseQuery(&ast.Source{Input: decode(r, struct{ Query string }{}).Query})
	if err != nil {
		return problem(nil, object{"message": err.Error()})
	}
	data := fields(document.Operations[0].SelectionSet, object{"__typename": "Query", "repository": resolver(s.repositoryNode)})
	switch {
	case data["repository"] == nil:
		return problem(data, object{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"})
	case s.Settings.NoContents:
		public := object{"repository": object{"url": "https://github.com/" + s.owner + "/" + s.repo}}
		message := s.notAccessible().Body.(object)["message"]
		return problem(public, object{"type": "FORBIDDEN", "path": []string{"repository", "object"}, "message": message})
	}
	return reply(http.StatusOK, object{"data": data})
}

func problem(data, problem object) answer {
	return reply(http.StatusOK, object{"data": data, "errors": []object{problem}})
}

// fields returns the selected fields of an object.
func fields(set ast.SelectionSet, from object) object {
	out := object{}
	for _, selection := range set {
		switch selected := selection.(type) {
		case *ast.InlineFragment:
			if from["__typename"] == selected.TypeCondition {
				maps.Copy(out, fields(selected.SelectionSet, from))
			}
		case *ast.Field:
			value, known := from[selected.Name]
			message := fmt.Sprintf("Field '%s' doesn't exist on type '%v'", selected.Name, from["__typename"])
			must(known, problem(nil, object{"message": message}))
			if resolve, ok := value.(resolver); ok {
				arguments := object{}
				for _, argument := range selected.Arguments {
					arguments[argument.Name], _ = argument.Value.Value(nil)
				}
				value = resolve(arguments)
			}
			switch nested := value.(type) {
			case object:
				value = any(nil)
				if nested != nil {
					value = fields(selected.SelectionSet, nested)
				}
			case []object:
				value = each(nested, func(o object) object { return fields(selected.SelectionSet, o) })
			}
			out[selected.Alias] = value
		}
	}
	return out
}

// repositoryNode returns the repository of the issues or that of the code; nil for any other.
func (s *Server) repositoryNode(a object) any {
	name, own := fmt.Sprintf("%v/%v", a["owner"], a["name"]), s.owner+"/"+s.repo
	if name != own && name != s.Settings.CodeRepository {
		return nil
	}
	private := s.Settings.Private && name == own || s.Settings.CodePrivate && name != own
	visibility := map[bool]string{true: "PRIVATE", false: "PUBLIC"}[private]
	repository := object{
		"__typename": "Repository", "url": "https://github.com/" + name, "visibility": visibility,
		"issue": resolver(s.issueNode), "defaultBranchRef": nil, "ref": nil, "object": nil,
	}
	if name != cmp.Or(s.Settings.CodeRepository, own) {
		return repository
	}
	if head := s.commitNode("main"); head != nil {
		repository["defaultBranchRef"] = object{"name": "main", "target": head}
	}
	repository["ref"] = resolver(s.refNode)
	repository["object"] = resolver(func(a object) any {
		expression := a["expression"].(string)
		if strings.Contains(expression, ":") {
			return s.blobNode(expression)
		}
		return s.commitNode(expression)
	})
	return repository
}

// refNode returns a tag, annotated or lightweight; nil if there is none.
func (s *Server) refNode(a object) any {
	name := a["qualifiedName"].(string)
	target := s.commitNode(name)
	if target == nil {
		return nil
	}
	if sha, _ := s.git("rev-parse", name); strings.TrimSpace(sha) != target["oid"] {
		target = object{"__typename": "Tag", "oid": strings.TrimSpace(sha), "target": target}
	}
	return object{"name": name, "target": target}
}

func (s *Server) issueNode(a object) any {
	issue, events := s.issue(int(a["number"].(int64))), []object{}
	switch {
	case issue == nil:
		return nil
	case issue.State == "closed":
		closer := s.commitNode(issue.closer)
		if s.Settings.Pulls[issue.closer] != 0 {
			closer = object{"__typename": "PullRequest", "mergeCommit": closer}
		}
		events = append(events, object{"__typename": "ClosedEvent", "createdAt": timestamp(issue.ClosedAt), "closer": closer})
	}
	return object{"__typename": "Issue", "timelineItems": object{"nodes": events}}
}

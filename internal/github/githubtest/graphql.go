package githubtest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// resolver is a field of GraphQL that depends on its arguments. All other fields are
// values, objects, or lists of objects.
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
	case s.settings.NoContents:
		public := object{"repository": object{"url": "https://github.com/" + s.owner + "/" + s.repo}}
		message := s.notAccessible().Body.(object)["message"]
		return problem(public, object{"type": "FORBIDDEN", "path": []string{"repository", "object"}, "message": message})
	}
	return reply(http.StatusOK, object{"data": data})
}

func problem(data, problem object) answer {
	return reply(http.StatusOK, object{"data": data, "errors": []object{problem}})
}

// fields returns the fields of an object that a query selects.
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
			must(known, problem(nil, object{"message": fmt.Sprintf("Field '%s' doesn't exist on type '%v'", selected.Name, from["__typename"])}))
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

// repositoryNode is the repository of the issues, or that of the code.
func (s *Server) repositoryNode(a object) any {
	name, own := fmt.Sprintf("%v/%v", a["owner"], a["name"]), s.owner+"/"+s.repo
	if name != own && name != s.settings.CodeRepository {
		return nil
	}
	visibility := "PUBLIC"
	if s.settings.Private && name == own || s.settings.CodePrivate && name != own {
		visibility = "PRIVATE"
	}
	repository := object{
		"__typename": "Repository", "url": "https://github.com/" + name, "visibility": visibility,
		"issue":            resolver(s.issueNode),
		"defaultBranchRef": nil, "ref": nil, "object": nil,
	}
	if name != cmp.Or(s.settings.CodeRepository, own) {
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

// refNode is a tag, annotated or not.
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
	number := a["number"].(int64)
	if number < 1 || number > int64(len(s.issues)) {
		return nil
	}
	issue, events := s.issues[number-1], []object{}
	if issue.State == "closed" {
		closer := s.commitNode(issue.closer)
		if s.settings.Pulls[issue.closer] != 0 {
			closer = object{"__typename": "PullRequest", "mergeCommit": closer}
		}
		events = append(events, object{"__typename": "ClosedEvent", "createdAt": timestamp(issue.ClosedAt), "closer": closer})
	}
	return object{"__typename": "Issue", "timelineItems": object{"nodes": events}}
}

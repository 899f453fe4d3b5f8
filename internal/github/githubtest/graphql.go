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

// node is an object of GraphQL: its fields are values, nodes, lists of nodes, or
// resolvers.
type (
	node      map[string]any
	resolver  func(arguments) any
	arguments map[string]any
)

func (s *Server) graphQL(r *http.Request) answer {
	in := decode[struct {
		Query     string
		Variables map[string]any
	}](r)
	document, err := parser.ParseQuery(&ast.Source{Input: in.Query})
	if err != nil {
		return reply(http.StatusOK, object{"errors": []object{{"message": err.Error()}}})
	}
	q := query{variables: in.Variables}
	data := q.fields(document.Operations[0].SelectionSet, node{"__typename": "Query", "repository": resolver(s.repositoryNode)})
	out := object{"data": data}
	if data["repository"] == nil {
		q.errors = append(q.errors, object{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"})
	} else if s.settings.NoContents {
		out = object{"data": object{"repository": object{"url": "https://github.com/" + s.owner + "/" + s.repo}}}
		q.errors = []object{{"type": "FORBIDDEN", "path": []string{"repository", "object"}, "message": s.notAccessible().Body.(object)["message"]}}
	}
	if q.errors != nil {
		out["errors"] = q.errors
	}
	return reply(http.StatusOK, out)
}

type query struct {
	variables map[string]any
	errors    []object
}

func (q *query) fields(set ast.SelectionSet, n node) object {
	out := object{}
	for _, selection := range set {
		switch selected := selection.(type) {
		case *ast.InlineFragment:
			if n["__typename"] == selected.TypeCondition {
				maps.Copy(out, q.fields(selected.SelectionSet, n))
			}
		case *ast.Field:
			value, known := n[selected.Name]
			if !known {
				q.errors = append(q.errors, object{"message": fmt.Sprintf("Field '%s' doesn't exist on type '%v'", selected.Name, n["__typename"])})
			}
			if resolve, ok := value.(resolver); ok {
				value = resolve(q.arguments(selected))
			}
			out[selected.Alias] = q.complete(value, selected.SelectionSet)
		}
	}
	return out
}

func (q *query) arguments(f *ast.Field) arguments {
	a := arguments{}
	for _, argument := range f.Arguments {
		a[argument.Name], _ = argument.Value.Value(q.variables)
	}
	return a
}

func (q *query) complete(value any, set ast.SelectionSet) any {
	switch value := value.(type) {
	case node:
		if value == nil {
			return nil
		}
		return q.fields(set, value)
	case []node:
		list := []any{}
		for _, n := range value {
			list = append(list, q.complete(n, set))
		}
		return list
	}
	return value
}

// repositoryNode is the repository of the issues, or that of the code.
func (s *Server) repositoryNode(a arguments) any {
	name, own := fmt.Sprintf("%v/%v", a["owner"], a["name"]), s.owner+"/"+s.repo
	if name != own && name != s.settings.CodeRepository {
		return nil
	}
	visibility := "PUBLIC"
	if s.settings.Private && name == own || s.settings.CodePrivate && name != own {
		visibility = "PRIVATE"
	}
	repository := node{
		"__typename": "Repository", "url": "https://github.com/" + name, "visibility": visibility,
		"issue":            resolver(s.issueNode),
		"defaultBranchRef": nil, "ref": nil, "object": nil,
	}
	if name != cmp.Or(s.settings.CodeRepository, own) {
		return repository
	}
	if head := s.commitNode("main"); head != nil {
		repository["defaultBranchRef"] = node{"name": "main", "target": head}
	}
	repository["ref"] = resolver(s.refNode)
	repository["object"] = resolver(func(a arguments) any {
		expression := a["expression"].(string)
		if strings.Contains(expression, ":") {
			return s.blobNode(expression)
		}
		return s.commitNode(expression)
	})
	return repository
}

// refNode is a tag, annotated or not.
func (s *Server) refNode(a arguments) any {
	name := a["qualifiedName"].(string)
	commit := s.commitNode(name)
	if commit == nil {
		return nil
	}
	if kind, _ := s.git("cat-file", "-t", name); strings.TrimSpace(kind) == "tag" {
		sha, _ := s.git("rev-parse", name)
		return node{"name": name, "target": node{"__typename": "Tag", "oid": strings.TrimSpace(sha), "target": commit}}
	}
	return node{"name": name, "target": commit}
}

func (s *Server) issueNode(a arguments) any {
	number, _ := a["number"].(float64)
	if int(number) < 1 || int(number) > len(s.issues) {
		return nil
	}
	issue, events := s.issues[int(number)-1], []node{}
	if issue.State == "closed" {
		events = append(events, node{"__typename": "ClosedEvent", "createdAt": timestamp(issue.ClosedAt), "closer": s.closerNode(issue)})
	}
	return node{"__typename": "Issue", "timelineItems": node{"nodes": events}}
}

func (s *Server) closerNode(issue *stored) node {
	commit := s.commitNode(issue.closer)
	if issue.closer == "" || s.settings.Pulls[issue.closer] == 0 {
		return commit
	}
	return node{"__typename": "PullRequest", "mergeCommit": commit}
}

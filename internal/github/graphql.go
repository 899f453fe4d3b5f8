package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/polite"
)

// queryTimeout bounds a GraphQL query, which GitHub itself gives up after 10 s.
const queryTimeout = 10 * time.Second

// problem is an error in the answer to a query, which may hold data as well.
type problem struct {
	Type, Message string
	Path          []any // of the field; GitHub may refuse one, and answer others
}

// selection is a query about a repository, made piece by piece: what is foreign in
// it goes into variables.
type selection struct {
	fields    strings.Builder
	declared  strings.Builder
	variables map[string]any
}

func newSelection() *selection { return &selection{variables: map[string]any{}} }

// variable declares a variable and returns its name.
func (s *selection) variable(value any) string {
	name, kind := fmt.Sprintf("$v%d", len(s.variables)), "String!"
	if _, number := value.(int); number {
		kind = "Int!"
	}
	fmt.Fprintf(&s.declared, ",%s:%s", name, kind)
	s.variables[name[1:]] = value
	return name
}

func (s *selection) add(format string, args ...any) { fmt.Fprintf(&s.fields, format+" ", args...) }

// query asks a question in GraphQL about this repository and returns its fields by
// their names. Of an answer with errors it returns what came; there is an error
// only if nothing did.
func (c *Client) query(ctx context.Context, s *selection) (fields, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	text := fmt.Sprintf("query($owner:String!,$name:String!%s){repository(owner:$owner,name:$name){%s}}", s.declared.String(), s.fields.String())
	s.variables["owner"], s.variables["name"] = c.owner, c.repo
	address := "graphql"
	if strings.HasSuffix(c.gh.BaseURL.Path, "/api/v3/") { // an Enterprise Server has it at …/api/graphql
		address = "../graphql"
	}
	var answer struct {
		Data   struct{ Repository fields }
		Errors []problem
	}
	err := c.call(ctx, polite.Request{Kind: kindQuery, Method: http.MethodPost, URL: address},
		map[string]any{"query": text, "variables": s.variables}, &answer)
	if err != nil {
		return nil, err
	}
	for _, p := range answer.Errors {
		if p.Type == "RATE_LIMITED" || p.Type == "FORBIDDEN" && len(p.Path) <= 2 { // the repository, or a field of it
			return nil, c.explainProblem(p)
		}
	}
	switch {
	case answer.Data.Repository != nil:
		return answer.Data.Repository, nil
	case len(answer.Errors) > 0:
		return nil, c.explainProblem(answer.Errors[0])
	}
	return nil, errors.New("GitHub's answer contains no data")
}

func (c *Client) explainProblem(p problem) error {
	said := c.api.Quote(p.Message)
	switch p.Type {
	case "RATE_LIMITED":
		return fmt.Errorf("%w: %s", ErrBudget, said)
	case "FORBIDDEN":
		return refused(forbidden(kindQuery, c.FullName(), p.Message, said))
	case "NOT_FOUND":
		return refused(fmt.Sprintf("repository %q not found", c.FullName()), "check code-repository, or github-token may not see it")
	}
	return fmt.Errorf("GitHub answers: %s", said)
}

// fields are the fields of an answer, by name or alias.
type fields map[string]json.RawMessage

// fieldOf decodes a field; one that is missing, null or of another shape is the
// zero value.
func fieldOf[T any](f fields, name string) T {
	var value, zero T
	if json.Unmarshal(f[name], &value) != nil {
		return zero
	}
	return value
}

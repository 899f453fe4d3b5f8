package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/polite"
)

// queryTimeout bounds a GraphQL query, which GitHub itself gives up after 10 s.
const queryTimeout = 10 * time.Second

// problem is an error in the answer to a query, which may also hold data.
type problem struct {
	Type, Message string
	Path          []any // of the field; GitHub may refuse one and answer others
}

// literal writes foreign text as a string in a query. GraphQL reads every JSON string.
func literal(text string) string {
	quoted, _ := json.Marshal(text) // a string can always be encoded
	return string(quoted)
}

// query selects fields of this repository in GraphQL and returns them by name or alias.
// If the answer has errors and data, it returns the data; only an answer without any is
// an error.
func (c *Client) query(ctx context.Context, selection string) (fields, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	text := fmt.Sprintf("query{repository(owner:%s,name:%s){%s}}", literal(c.owner), literal(c.repo), selection)
	address := "graphql"
	if strings.HasSuffix(c.gh.BaseURL.Path, "/api/v3/") { // an Enterprise Server has it at …/api/graphql
		address = "../graphql"
	}
	var answer struct {
		Data   struct{ Repository fields }
		Errors []problem
	}
	err := c.call(ctx, polite.Request{Kind: kindQuery, Method: http.MethodPost, URL: address},
		map[string]string{"query": text}, &answer)
	if err != nil {
		return nil, err
	}
	for _, p := range answer.Errors {
		if p.Type == "RATE_LIMITED" || p.Type == "FORBIDDEN" && len(p.Path) <= 2 { // the repository, or a field of it
			return nil, c.explainProblem(p)
		}
	}
	if answer.Data.Repository == nil {
		return nil, c.explainProblem(append(answer.Errors, problem{Message: "no data"})[0])
	}
	return answer.Data.Repository, nil
}

func (c *Client) explainProblem(p problem) error {
	said := c.api.Quote(p.Message)
	switch p.Type {
	case "RATE_LIMITED":
		return fmt.Errorf("%w: %s", ErrBudget, said)
	case "FORBIDDEN":
		return c.explain(kindQuery, &refusal{status: http.StatusForbidden, message: p.Message})
	case "NOT_FOUND":
		return c.explain(kindQuery, &refusal{status: http.StatusNotFound})
	}
	return fmt.Errorf("GitHub answers: %s", said)
}

// fields are the fields of an answer, by name or alias.
type fields map[string]json.RawMessage

// fieldOf decodes a field. The result is zero if the field is missing, null or of
// another shape.
func fieldOf[T any](f fields, name string) T {
	var value, zero T
	if json.Unmarshal(f[name], &value) != nil {
		return zero
	}
	return value
}

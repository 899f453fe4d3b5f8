package github

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/org/errmon-action/internal/polite"
)

// The kinds of calls that need another permission than most, see forbidden.
const (
	kindFile     = "read file"
	kindSource   = "read code"
	kindQuery    = "query code"
	kindDispatch = "dispatch"
)

// path is the path of something in the repository.
func (c *Client) path(format string, args ...any) string {
	return "repos/" + c.FullName() + "/" + fmt.Sprintf(format, args...)
}

// send sends a request, its URL relative to the API's address, with a body unless in
// is nil. An answer that is not a success is a refusal.
func (c *Client) send(ctx context.Context, r polite.Request, in any) (*polite.Answer, error) {
	address, err := c.base.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	r.URL = address.String()
	r.Extra = r.Kind == kindSource || r.Kind == kindQuery
	if in != nil {
		var body bytes.Buffer
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false) // as people's scripts would write it
		if err := encoder.Encode(in); err != nil {
			return nil, err
		}
		r.Body = body.Bytes()
	}
	a, err := c.api.Do(ctx, r)
	if err != nil || a.OK() {
		return a, err
	}
	refused := &refusal{status: a.Status}
	_ = json.Unmarshal(a.Body, refused) // a proxy says nothing in JSON
	refused.error = c.explain(r.Kind, refused)
	return nil, refused
}

// call sends a request and decodes the answer into out, unless that is nil.
func (c *Client) call(ctx context.Context, r polite.Request, in, out any) error {
	a, err := c.send(ctx, r, in)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return fmt.Errorf("%w: %w", cmp.Or(r.Once, errUnusable), err)
	}
	return nil
}

// read reads what is at an address.
func (c *Client) read(ctx context.Context, kind, address string, out any) error {
	return c.call(ctx, polite.Request{Kind: kind, Method: http.MethodGet, URL: address}, nil, out)
}

// refusal is an answer that is not a success. The error puts it into words for the
// user.
type refusal struct {
	error  `json:"-"`
	status int

	// As GitHub writes them.
	Message string
	Errors  []complaint
}

// complaint is one of GitHub's validation (422).
type complaint struct{ Field, Code, Message string }

// UnmarshalJSON takes a plain message too.
func (c *complaint) UnmarshalJSON(raw []byte) error {
	type fields complaint
	if json.Unmarshal(raw, &c.Message) == nil {
		return nil
	}
	return json.Unmarshal(raw, (*fields)(c))
}

func (r *refusal) Unwrap() error { return r.error }

func (r *refusal) Is(target error) bool {
	return target == ErrForbidden && r.status == http.StatusForbidden
}

// refusalOf returns the refusal that an error is about, or the zero refusal.
func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return &refusal{}
}

// wrap says what was tried, as fmt.Errorf does; nil stays nil.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

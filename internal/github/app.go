package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/bradleyfalzon/ghinstallation/v2"
)

// AppToken returns a source of tokens for Config.TokenSource: those of a GitHub
// App's installation, which last an hour and are renewed in time. The key is the
// App's private key in PEM. It makes no network call; the source's errors name
// the input to mend.
func AppToken(baseURL string, app, installation int64, key []byte) (func(context.Context) (string, error), error) {
	t, err := ghinstallation.New(http.DefaultTransport, app, installation, key)
	if err != nil {
		return nil, errors.New("the key is no RSA private key in PEM, as GitHub's page of the App makes it: check github-app-key")
	}
	t.BaseURL = strings.TrimSuffix(baseURL, "/")
	return func(ctx context.Context) (string, error) {
		token, err := t.Token(ctx)
		var answer *ghinstallation.HTTPError
		if errors.As(err, &answer) && answer.Response != nil && permanent(answer.Response.StatusCode) {
			return "", fmt.Errorf("%w: GitHub gives the App no token (%s): check github-app-id, github-app-key and github-app-installation",
				ErrRefused, answer.Response.Status)
		}
		if err != nil {
			return "", fmt.Errorf("renew the App's token: %w", err)
		}
		return token, nil
	}, nil
}

func permanent(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound ||
		status == http.StatusUnprocessableEntity
}

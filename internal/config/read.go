package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xhit/go-str2duration/v2"

	"github.com/org/errmon-action/internal/finding"
)

func into[T any](field *T, parse func(string) (T, error)) func(string) error {
	return func(text string) error {
		v, err := parse(text)
		if err == nil {
			*field = v
		}
		return err
	}
}

func text(limit int) func(string) (string, error) {
	return func(s string) (string, error) {
		switch {
		case utf8.RuneCountInString(s) > limit:
			return "", fmt.Errorf("has %d characters: at most %d are allowed", utf8.RuneCountInString(s), limit)
		case strings.ContainsFunc(s, unicode.IsControl):
			return "", errors.New("must be one line without control characters")
		}
		return s, nil
	}
}

var list = each(text(2048))

// each parses the items of a list, separated by commas or line breaks, and drops empty and repeated ones.
func each(parse func(string) (string, error)) func(string) ([]string, error) {
	return func(s string) ([]string, error) {
		var items []string
		for item := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == '\n' }) {
			if item = strings.TrimSpace(item); item == "" {
				continue
			}
			v, err := parse(item)
			if err != nil {
				return nil, finding.Within(fmt.Sprintf("item %q: ", shorten(item)), err)
			}
			if !slices.Contains(items, v) {
				items = append(items, v)
			}
		}
		return items, nil
	}
}

// duration parses Go's syntax, plus days and weeks, such as 2d and 1w.
func duration(least, most string) func(string) (time.Duration, error) {
	return func(s string) (time.Duration, error) {
		d, err := str2duration.ParseDuration(s)
		low, _ := str2duration.ParseDuration(least)
		high, _ := str2duration.ParseDuration(most)
		switch {
		case err != nil:
			return 0, finding.Mend("is not a duration", "write it as 90s, 15m, 6h or 2d")
		case d < low || d > high:
			return 0, fmt.Errorf("must be between %s and %s", least, most)
		}
		return d, nil
	}
}

// Auto is the value of CloseAfter if close-after is auto.
const Auto time.Duration = -1

func quiet(s string) (time.Duration, error) {
	if strings.EqualFold(s, "auto") {
		return Auto, nil
	}
	return duration("0", "365d")(s)
}

// ParseSince parses the setting "since". Its error describes valid values and does not quote the text.
func ParseSince(text string, now time.Time) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if d, durationErr := str2duration.ParseDuration(text); durationErr == nil {
		t, err = now.Add(-d), nil
	}
	switch {
	case err != nil:
		return now, errors.New("is neither a duration such as 6h or 2d nor a time such as 2026-01-31T08:00:00Z")
	case !t.Before(now):
		return now, fmt.Errorf("must be in the past: it is now %s", now.UTC().Format(time.RFC3339))
	}
	return t, nil
}

// must returns a parser that fails with mistake if parse fails or ok returns false.
func must[T any](parse func(string) (T, error), ok func(T) bool, mistake error) func(string) (T, error) {
	return func(s string) (T, error) {
		v, err := parse(s)
		if err != nil || !ok(v) {
			return v, mistake
		}
		return v, nil
	}
}

func whole(least, most int) func(string) (int, error) {
	fits := func(n int) bool { return n >= least && n <= most }
	return must(strconv.Atoi, fits, fmt.Errorf("must be a whole number between %d and %d", least, most))
}

func number(ok func(float64) bool, mistake string) func(string) (float64, error) {
	return must(func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }, ok, errors.New(mistake))
}

func yesOrNo(s string) (bool, error) {
	s, err := oneOf("true", "false")(s)
	return s == "true", err
}

func oneOf(names ...string) func(string) (string, error) {
	lower := func(s string) (string, error) { return strings.ToLower(s), nil }
	want := errors.New("must be " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1])
	return must(lower, func(s string) bool { return slices.Contains(names, s) }, want)
}

func matching(shape string, mistake error) func(string) (string, error) {
	same := func(s string) (string, error) { return s, nil }
	return must(same, regexp.MustCompile(shape).MatchString, mistake)
}

var (
	// secret parses a token. It is sent in a header, so only visible ASCII is valid.
	secret    = matching(`^[!-~]+$`, finding.Mend("has white space or other characters that tokens never contain", "paste it again"))
	slug      = matching(`^[A-Za-z0-9_-]+$`, errors.New("must be a slug, as in the addresses of Sentry's pages"))
	login     = matching(`^[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\])?$`, errors.New("must be a GitHub login, such as octocat or renovate[bot]"))
	ownerRepo = matching(`^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$`, errors.New("must be OWNER/REPO"))
)

func repository(owner, repo *string) func(string) error {
	return func(s string) error {
		name, err := ownerRepo(s)
		if err == nil {
			*owner, *repo, _ = strings.Cut(name, "/")
		}
		return err
	}
}

// label parses a label's name. GitHub allows 50 characters, 10 of which ":dashboard" takes, and no commas.
func label(s string) (string, error) {
	switch {
	case utf8.RuneCountInString(s) > 40:
		return "", errors.New("must have at most 40 characters, because LABEL:dashboard has to fit in GitHub's 50")
	case strings.Contains(s, ","), strings.ContainsFunc(s, unicode.IsControl):
		return "", errors.New("must not contain commas or control characters")
	case reserved.MatchString(s):
		return "", errors.New("must not end in :dashboard, :ignore, :archive or :snooze-7d, which are added to it")
	}
	return s, nil
}

func address(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("must be a URL such as https://example.com, without credentials, query or fragment")
	}
	return strings.TrimRight(s, "/"), nil
}

// secretAddress parses the URL of a webhook. Its path is a secret, so only a loopback URL may be plain HTTP.
func secretAddress(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return "", errors.New("must start with https:// and be complete")
	}
	return secret(s)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

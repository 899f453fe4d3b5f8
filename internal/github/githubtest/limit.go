package githubtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GitHub's secondary limits.
const (
	contentPerMinute = 80
	contentPerHour   = 500
	pointsPerMinute  = 900
	readPoints       = 1
	writePoints      = 5
)

// limits is what the rate limits remember.
type limits struct {
	reset   time.Time // end of the hour that began with its first request
	used    int
	content []time.Time // issues and comments created
	points  []time.Time // one entry a point
}

// limit counts a request, writes the headers of the rate limit, and refuses beyond a limit.
func (s *Server) limit(h http.Header, r *http.Request) {
	if s.settings.Unlimited {
		return
	}
	if strings.HasSuffix(r.URL.Path, "/graphql") { // a budget of its own, of which no test uses much
		h.Set("X-RateLimit-Resource", "graphql")
		h.Set("X-RateLimit-Remaining", "900")
		h.Set("X-RateLimit-Reset", strconv.FormatInt(s.now().Add(time.Hour).Unix(), 10))
		return
	}
	now, l := s.now(), &s.limits
	if !now.Before(l.reset) {
		l.reset, l.used = now.Add(time.Hour), 0
	}
	refused := l.used >= s.settings.HourlyLimit
	if !refused {
		l.used++
	}
	s.limitHeaders(h)
	must(!refused, fail(http.StatusForbidden, "API rate limit exceeded for installation."))
	must(l.secondary(r, now), fail(http.StatusForbidden, "You have exceeded a secondary rate limit and have been temporarily blocked "+
		"from content creation. Please retry your request again later.").with("Retry-After", "60"))
}

func (s *Server) limitHeaders(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(s.settings.HourlyLimit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(s.settings.HourlyLimit-s.limits.used))
	h.Set("X-RateLimit-Used", strconv.Itoa(s.limits.used))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(s.limits.reset.Unix(), 10))
	h.Set("X-RateLimit-Resource", "core")
}

// secondary counts points and content, and reports whether the request is within.
func (l *limits) secondary(r *http.Request, now time.Time) bool {
	l.points = since(l.points, now.Add(-time.Minute))
	l.content = since(l.content, now.Add(-time.Hour))
	cost := readPoints
	if r.Method != http.MethodGet {
		cost = writePoints
	}
	if len(l.points)+cost > pointsPerMinute {
		return false
	}
	l.points = append(l.points, slices.Repeat([]time.Time{now}, cost)...)
	content := strings.HasSuffix(r.URL.Path, "/issues") || strings.HasSuffix(r.URL.Path, "/comments")
	if r.Method != http.MethodPost || !content {
		return true
	}
	if len(since(l.content, now.Add(-time.Minute))) >= contentPerMinute || len(l.content) >= contentPerHour {
		return false
	}
	l.content = append(l.content, now)
	return true
}

// since drops what happened up to a moment. Times come in order.
func since(times []time.Time, moment time.Time) []time.Time {
	first := slices.IndexFunc(times, func(t time.Time) bool { return t.After(moment) })
	if first < 0 {
		return nil
	}
	return times[first:]
}

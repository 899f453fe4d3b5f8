package githubtest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Add puts an issue, or a pull request, into the repository as a person would
// have, past every limit, and returns its number: the next, whatever Number
// says. What is empty is filled in: open, by "octocat", created now.
func (s *Server) Add(issue Issue) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	issue.Number = len(s.issues) + 1
	issue.State = cmp.Or(issue.State, "open")
	issue.Author = cmp.Or(issue.Author, "octocat")
	issue.CreatedAt = cmp.Or(issue.CreatedAt, s.now())
	issue.UpdatedAt = cmp.Or(issue.UpdatedAt, issue.CreatedAt)
	if issue.State == "closed" {
		issue.ClosedAt = cmp.Or(issue.ClosedAt, issue.UpdatedAt)
	}
	names := issue.Labels
	issue.Labels = nil
	added := &stored{Issue: issue}
	s.attach(added, names)
	s.issues = append(s.issues, added)
	return issue.Number
}

// Issue returns an issue as it is now. Like every method that takes a number,
// it panics on one that never was.
func (s *Server) Issue(number int) Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(number).copy()
}

// Issues returns every issue and pull request that is still there, by number.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Issue
	for _, issue := range s.issues {
		if !issue.deleted && !issue.transferred {
			out = append(out, issue.copy())
		}
	}
	return out
}

// Labels returns the names of the repository's labels, in order of creation.
func (s *Server) Labels() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, l := range s.labels {
		names = append(names, l.name)
	}
	return names
}

// Dispatches returns every repository_dispatch sent so far.
func (s *Server) Dispatches() []Dispatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.dispatches)
}

// Close closes an issue as "completed", "not_planned" or "duplicate".
func (s *Server) Close(number int, reason string) {
	s.act(number, func(issue *stored) { s.setState(issue, "closed", reason) })
}

// Reopen opens an issue again.
func (s *Server) Reopen(number int) {
	s.act(number, func(issue *stored) { s.setState(issue, "open", "") })
}

// Lock lets only people with write access comment.
func (s *Server) Lock(number int) {
	s.act(number, func(issue *stored) { issue.Locked = true })
}

// EditBody replaces an issue's text.
func (s *Server) EditBody(number int, body string) {
	s.act(number, func(issue *stored) { issue.Body = body })
}

// EditTitle replaces an issue's title.
func (s *Server) EditTitle(number int, title string) {
	s.act(number, func(issue *stored) { issue.Title = title })
}

// Label gives an issue a label.
func (s *Server) Label(number int, name string) {
	s.act(number, func(issue *stored) { s.attach(issue, []string{name}) })
}

// Unlabel takes a label away.
func (s *Server) Unlabel(number int, name string) {
	s.act(number, func(issue *stored) {
		issue.Labels = slices.DeleteFunc(issue.Labels, func(l string) bool { return l == name })
	})
}

// DeleteLabel deletes a label, and takes it off every issue.
func (s *Server) DeleteLabel(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.labels = slices.DeleteFunc(s.labels, func(l label) bool { return l.name == name })
	for _, issue := range s.issues {
		issue.Labels = slices.DeleteFunc(issue.Labels, func(l string) bool { return l == name })
	}
}

// RenameLabel gives a label another name, on every issue too.
func (s *Server) RenameLabel(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.labels[s.findLabel(from)].name = to
	for _, issue := range s.issues {
		if i := slices.Index(issue.Labels, from); i >= 0 {
			issue.Labels[i] = to
		}
	}
}

// Delete deletes an issue: GitHub answers 410 from then on.
func (s *Server) Delete(number int) {
	s.act(number, func(issue *stored) { issue.deleted = true })
}

// Transfer moves an issue to another repository: GitHub redirects from then on.
func (s *Server) Transfer(number int) {
	s.act(number, func(issue *stored) { issue.transferred = true })
}

func (s *Server) act(number int, what func(*stored)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	issue := s.find(number)
	what(issue)
	issue.UpdatedAt = s.now()
}

func (s *Server) find(number int) *stored {
	if number < 1 || number > len(s.issues) {
		panic(fmt.Sprintf("githubtest: there is no issue #%d", number))
	}
	return s.issues[number-1]
}

func (issue *stored) copy() Issue {
	out := issue.Issue
	out.Labels = slices.Clone(out.Labels)
	out.Assignees = slices.Clone(out.Assignees)
	out.Comments = slices.Clone(out.Comments)
	return out
}

// timestamp is how GitHub writes a time; null for none.
func timestamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

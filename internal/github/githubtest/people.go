package githubtest

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/org/errmon-action/internal/fake"
)

// Add adds an issue or pull request, as a person would, without checking limits. It ignores issue.Number and
// returns the number assigned. By default the issue is open, its author is "octocat" and it is created now.
func (s *Server) Add(issue Issue) int {
	s.Lock()
	defer s.Unlock()
	issue.Number = len(s.issues) + 1
	issue.State = cmp.Or(issue.State, "open")
	issue.Author = cmp.Or(issue.Author, "octocat")
	issue.CreatedAt = cmp.Or(issue.CreatedAt, s.now())
	if issue.State == "closed" {
		issue.ClosedAt = cmp.Or(issue.ClosedAt, issue.CreatedAt)
	}
	issue.Labels = s.labelled(issue.Labels)
	s.issues = append(s.issues, &issue)
	return issue.Number
}

// Issue returns an issue's current state. Like every method with a number, it panics if no issue ever had it.
func (s *Server) Issue(number int) Issue {
	s.Lock()
	defer s.Unlock()
	return s.issue(number).copy()
}

// Issues returns all issues and pull requests that were not deleted or transferred, by number.
func (s *Server) Issues() []Issue {
	s.Lock()
	defer s.Unlock()
	return each(s.present(), (*Issue).copy)
}

// Labels returns the names of the repository's labels, in order of creation.
func (s *Server) Labels() []string { return fake.Copy(&s.Mutex, &s.labels) }

// Dispatches returns every repository_dispatch sent so far.
func (s *Server) Dispatches() []Dispatch { return fake.Copy(&s.Mutex, &s.dispatches) }

// Edit changes an issue, as a person would.
func (s *Server) Edit(number int, change func(*Issue)) {
	s.Lock()
	defer s.Unlock()
	change(s.issue(number))
}

// EditBody replaces an issue's text.
func (s *Server) EditBody(number int, body string) { s.Edit(number, func(i *Issue) { i.Body = body }) }

// Close closes an issue as "completed", "not_planned" or "duplicate", by hand or by a commit: then the pull
// request closes it that Settings.Pulls names for the commit, if any.
func (s *Server) Close(number int, reason string, commit ...string) {
	s.Edit(number, func(i *Issue) {
		s.setState(i, "closed", reason)
		i.closer = cmp.Or(commit...)
	})
}

// Reopen reopens an issue.
func (s *Server) Reopen(number int) { s.Edit(number, func(i *Issue) { s.setState(i, "open", "") }) }

// Delete deletes an issue. From then on GitHub answers 410.
func (s *Server) Delete(number int) { s.Edit(number, func(i *Issue) { i.gone = http.StatusGone }) }

// Transfer moves an issue to another repository. From then on GitHub redirects.
func (s *Server) Transfer(number int) {
	s.Edit(number, func(i *Issue) { i.gone = http.StatusMovedPermanently })
}

// Label adds a label to an issue.
func (s *Server) Label(number int, name string) {
	s.Edit(number, func(i *Issue) { i.Labels = s.labelled(append(i.Labels, name)) })
}

// Unlabel removes a label from an issue.
func (s *Server) Unlabel(number int, name string) {
	s.Edit(number, func(i *Issue) { i.Labels = renamed(i.Labels, name, "") })
}

// RenameLabel renames a label in the repository and on every issue, or deletes it if to is empty.
func (s *Server) RenameLabel(from, to string) {
	s.Lock()
	defer s.Unlock()
	s.labels = renamed(s.labels, from, to)
	for _, issue := range s.issues {
		issue.Labels = renamed(issue.Labels, from, to)
	}
}

// renamed replaces a name, or removes it if to is empty.
func renamed(names []string, from, to string) []string {
	if i := slices.Index(names, from); i >= 0 {
		names = slices.Replace(names, i, i+1, to)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// issue returns the issue with a number, or nil if there never was one.
func (s *Server) issue(number int) *Issue {
	if number < 1 || number > len(s.issues) {
		return nil
	}
	return s.issues[number-1]
}

// present returns the issues that are neither deleted nor transferred, by number.
func (s *Server) present() []*Issue {
	return slices.DeleteFunc(slices.Clone(s.issues), func(i *Issue) bool { return i.gone != 0 })
}

func (i *Issue) copy() Issue {
	out := *i
	out.Labels, out.Assignees, out.Comments = slices.Clone(i.Labels), slices.Clone(i.Assignees), slices.Clone(i.Comments)
	return out
}

package sentrytest

import "maps"

// Clone is another server in the same state, on which nothing was asked yet.
func (s *Server) Clone() *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New()
	c.settings, c.nextID = s.settings, s.nextID
	c.settings.Tokens = maps.Clone(s.settings.Tokens)
	for _, i := range s.issues {
		copied := *i
		c.issues = append(c.issues, &copied)
	}
	return c
}

// Issues returns all issues as they stand, in the order in which they were put.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Issue
	for _, i := range s.issues {
		all = append(all, *i)
	}
	return all
}

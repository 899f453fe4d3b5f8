package plan

// Result is the outcome of one action, which is the one decided right before the
// write.
type Result struct {
	Action Action
	Number int // of the issue; 0 if there is none
	URL    string
	Err    error // why a write is missing
	// Refused says that GitHub refused this write, and not every write: the error
	// waits on the dashboard and is tried again after all others.
	Refused bool
}

// Standing returns the issue as the run left it; false if there is none any more, or
// it duplicates another one.
func (r Result) Standing() (Issue, bool) {
	i := r.Action.Issue
	if r.Done() {
		i.Number, i.URL, i.Title, i.Marker = r.Number, r.URL, r.Action.Title, r.Action.Next
		i.Open = i.Open || r.Action.Kind == Create || r.Action.Kind == Reopen
		if r.Action.Kind == Close {
			i.Open = false
		}
	}
	return i, i.Number != 0 && r.Action.Reason != Gone && i.Marker.DupOf == 0
}

// Left reports whether the issue turned out to be gone or locked, so that a later run
// files the error anew.
func (r Result) Left() bool {
	return r.Action.Reason == Gone || r.Action.Reason == Locked && len(r.Action.Groups) > 0
}

// Done reports whether the run made this change, or in a dry run would make it.
func (r Result) Done() bool { return r.Err == nil && r.Action.Writes() }

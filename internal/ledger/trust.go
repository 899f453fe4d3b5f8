package ledger

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/plan"
)

// trusts reports whether a marker by this author counts. The token's own login
// costs a request, so it is asked for only when another name turns up.
func (l *Ledger) trusts(ctx context.Context, author string) (bool, error) {
	if author == github.WorkflowLogin || slices.ContainsFunc(l.Trusted, func(t string) bool { return strings.EqualFold(t, author) }) {
		return true, nil
	}
	login, err := l.ownLogin(ctx)
	return author == login, err
}

// ownLogin is the login that the token writes as.
func (l *Ledger) ownLogin(ctx context.Context) (string, error) {
	if l.login != "" {
		return l.login, nil
	}
	login, err := l.GitHub.Login(ctx)
	l.login = login
	return login, err
}

// dropCopies drops issues whose body a person copied from an older one: the
// marker is ours, but describes the other issue. Two runs that filed one error at
// once have different names, so neither is taken for a copy.
func (k *Known) dropCopies() {
	type birth struct{ key, run string }
	slices.SortFunc(k.Issues, func(a, b plan.Issue) int { return cmp.Compare(a.Number, b.Number) })
	originals := map[birth]int{}
	k.Issues = slices.DeleteFunc(k.Issues, func(i plan.Issue) bool {
		if i.Marker.FiledBy == "" || len(i.Marker.Keys) == 0 {
			return false
		}
		b := birth{i.Marker.Keys[0], i.Marker.FiledBy}
		original, copied := originals[b]
		if !copied {
			originals[b] = i.Number
			return false
		}
		k.warn("issue #%d carries a copy of the marker of issue #%d: left alone; remove errmon's section from its body", i.Number, original)
		return true
	})
}

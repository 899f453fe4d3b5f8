package githubtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const (
	enterprisePrefix = "/api/v3"
	repositoryID     = 1296269
	workflowLogin    = "github-actions[bot]"
)

func (s *Server) route() {
	repo := fmt.Sprintf("/repos/%s/%s", s.owner, s.repo)
	s.mux.HandleFunc("GET /user", s.getUser)
	s.mux.HandleFunc("GET "+repo, s.getRepository)
	s.mux.HandleFunc("GET "+repo+"/contents/{path...}", s.getContents)
	s.mux.HandleFunc("POST "+repo+"/dispatches", s.createDispatch)
	s.mux.HandleFunc("GET "+repo+"/actions/workflows/{file}", s.getWorkflow)
	s.mux.HandleFunc("GET "+repo+"/labels/{name}", s.getLabel)
	s.mux.HandleFunc("POST "+repo+"/labels", s.writes(s.createLabel))
	s.mux.HandleFunc("GET "+repo+"/issues", s.reads(s.listIssues))
	s.mux.HandleFunc("POST "+repo+"/issues", s.writes(s.createIssue))
	s.mux.HandleFunc("GET "+repo+"/issues/{number}", s.reads(s.onIssue(s.getIssue)))
	s.mux.HandleFunc("PATCH "+repo+"/issues/{number}", s.writes(s.onIssue(s.editIssue)))
	s.mux.HandleFunc("GET "+repo+"/issues/{number}/comments", s.reads(s.onIssue(s.listComments)))
	s.mux.HandleFunc("POST "+repo+"/issues/{number}/comments", s.writes(s.onIssue(s.createComment)))
	s.mux.HandleFunc("DELETE "+repo+"/issues/comments/{id}", s.writes(s.deleteComment))
	s.mux.HandleFunc("POST "+repo+"/issues/{number}/labels", s.writes(s.onIssue(s.addLabels)))
	s.mux.HandleFunc("GET /repos/{owner}/{repo}/commits/{ref}", s.code(s.getCommit))
	s.mux.HandleFunc("GET /repos/{owner}/{repo}/git/trees/{sha}", s.code(s.getTree))
	s.mux.HandleFunc("GET /repos/{owner}/{repo}/compare/{range}", s.code(s.compare))
	s.mux.HandleFunc("GET /repos/{owner}/{repo}/codeowners/errors", s.code(s.getOwnerErrors))
	s.mux.HandleFunc("POST /graphql", s.graphQL)
	s.mux.HandleFunc("POST /api/graphql", s.graphQL) // of an Enterprise Server
	s.mux.HandleFunc("/", notFound)
}

// apply carries a request out: who asks, how often, and then what.
func (s *Server) apply(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if (scheme != "Bearer" && scheme != "token") || token != s.settings.Token {
		fail(w, http.StatusUnauthorized, "Bad credentials")
		return
	}
	if r.Header.Get("User-Agent") == "" {
		fail(w, http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header")
		return
	}
	if !s.admit(w, r) {
		return
	}
	byID := fmt.Sprintf("/repositories/%d", repositoryID)
	named := fmt.Sprintf("/repos/%s/%s", s.owner, s.repo)
	rest, isNamed := strings.CutPrefix(r.URL.Path, named)
	if s.settings.Renamed && isNamed {
		moved(w, r, base(r)+byID+rest)
		return
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, byID); ok {
		r.URL.Path = named + rest
	}
	s.mux.ServeHTTP(w, r)
}

// reads and writes check what every request about issues needs. GitHub has
// issues readable wherever the repository is.
func (s *Server) reads(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.settings.IssuesDisabled {
			fail(w, http.StatusGone, "Issues are disabled for this repo")
			return
		}
		next(w, r)
	}
}

func (s *Server) writes(next http.HandlerFunc) http.HandlerFunc {
	return s.reads(func(w http.ResponseWriter, r *http.Request) {
		if s.settings.Archived {
			fail(w, http.StatusForbidden, "Repository was archived so is read-only.")
			return
		}
		if s.settings.NoIssuesWrite {
			w.Header().Set("X-Accepted-GitHub-Permissions", "issues=write")
			fail(w, http.StatusForbidden, s.notAccessible())
			return
		}
		next(w, r)
	})
}

// notAccessible is how GitHub words a missing permission, by kind of token.
func (s *Server) notAccessible() string {
	if strings.HasSuffix(s.settings.Login, "[bot]") {
		return "Resource not accessible by integration"
	}
	return "Resource not accessible by personal access token"
}

// onIssue finds the issue of the path, or says what became of it.
func (s *Server) onIssue(next func(http.ResponseWriter, *http.Request, *stored)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(r.PathValue("number"))
		if err != nil || number < 1 || number > len(s.issues) {
			notFound(w, r)
			return
		}
		issue := s.issues[number-1]
		switch {
		case issue.deleted:
			fail(w, http.StatusGone, "This issue was deleted")
		case issue.transferred:
			moved(w, r, fmt.Sprintf("%s/repositories/%d/issues/%d", base(r), repositoryID+1, number))
		default:
			next(w, r, issue)
		}
	}
}

// base is the API's own address, as the client asked for it.
func base(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, enterprisePrefix+"/") {
		return "http://" + r.Host + enterprisePrefix
	}
	return "http://" + r.Host
}

func moved(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Location", to)
	if r.Method == http.MethodGet {
		fail(w, http.StatusMovedPermanently, "Moved Permanently")
		return
	}
	fail(w, http.StatusTemporaryRedirect, "Temporary Redirect")
}

func notFound(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "Not Found") }

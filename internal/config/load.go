package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"github.com/org/errmon-action/internal/finding"
)

// Input is where settings come from.
type Input struct {
	Flags    map[string]string                 // by the setting's name; only those that were given
	Getenv   func(name string) string          // empty if the variable is not set
	Environ  []string                          // NAME=value, searched for unknown inputs
	ReadFile func(path string) ([]byte, error) // reads a file of the workspace; may return fs.ErrNotExist
	Now      time.Time                         // base for "since: 2h" and the like
	Offline  bool                              // skip services, so a stray token cannot stop a local command
}

const defaultAPIURL = "https://api.github.com"

type value struct{ text, origin string }

// Load reads every setting. Its error joins all mistakes, each with the setting, the origin of its value, the
// value unless it is a secret, and the remedy. The error wraps fs.ErrNotExist if config names a missing file.
// Despite an error the Config contains every valid setting. An incomplete service is left out: see LeftOut.
func Load(in Input) (Config, error) {
	var c Config
	env, err := readEnvironment(in)
	c.DotEnv = env.dotEnv
	damaged, mistakes := err != nil, []error{err, unknownInputs(in.Environ)}
	if v := env.lookup("MONITORING_WEBHOOK_URL"); v.text != "" { // of errmon's predecessor, a server
		c.Warnings = append(c.Warnings, finding.Mend(v.origin+" is deprecated and ignored", "set ERRMON_RELAY_URL instead"))
	}
	fromFile, err := c.readFile(in, first(env.candidates(*find("config"))...))
	mistakes = append(mistakes, err)
	c.FileRead = fromFile != nil
	if damaged || !c.FileRead && err != nil {
		c.Refused = names()
	}

	given := make(map[string]value)
	for _, g := range groups(&c, in.Now) {
		if in.Offline && !g.local {
			continue
		}
		for _, s := range g.Settings {
			given[s.Name] = first(append(env.candidates(s), fromFile[s.Name])...)
			if err := s.set(given[s.Name]); err != nil {
				c.Refused = append(c.Refused, s.Name)
				mistakes = append(mistakes, err)
			}
		}
	}
	mistakes = append(mistakes, c.checkRuleLabels())
	if given["max-new-issues-per-day"].text == "" {
		c.MaxNewPerDay = max(c.MaxNewPerDay, c.MaxNewIssues)
	}
	if !in.Offline {
		// Actions sets the first, on GitHub Enterprise too; GovSlack needs the second.
		for _, s := range []Setting{
			{Name: "GITHUB_API_URL", Default: defaultAPIURL, read: into(&c.GitHubAPIURL, address)},
			{Name: "SLACK_API_URL", read: into(&c.SlackAPIURL, address)},
		} {
			mistakes = append(mistakes, s.set(env.lookup(s.Name)))
		}
		mistakes = append(mistakes,
			mistake(c.FilterPattern != "" && (c.Reader == "all" || c.Reader == "insights"),
				fmt.Sprintf("reader %s does not use filter-pattern", c.Reader), "leave one of them out"),
			mistake(c.Reader == "insights" && c.InsightsBudget == 0 && !c.refused("insights-budget"),
				"reader insights costs money", "set insights-budget to the gigabytes a run may scan"))
		c.leaveOut(given)
	}
	return c, errors.Join(mistakes...)
}

// secretVariables names variables with secrets that are not settings: the AWS SDK's, the runner's, Sentry's.
const secretVariables = "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN ACTIONS_RUNTIME_TOKEN ACTIONS_ID_TOKEN_REQUEST_TOKEN SENTRY_DSN"

// Secrets returns every secret in the flags, inputs, environment and .env, valid or not. Some may be empty.
func Secrets(in Input) []string {
	env, _ := readEnvironment(in) // Load reports the error
	var secrets []string
	for _, s := range append(slices.Concat(Settings, RelaySettings), Setting{Env: secretVariables, Secret: true}) {
		for _, v := range env.candidates(s) {
			if s.Secret {
				secrets = append(secrets, v.text)
			}
		}
	}
	return secrets
}

type environment struct {
	Input
	dotEnv map[string]string
}

// readEnvironment reads .env, but not in Actions, where it would be the repository's, not the user's.
func readEnvironment(in Input) (environment, error) {
	env := environment{Input: in}
	if in.Getenv("GITHUB_ACTIONS") == "true" {
		return env, nil
	}
	data, err := in.ReadFile(".env")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return env, nil
	case err != nil:
		return env, fmt.Errorf("read .env: %w", err)
	}
	if env.dotEnv, err = godotenv.UnmarshalBytes(data); err != nil { // the parser's error quotes the file
		return environment{Input: in}, finding.Mend(".env has lines that are not in the form NAME=value", "fix them")
	}
	maps.DeleteFunc(env.dotEnv, func(name, v string) bool { return v == "" || in.Getenv(name) != "" })
	return env, nil
}

// unknownInputs reports the inputs that match no setting; the runner itself only warns about them.
func unknownInputs(environ []string) error {
	known := append(names(), "args", "entrypoint") // the runner's own, for container actions
	var mistakes []error
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		input, ok := strings.CutPrefix(name, "INPUT_")
		if input = strings.ToLower(input); ok && !slices.Contains(known, input) {
			mistakes = append(mistakes, unknown("input", input, known))
		}
	}
	return errors.Join(mistakes...)
}

// candidates returns the values of a setting's flag, input and variables; the first that is not blank counts.
func (e environment) candidates(s Setting) []value {
	input := e.lookup("INPUT_" + strings.ToUpper(s.Name)) // the runner keeps the dashes of a name
	values := []value{{e.Flags[s.Name], "flag --" + s.Name}, {input.text, "input " + s.Name}}
	for names := range strings.FieldsSeq(s.Env) {
		values = append(values, e.lookup(names))
	}
	return values
}

// lookup returns the value of a variable. For names joined by slashes, such as OWNER/REPO, it joins the
// values in the same way, and returns nothing unless all of them are set.
func (e environment) lookup(names string) value {
	parts, origin := strings.Split(names, "/"), "environment variable "+names
	for i, name := range parts {
		if parts[i] = first(value{text: e.Getenv(name)}, value{text: e.dotEnv[name]}).text; parts[i] == "" {
			return value{}
		}
		if e.dotEnv[name] != "" {
			origin = names + " in .env"
		}
	}
	return value{strings.Join(parts, "/"), origin}
}

func first(values ...value) value {
	for _, v := range values {
		if v.text = strings.TrimSpace(v.text); v.text != "" {
			return v
		}
	}
	return value{}
}

// set parses a value, or the default if the value is blank. It prefixes the parser's error with the setting,
// the value unless it is a secret, and the value's origin.
func (s Setting) set(v value) error {
	if v = first(v, value{s.Default, "default"}); v.text == "" {
		return nil
	}
	shown := fmt.Sprintf("%s %q (%s) ", s.Name, shorten(v.text), v.origin)
	if s.Secret {
		shown = fmt.Sprintf("%s (%s) ", s.Name, v.origin)
	}
	return finding.Within(shown, s.read(v.text))
}

func shorten(s string) string {
	const limit = 100
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return s
}

package intake_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
)

// format is one entry of the catalogue, testdata/formats: the default output of a logger, a server or a
// service. An archive contains a product family. Its comment is the family's name, and each format has these
// files, in this order:
//
//	-- NAME --     expectations for the error, one "key: value" per line, with the keys of wanted
//	-- error --    an error as it is printed
//	-- same --     the same error with other values; belongs to the same issue
//	-- other --    another error, optional; belongs to another issue
//	-- quiet --    lines that are not errors; an indented line continues the one above
//
// ␛ stands for the escape character, ␉ for a tab and ␍ for a carriage return.
//
// Other keys are "broken: …" for what does not work yet; "filter: misses" and "insights: misses" if the
// default filter pattern or Logs Insights does not find the error; and "records: lines" if the transport
// never puts two lines into one record.
type format struct {
	family, name string
	want         map[string]string
	errors       []string // error, same and, if there is one, other
	quiet        []string
}

// wanted holds, by key, functions for the properties that the catalogue can state for an error.
var wanted = map[string]func(*grouping.Group) string{
	"level":       func(g *grouping.Group) string { return g.Level.String() },
	"message":     func(g *grouping.Group) string { return g.Sample.Message },
	"title":       plan.Titles{Services: true}.Title,
	"logger":      func(g *grouping.Group) string { return g.Sample.Logger },
	"service":     func(g *grouping.Group) string { return g.Service },
	"release":     func(g *grouping.Group) string { return g.Sample.Release },
	"environment": func(g *grouping.Group) string { return g.Sample.Environment },
	"request":     func(g *grouping.Group) string { return g.Sample.RequestID },
	"trace":       func(g *grouping.Group) string { return g.Sample.TraceID },
	"exceptions":  exceptionTypes,
}

func exceptionTypes(g *grouping.Group) string {
	var types []string
	for _, x := range g.Sample.Exceptions {
		types = append(types, x.Type)
	}
	return strings.Join(types, ", ")
}

// TestFormats runs every format through framing, parsing, redaction and grouping, with one record per event
// and with one per line.
//
//	go test -v -run TestFormats ./internal/intake
func TestFormats(t *testing.T) {
	formats := readFormats(t)
	if len(formats) < 160 {
		t.Errorf("%d formats, want at least 160", len(formats))
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "format\tfound\tlevel\tmessage\twhole=lines")
	broken := 0
	for _, f := range formats {
		t.Run(f.family+"/"+f.name, func(t *testing.T) {
			problems := f.check()
			reason, known := f.want["broken"]
			switch {
			case known && len(problems) == 0:
				t.Errorf("works: remove %q", "broken: "+reason)
			case known:
				broken++
				t.Logf("known broken: %s", strings.Join(problems, "; "))
			case len(problems) > 0:
				t.Error(strings.Join(problems, "\n"))
			}
		})
		fmt.Fprintln(w, f.row())
	}
	w.Flush()
	t.Logf("%d formats, %d known broken\n%s", len(formats), broken, table.String())
}

// check returns the problems with reading the format.
func (f *format) check() (problems []string) {
	for _, mode := range f.modes() {
		for _, problem := range f.checkIssues(mode) {
			problems = append(problems, mode.name+": "+problem)
		}
	}
	whole, lines := keysOf(f.read(whole)), keysOf(f.read(byLine))
	if diff := cmp.Diff(whole, lines); diff != "" && len(f.modes()) == 2 {
		problems = append(problems, "identities, whole (-) and by line (+): "+diff)
	}
	return problems
}

// checkIssues compares the issues of the log in one mode, and the properties of the error, with the expected
// ones.
func (f *format) checkIssues(mode mode) (problems []string) {
	var want, got []string
	for i := range f.issues() {
		want = append(want, fmt.Sprintf("%d×", 2-i))
	}
	groups := f.read(mode)
	for _, g := range groups {
		got = append(got, fmt.Sprintf("%d×", events(g)))
	}
	if !slices.Equal(want, got) {
		problems = append(problems, fmt.Sprintf("issues %v, want %v%s", got, want, titles(groups)))
	}
	alone := groupsOf(mode.records(f.errors[:1]))
	if len(alone) == 0 {
		return append(problems, "error not found")
	}
	for key, value := range f.want {
		read, ok := wanted[key]
		if !ok {
			continue
		}
		if got := read(alone[0]); got != value {
			problems = append(problems, fmt.Sprintf("%s %q, want %q", key, got, value))
		}
	}
	slices.Sort(problems)
	return problems
}

func events(g *grouping.Group) (sum int64) {
	for _, t := range g.Sources {
		sum += t.Total()
	}
	return sum
}

func titles(groups []*grouping.Group) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "\n\t%s: %s", g.Level, plan.Titles{Services: true}.Title(g))
	}
	return b.String()
}

// issues returns the number of issues that the format's log should result in.
func (f *format) issues() int { return len(f.errors) - 1 }

// row returns the format's line of the table.
func (f *format) row() string {
	groups := f.read(byLine)
	same := fmt.Sprint(slices.Equal(keysOf(f.read(whole)), keysOf(groups)))
	if len(f.modes()) == 1 {
		same = "lines only"
	}
	var level, message string
	if alone := groupsOf(byLine.records(f.errors[:1])); len(alone) > 0 {
		level, message = alone[0].Level.String(), alone[0].Sample.Message
	}
	message = fmt.Sprintf("%.60q", message)
	return fmt.Sprintf("%s/%s\t%d of %d\t%s\t%s\t%s", f.family, f.name, len(groups), f.issues(), level, message, same)
}

// mode decides whether the lines of an event share a record.
type mode struct {
	name  string
	split bool
}

var (
	whole  = mode{"whole", false}
	byLine = mode{"by line", true}
)

func (f *format) modes() []mode {
	if f.want["records"] == "lines" {
		return []mode{byLine}
	}
	return []mode{whole, byLine}
}

// read reads a log in which quiet lines surround the errors.
func (f *format) read(mode mode) []*grouping.Group { return groupsOf(mode.records(f.log())) }

func (f *format) log() []string {
	events := slices.Clone(f.quiet)
	for _, e := range f.errors {
		events = append(append(events, e), f.quiet...)
	}
	return events
}

// records puts the events into the records of one stream, a second apart.
func (m mode) records(events []string) []event.Record {
	var records []event.Record
	for i, text := range events {
		at := time.Date(2026, 3, 14, 11, 59, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
		parts := []string{text}
		if m.split {
			parts = strings.Split(text, "\n")
		}
		for j, part := range parts {
			if part == "" {
				continue // CloudWatch accepts no empty events
			}
			records = append(records, event.Record{
				ID: fmt.Sprint(i, ".", j), Source: "s", Stream: "s", Time: at.Add(time.Duration(j) * time.Millisecond), Text: part,
			})
		}
	}
	return records
}

// groupsOf returns the groups of the records, in the order in which they were first seen.
func groupsOf(records []event.Record) []*grouping.Group {
	pipeline := intake.New(intake.Rules{Policy: policy.Policy{MinLevel: event.Error}}, safe.NewRedactor())
	reader := pipeline.Reader()
	for _, r := range records {
		reader.Add(r)
	}
	reader.Flush(time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC))
	groups := pipeline.Groups()
	slices.SortFunc(groups, func(a, b *grouping.Group) int { return a.First.Compare(b.First) })
	return groups
}

func keysOf(groups []*grouping.Group) []string {
	var keys []string
	for _, g := range groups {
		keys = append(keys, g.Key)
	}
	return keys
}

// TestFormatsApart gives each error another message. The two must not share an issue.
func TestFormatsApart(t *testing.T) {
	checked := 0
	for _, f := range readFormats(t) {
		message, text := f.want["message"], f.errors[0]
		if message == "" || strings.Count(text, message) != 1 {
			continue
		}
		checked++
		other := strings.Replace(text, message, "quota exceeded while resizing", 1)
		if groups := groupsOf(byLine.records([]string{text, other})); len(groups) == 1 && events(groups[0]) > 1 {
			t.Errorf("%s/%s: both are %q", f.family, f.name, plan.Titles{Services: true}.Title(groups[0]))
		}
	}
	if checked < 160 {
		t.Errorf("checked %d formats", checked)
	}
}

// TestFormatsFiltered filters every format line by line with the default filter pattern and with the
// expression for Logs Insights. Each must find the error unless the catalogue states that it misses it.
func TestFormatsFiltered(t *testing.T) {
	pattern, err := cloudwatchtest.Compile(cloudwatch.DefaultFilterPattern)
	if err != nil {
		t.Fatal(err)
	}
	for name, match := range map[string]func(string) bool{
		"filter":   pattern,
		"insights": regexp.MustCompile(cloudwatch.InsightsPattern).MatchString,
	} {
		var missed []string
		for _, f := range readFormats(t) {
			passed := slices.DeleteFunc(byLine.records(f.errors[:1]), func(r event.Record) bool { return !match(r.Text) })
			found := len(passed) > 0
			if _, broken := f.want["broken"]; !broken {
				found = len(groupsOf(passed)) > 0
			}
			if misses := f.want[name] == "misses"; misses == found {
				t.Errorf("%s/%s: %s finds the error: %v; the catalogue says the opposite", f.family, f.name, name, found)
			}
			if !found {
				missed = append(missed, f.family+": "+f.name)
			}
		}
		t.Logf("missed by %s: %d\n%s", name, len(missed), strings.Join(missed, "\n"))
	}
}

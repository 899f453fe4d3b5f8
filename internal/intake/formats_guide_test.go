package intake_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateFormats = flag.Bool("update", false, "rewrite the guide's list of formats")

// guideList starts the part of the guide's page that lists the catalogue.
const guideList = "<!-- Generated: go test ./internal/intake -run TestFormatsInGuide -update -->\n"

// TestFormatsInGuide compares the guide's list with the catalogue.
func TestFormatsInGuide(t *testing.T) {
	const page = "../../examples/formats.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	intro, _, ok := strings.Cut(string(data), guideList)
	if !ok {
		t.Fatalf("%s does not contain %q", page, guideList)
	}
	want := intro + guideList + formatTables(readFormats(t))
	if *updateFormats {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), want); diff != "" {
		t.Errorf("%s (-is +should be; rewrite it with -update)\n%s", page, diff)
	}
}

// TestFormatsInReadme compares the README's claim with the catalogue.
func TestFormatsInReadme(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	formats := readFormats(t)
	for _, f := range formats {
		if _, broken := f.want["broken"]; !broken {
			whole++
		}
	}
	claim := regexp.MustCompile(`\[\d+ loggers, frameworks, servers and services\]\(examples/formats.md\), \d+ of them fully`)
	want := fmt.Sprintf("[%d loggers, frameworks, servers and services](examples/formats.md), %d of them fully", len(formats), whole)
	made := claim.ReplaceAllString(string(data), want)
	if *updateFormats {
		if err := os.WriteFile("../../README.md", []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !strings.Contains(string(data), want) {
		t.Errorf("README.md lacks %q: go test ./internal/intake -run FormatsIn -update", want)
	}
}

// formatTables lists the formats by family, then those that the filter pattern misses, and those that errmon
// does not read yet.
func formatTables(formats []*format) string {
	var families, missed, gaps []string
	names := map[string][]string{}
	for _, f := range formats {
		if !slices.Contains(families, f.family) {
			families = append(families, f.family)
		}
		names[f.family] = append(names[f.family], f.name)
		if f.want["filter"] == "misses" {
			missed = append(missed, f.name)
		}
		if why, broken := f.want["broken"]; broken {
			gaps = append(gaps, f.name+": "+why)
		}
	}
	var b strings.Builder
	b.WriteString("\n| runtime or product | formats |\n|---|---|\n")
	for _, family := range families {
		fmt.Fprintf(&b, "| %s | %s |\n", family, strings.Join(names[family], ", "))
	}
	b.WriteString("\n## What the default filter pattern misses\n\n")
	b.WriteString("A log group whose window fits in 3 pages is read whole, and misses nothing. A larger one is read with the default\n" +
		"filter pattern, of at most 1,024 characters, which has no term for these. Set `filter-pattern` to a pattern of your own if you\n" +
		"need them:\n\n")
	writeList(&b, missed)
	b.WriteString("\n## Known gaps\n\nSome parts of these are not read yet:\n\n")
	writeList(&b, gaps)
	b.WriteString("\nCheck: `errmon preview FILE` on your own log shows each error once, with its level and message.\n")
	return b.String()
}

func writeList(b *strings.Builder, items []string) {
	for _, item := range items {
		fmt.Fprintf(b, "- %s\n", item)
	}
}

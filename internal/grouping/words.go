package grouping

import (
	_ "embed"
	"strings"
)

//go:embed words.txt
var wordsFile string

// words returns a list of words.txt.
func words(list string) map[string]bool {
	set := map[string]bool{}
	for row := range strings.Lines(wordsFile) {
		if name, words, _ := strings.Cut(row, " "); name == list {
			for word := range strings.FieldsSeq(words) {
				set[word] = true
			}
		}
	}
	return set
}

// The lists that masks need.
var (
	constants, units, dateNames, currencies = words("constants"), words("units"), words("dateNames"), words("currencies")
	topLevel, countries, sources            = words("topLevel"), words("countries"), words("sources")
	ports, methods, connectors              = words("ports"), words("methods"), words("connectors")
)

// The lists that mining needs.
var (
	roles, givers, causes, fillers  = words("roles"), words("givers"), words("causes"), words("fillers")
	states, devices, sides, grammar = words("states"), words("devices"), words("sides"), words("grammar")
	nounEnds                        = words("nounEnds")
)

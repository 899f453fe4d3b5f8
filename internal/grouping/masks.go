package grouping

// Masks is the set of kinds of values masked in a message.
type Masks uint32

// The kinds of values.
const (
	maskNumber Masks = 1 << iota
	maskID
	maskHex
	maskUUID
	maskULID
	maskToken
	maskTime
	maskAddress
	maskHost
	maskEmail
	maskURL
	maskPath
	maskARN
	maskQuoted
	maskValue
	maskJSON
	maskList
	maskVersion
	maskStack
	maskRedacted
)

var maskNames = [...]string{"number", "id", "hex", "uuid", "ulid", "token", "time", "address", "host", "email", "url", "path",
	"arn", "quoted", "value", "json", "list", "version", "stack", "redacted"}

// Names returns the kinds in a fixed order; an empty list if there are none.
func (m Masks) Names() []string {
	names := []string{}
	for i, name := range maskNames {
		if m&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

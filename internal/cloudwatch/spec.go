package cloudwatch

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/finding"
)

// Spec is a parsed entry of the input log-groups: a group by its name or ARN, or all
// groups with a prefix.
type Spec struct {
	text    string // as the user wrote it, for messages
	region  string
	arn     string // in the form of logGroupIdentifier, without the final ":*"; empty unless an ARN was given
	account string // 12 digits; empty unless an ARN was given
	name    string // of the group, or the prefix
	prefix  bool
}

// From the service's model: LogGroupName is 1 to 512 of these characters.
const maxName = 512

var (
	nameChars   = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]*$`)
	regionShape = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	arnShape    = regexp.MustCompile(`^(arn:aws(?:-[a-z]+)*:logs:([^:]*):([^:]*):log-group:([^:]*))(?::\*)?$`)
	accountID   = regexp.MustCompile(`^[0-9]{12}$`)
)

// ParseSpecs parses the entries of log-groups: names, ARNs with or without their
// final ":*", and prefixes ending in "*". An ARN contains its region; names and
// prefixes refer to the given one, which may be empty if all are ARNs. It needs no
// network, and returns the mistakes of all entries joined.
func ParseSpecs(entries []string, region string) ([]Spec, error) {
	var specs []Spec
	var mistakes []error
	if region != "" && !regionShape.MatchString(region) {
		mistakes = append(mistakes, fmt.Errorf("aws-region: %q is not the name of a region, such as eu-central-1", region))
	}
	for _, entry := range entries {
		spec, err := parseSpec(entry, region)
		if err != nil {
			mistakes = append(mistakes, finding.Within(fmt.Sprintf("log-groups: %q: ", entry), err))
		}
		specs = append(specs, spec)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return specs, nil
}

func parseSpec(entry, region string) (Spec, error) {
	spec := Spec{text: entry, region: region}
	if strings.HasPrefix(entry, "arn:") {
		match := arnShape.FindStringSubmatch(entry)
		if match == nil {
			return spec, errors.New("not the ARN of a log group, arn:aws:logs:REGION:ACCOUNT:log-group:NAME")
		}
		spec.arn, spec.region, spec.account, spec.name = match[1], match[2], match[3], match[4]
	} else {
		spec.name, spec.prefix = strings.CutSuffix(entry, "*")
	}
	switch name := spec.name; {
	case spec.region == "" && spec.arn == "":
		return spec, finding.Mend("a name has no region", "set aws-region, or give the ARN")
	case spec.arn != "" && !regionShape.MatchString(spec.region):
		return spec, fmt.Errorf("%q is not the name of a region", spec.region)
	case spec.arn != "" && !accountID.MatchString(spec.account):
		return spec, fmt.Errorf("%q is not an account of 12 digits", spec.account)
	case spec.arn != "" && strings.Contains(name, "*"):
		return spec, errors.New("a prefix must be written without an ARN, such as /ecs/*")
	case name == "" && !spec.prefix: // a prefix may be: every group of the region
		return spec, errors.New("the name is empty")
	case strings.Contains(name, "*"):
		return spec, errors.New(`"*" may only be the last character`)
	case !nameChars.MatchString(name):
		return spec, errors.New("a log group's name may contain only letters, digits and . - _ / #")
	case len(name) > maxName:
		return spec, fmt.Errorf("a log group's name has at most %d characters, this one has %d", maxName, len(name))
	}
	return spec, nil
}

package cloudwatchtest

import (
	"slices"
	"strings"
)

type groupsOutput struct {
	LogGroups []groupOutput `json:"logGroups"`
	NextToken string        `json:"nextToken,omitempty"`
}

type groupOutput struct {
	Name     string `json:"logGroupName"`
	ARN      string `json:"arn"`         // with ":*" at its end
	GroupARN string `json:"logGroupArn"` // without
}

func (s *Server) describeLogGroups(req Request) (any, *refusal) {
	var in struct {
		Prefix    *string `json:"logGroupNamePrefix"`
		NextToken string  `json:"nextToken"`
		Limit     *int    `json:"limit"`
	}
	if err := decode(req.Body, &in); err != nil {
		return nil, err
	}
	limit, err := pageSize(in.Limit, maxPageNames)
	if err != nil {
		return nil, err
	}
	prefix := ""
	if in.Prefix != nil {
		prefix = *in.Prefix
		if !groupName.MatchString(prefix) {
			return nil, constraint(prefix, "logGroupNamePrefix", `satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`)
		}
	}
	var names []string
	for _, g := range s.groups {
		if g.region == req.Region && strings.HasPrefix(g.name, prefix) {
			names = append(names, g.name)
		}
	}
	slices.Sort(names)
	start, found := slices.BinarySearch(names, in.NextToken) // a token is the last name of the page before
	if found {
		start++
	}
	page, next := names[start:], ""
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1]
	}
	out := groupsOutput{LogGroups: []groupOutput{}, NextToken: next}
	for _, name := range page {
		out.LogGroups = append(out.LogGroups, groupOutput{Name: name, ARN: arn(req.Region, name) + ":*", GroupARN: arn(req.Region, name)})
	}
	return out, nil
}

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
	Created  int64  `json:"creationTime"`
	Class    string `json:"logGroupClass"`
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
	names, next := pageOfNames(names, in.NextToken, limit)
	out := groupsOutput{LogGroups: []groupOutput{}, NextToken: next}
	for _, name := range names {
		out.LogGroups = append(out.LogGroups, groupOutput{
			Name: name, ARN: arn(req.Region, name) + ":*", GroupARN: arn(req.Region, name),
			Created: s.groups[req.Region+":"+name].created.UnixMilli(), Class: "STANDARD",
		})
	}
	return out, nil
}

// pageOfNames returns one page of names in ASCII order, and the token of the
// next: the last name of this page.
func pageOfNames(names []string, token string, limit int) (page []string, next string) {
	slices.Sort(names)
	start, found := slices.BinarySearch(names, token)
	if found {
		start++
	}
	page = names[start:]
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1]
	}
	return page, next
}

type streamsOutput struct {
	LogStreams []streamOutput `json:"logStreams"`
	NextToken  string         `json:"nextToken,omitempty"`
}

type streamOutput struct {
	Name          string `json:"logStreamName"`
	ARN           string `json:"arn"`
	Created       int64  `json:"creationTime"`
	FirstEvent    int64  `json:"firstEventTimestamp"`
	LastEvent     int64  `json:"lastEventTimestamp"`
	LastIngestion int64  `json:"lastIngestionTime"`
	StoredBytes   int64  `json:"storedBytes"`
}

// describeLogStreams lists by name; the order by event time is not imitated.
func (s *Server) describeLogStreams(req Request) (any, *refusal) {
	var in struct {
		groupRef
		Prefix    string `json:"logStreamNamePrefix"`
		NextToken string `json:"nextToken"`
		Limit     *int   `json:"limit"`
	}
	if err := decode(req.Body, &in); err != nil {
		return nil, err
	}
	limit, err := pageSize(in.Limit, maxPageNames)
	if err != nil {
		return nil, err
	}
	g, err := s.group(req.Region, in.groupRef)
	if err != nil {
		return nil, err
	}
	streams := s.streams(g)
	var names []string
	for name := range streams {
		if strings.HasPrefix(name, in.Prefix) {
			names = append(names, name)
		}
	}
	names, next := pageOfNames(names, in.NextToken, limit)
	out := streamsOutput{LogStreams: []streamOutput{}, NextToken: next}
	for _, name := range names {
		out.LogStreams = append(out.LogStreams, streams[name])
	}
	return out, nil
}

// streams sums up what has come in, by stream.
func (s *Server) streams(g *group) map[string]streamOutput {
	streams := map[string]streamOutput{}
	for _, e := range g.sorted() {
		if e.Ingested.After(s.now()) {
			continue
		}
		stream, ok := streams[e.Stream]
		if !ok {
			stream = streamOutput{
				Name: e.Stream, ARN: arn(g.region, g.name) + ":log-stream:" + e.Stream,
				Created: e.Ingested.UnixMilli(), FirstEvent: e.Time.UnixMilli(),
			}
		}
		stream.LastEvent = e.Time.UnixMilli()
		stream.LastIngestion = max(stream.LastIngestion, e.Ingested.UnixMilli())
		streams[e.Stream] = stream
	}
	return streams
}

package cloudwatch

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// groupURL, streamURL and eventURL return addresses in the AWS console. The part after "#" is
// escaped twice, with "$" for "%": "/" becomes "$252F". The query after the
// stream is escaped once, "?start=" becoming "$3Fstart$3D". The format is not
// documented; it is what the console shows in the address bar.
func groupURL(region, group string) string {
	return consoleURL(region) + "#logsV2:log-groups/log-group/" + escapeTwice(group)
}

func consoleURL(region string) string {
	_, host := partitionOf(region)
	return fmt.Sprintf("https://%s.%s/cloudwatch/home?region=%s", region, host, region)
}

func streamURL(group, stream string) string {
	return group + "/log-events/" + escapeTwice(stream)
}

func eventURL(stream string, at time.Time, id string) string {
	address := stream + "$3Fstart$3D" + strconv.FormatInt(at.UnixMilli(), 10)
	if id == "" {
		return address
	}
	return address + "$26refEventId$3D" + escapeTwice(id)
}

func escapeTwice(s string) string {
	return strings.ReplaceAll(escape(escape(s)), "%", "$")
}

// escape writes every byte except letters, digits and "-_.~" as %XX, almost like the
// browser's encodeURIComponent. QueryEscape alone writes a space as "+".
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

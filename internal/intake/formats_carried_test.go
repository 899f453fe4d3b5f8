package intake_test

import (
	"encoding/json"
	"testing"
)

// carriers wrap a line the way a log transport does.
var carriers = map[string]func(line string) string{
	"docker":  func(line string) string { return "2026-03-14T12:00:00.123456789Z " + line },
	"CRI":     func(line string) string { return "2026-03-14T12:00:00.123456789Z stderr F " + line },
	"syslog":  func(line string) string { return "Mar 14 12:00:00 ip-10-0-0-1 app[123]: " + line },
	"compose": func(line string) string { return "app-1  | " + line },
	"Heroku":  func(line string) string { return "2026-03-14T12:00:00.123456+00:00 app[web.1]: " + line },
	"Docker json-file": func(line string) string {
		quoted, _ := json.Marshal(line + "\n") // never fails for a string
		return `{"log":` + string(quoted) + `,"stream":"stderr","time":"2026-03-14T12:00:00.123456789Z"}`
	},
}

// TestFormatsCarried reads every format through each carrier. The log must result in the same number of
// issues as without it.
func TestFormatsCarried(t *testing.T) {
	for name, carry := range carriers {
		for _, f := range readFormats(t) {
			if _, broken := f.want["broken"]; broken || f.family == "Transports and wrappers" {
				continue
			}
			records := byLine.records(f.log())
			for i := range records {
				records[i].Text = carry(records[i].Text)
			}
			if groups := groupsOf(records); len(groups) != f.issues() {
				t.Errorf("%s in %s: %d issues, want %d%s", f.name, name, len(groups), f.issues(), titles(groups))
			}
		}
	}
}

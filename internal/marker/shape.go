package marker

import "time"

// Shape is what a team's rules made of an issue when its error last happened.
type Shape struct {
	Labels     []string       `json:"l,omitempty"` // that errmon set, even if people removed them since
	Theirs     []string       `json:"p,omitempty"` // that rules name and people had set already
	Assignees  []string       `json:"a,omitempty"` // that errmon assigned
	Type       string         `json:"t,omitempty"`
	Note       string         `json:"n,omitempty"` // the team's own Markdown
	Rules      []int          `json:"r,omitempty"` // lines of the rules in the settings file
	MinEvents  int            `json:"m,omitempty"` // while it waits; 0 for the setting
	Within     time.Duration  `json:"w,omitempty"` // period of MinEvents; 0 for none
	CloseAfter *time.Duration `json:"c,omitempty"` // nil for the setting
	Silent     bool           `json:"s,omitempty"` // Slack gets no message
}

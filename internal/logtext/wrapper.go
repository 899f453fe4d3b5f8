package logtext

import "strings"

// wrapperKeys are the keys by which what ships a container's output names its
// objects from an application's: Docker's json-file, fluentd, Fluent Bit, Firelens.
var wrapperKeys = map[string]bool{
	"stream": true, "source": true, "container_id": true, "container_name": true, "container": true, "kubernetes": true, "docker": true,
	"log_processed": true, "tag": true, "logtag": true, "ecs_cluster": true, "ecs_task_arn": true, "ecs_task_definition": true, "ec2_instance_id": true,
	"time": true, "date": true, "@timestamp": true, "_t": true,
}

// wrapped is a line that was shipped as a member of a JSON object.
type wrapped struct {
	line      string
	container string
	service   string // by Kubernetes' labels
	partial   bool   // a later record goes on with the line
}

// unwrapObject reads `{"log":"…","stream":"stderr","container_id":"…"}`, or an
// object that has nothing but a log. It reports false for an application's own
// record.
func unwrapObject(s string) (wrapped, bool) {
	if !strings.Contains(s, `"log"`) {
		return wrapped{}, false
	}
	var w wrapped
	found, ours, last := false, true, ""
	_, ok := eachMember(s, func(key, value string) {
		switch {
		case key == "log" && value[0] == '"':
			w.line, found = unquote(value), true
		case key == "kubernetes":
			w.service = labelled(value)
		case key == "container_id":
			w.container = scalar(value)
		case key == "partial_message" || key == "_p":
			w.partial = w.partial || scalar(value) == "true" || value == "true" || scalar(value) == "P"
		case key == "partial_last":
			last = value
		case !wrapperKeys[key] && !strings.HasPrefix(key, "partial_"):
			ours = false
		}
	})
	w.partial = w.partial && !strings.Contains(last, "true")
	return w, ok && found && ours
}

// labelled returns the name that Kubernetes' labels give a pod's program.
func labelled(pod string) string {
	for _, label := range [...]string{`"app.kubernetes.io/name":"`, `"app_kubernetes_io/name":"`, `"app":"`, `"k8s-app":"`} {
		if i := strings.Index(pod, label); i >= 0 {
			name, _, _ := strings.Cut(pod[i+len(label):], `"`)
			return name
		}
	}
	return ""
}

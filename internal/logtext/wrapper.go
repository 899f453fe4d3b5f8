package logtext

import "strings"

// wrapperKeys are the keys by which what ships a container's output tells its
// objects from an application's: Docker's json-file, fluentd, Fluent Bit, Firelens.
var wrapperKeys = map[string]bool{
	"stream": true, "source": true, "container_id": true, "container_name": true, "container": true, "kubernetes": true, "docker": true,
	"log_processed": true, "tag": true, "logtag": true, "ecs_cluster": true, "ecs_task_arn": true, "ecs_task_definition": true, "ec2_instance_id": true, "partial_message": true, "_p": true,
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
	w, found, ours := wrapped{}, false, true
	last := ""
	rest := s[1:]
	for {
		m, after, ok := scanMember(rest)
		if !ok || after == "" || after[0] != ',' && after[0] != '}' {
			return wrapped{}, false
		}
		switch {
		case m.key == "log" && m.value[0] == '"':
			w.line, found = unquote(m.value), true
		case m.key == "kubernetes":
			w.service = labelled(m.value)
		case m.key == "container_id":
			w.container = scalar(m.value)
		case m.key == "partial_message" || m.key == "_p":
			w.partial = w.partial || scalar(m.value) == "true" || m.value == "true" || scalar(m.value) == "P"
		case m.key == "partial_last":
			last = m.value
		case !wrapperKeys[m.key] && !strings.HasPrefix(m.key, "partial_") && m.key != "time" && m.key != "date" && m.key != "@timestamp" && m.key != "_t":
			ours = false
		}
		if after[0] == '}' {
			w.partial = w.partial && !strings.Contains(last, "true")
			return w, found && ours
		}
		rest = after[1:]
	}
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

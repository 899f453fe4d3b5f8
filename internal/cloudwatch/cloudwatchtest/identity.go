package cloudwatchtest

import (
	"fmt"
	"net/http"
	"net/url"
)

// Identity is what STS returns for every request.
const Identity = "arn:aws:sts::" + Account + ":assumed-role/errmon/GitHubActions"

// identity answers GetCallerIdentity, which speaks AWS's query protocol: a form
// in, XML out.
func (s *Server) identity(w http.ResponseWriter, body string) {
	form, err := url.ParseQuery(body)
	w.Header().Set("Content-Type", "text/xml")
	switch {
	case err != nil || form.Get("Action") != "GetCallerIdentity":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, stsError("InvalidAction", "cloudwatchtest does not imitate this"))
	case s.IdentityCode != "":
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, stsError(s.IdentityCode, "The security token included in the request is invalid."))
	default:
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>%s</Arn><UserId>AROAEXAMPLE:GitHubActions</UserId><Account>%s</Account>`+
			`</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`, Identity, Account)
	}
}

func stsError(code, message string) string {
	return fmt.Sprintf(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code>`+
		`<Message>%s</Message></Error><RequestId>1</RequestId></ErrorResponse>`, code, message)
}

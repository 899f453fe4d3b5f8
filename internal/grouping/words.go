package grouping

import "strings"

// wordSet is written as one text, so that a list stays readable.
func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// constants are words of ordinary messages that hold a digit and do not vary:
// "not valid UTF8", "sha256 mismatch".
var constants = wordSet(`utf8 utf16 utf-8 utf-16 base64 sha1 sha-1 sha256 sha-256 md5 http2 h2 s3 ec2 route53 ipv4 ipv6
	oauth2 x509 p12 log4j k8s i18n l10n e2e int32 int64 uint64 float64 python3 neo4j`)

// maxConstant is the length of the longest of constants.
const maxConstant = 8

// units are what a number may be counted in: the unit of a quantity changes
// with its size, "free 900 KB" to "free 1.2 GB", "waited 1 second".
var units = wordSet(`ns us µs ms s sec secs second seconds m min mins minute minutes h hour hours day days
	millis milliseconds byte bytes B KB kB MB GB TB KiB MiB GiB TiB AM PM UTC GMT`)

// currencies go with amounts, "12.50 EUR", or stand for themselves: "no rate
// for GBP".
var currencies = wordSet(`EUR USD GBP CHF JPY CNY INR BRL CAD AUD SEK NOK DKK PLN CZK MXN HUF RON TRY ZAR KRW SGD HKD NZD ILS AED`)

// topLevel are last labels of host names that are no ordinary words, and
// countries those that need a further label in front: "example.co.uk" is a
// host, "run.pl" a program.
var (
	topLevel  = wordSet(`com net org edu gov io dev cloud local internal lan localdomain cluster svc`)
	countries = wordSet(`de uk fr jp cn hk ru br nl eu us ch se au ca kr tw pl mx es it cz dk fi gr hu ie nz pt ro tr ua za ar cl cr`)
)

// roles are words behind which a name stands: "user alice is locked", "topic
// orders lags".
var roles = wordSet(`user host node customer tenant account client table topic queue database bucket service pod container
	namespace index column key named called consumer producer group job task worker bean component module plugin set
	member peer broker channel stream shard partition project repository branch cluster region zone schema role policy
	rule secret configmap volume image domain device interface session resource flag option parameter property field
	attribute method function handler listener endpoint provider event
	signal command broadcast lambda pool deployment instance machine server process thread agent merchant warehouse
	package library driver program script`)

// givers are words behind which a name often stands, in a message that says
// enough else: "authentication of the session failed for alice at gateway".
var givers = wordSet(`for by from`)

// labels are how a name of states ends: "EventType: ORDER_PAID", "state: OPEN".
// Other names in front of a colon say what failed: "dial: ECONNREFUSED".
var labels = []string{"type", "state", "status", "kind", "phase", "mode"}

// fillers are words that say nothing by themselves: "the a store is down" and
// "the b store is down" have two words in common.
var fillers = wordSet(`a an the is are was were be been has have had do does did of to for by with from in on at as and or but
	that this these those it its`)

// grammar are words that carry the meaning of a message and are no values:
// "node is not ready" beside "node has no memory".
var grammar = wordSet(`no not cannot can could may might must shall should will would nor without into onto over under after
	before since until while if than any all some none each every more less too very already still yet never again up
	down out off via per because due during between read write open close start stop begin end opens closes starts
	stops begins ends fail fails failure failures error errors`)

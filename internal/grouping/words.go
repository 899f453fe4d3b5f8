package grouping

import (
	"strings"
)

// wordSet builds a set from one string, which keeps long lists readable.
func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// constants are words of ordinary messages that contain a digit and do not vary:
// "not valid UTF8", "sha256 mismatch".
var constants = wordSet(`utf8 utf16 utf-8 utf-16 base64 sha1 sha-1 sha256 sha-256 md5 http2 h2 s3 ec2 route53 ipv4 ipv6
	oauth2 x509 p12 log4j k8s i18n l10n e2e int32 int64 uint64 float64 python3 neo4j`)

// maxConstant is the length of the longest of constants.
const maxConstant = 8

// units are units of measure. The unit of a quantity changes with its size: "free
// 900 KB", "free 1.2 GB", "waited 1 second".
var units = wordSet(`ns us µs ms s sec secs second seconds m min mins minute minutes h hour hours day days
	week weeks month months year years msec usec millis milliseconds nanoseconds microseconds byte bytes B K M G k KB kB MB GB
	TB KiB MiB GiB TiB Kb Mb Gb bps kbps Mbps Gbps Hz kHz MHz GHz mV V kV mW W kW mA A mAh Wh kWh dB dBm C F °C °F rpm fps
	AM PM am pm UTC GMT`)

var dateNames = wordSet(`Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday
	Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
	January February March April June July August September October November December`)

// currencies go with amounts, "12.50 EUR", or stand for themselves: "no rate
// for GBP".
var currencies = wordSet(`EUR USD GBP CHF JPY CNY INR BRL CAD AUD SEK NOK DKK PLN CZK MXN HUF RON TRY ZAR KRW SGD HKD NZD ILS AED`)

// topLevel are last labels of host names that are not ordinary words, and
// countries those that need another label in front: "example.co.uk" is a host,
// "run.pl" a program. Labels that are words are left out: "user.id" and
// "created.at" are fields.
var (
	topLevel = wordSet(`com net org edu gov mil int arpa info biz io dev cloud local internal intranet corp home lan localdomain
		cluster svc example test invalid`)
	countries = wordSet(`ae ar au be bg br by ca ch cl cn cz de dk ee es eu fi fr gr hk hr hu ie il it jp ke kr kz lt lu lv mx ng nl
		nz pe pk pl pt ro ru se sg si sk th tr tw ua uk us uy uz ve vn za`)
)

// sources are the extensions of source files, which are followed by a line, not a
// port: "app.store.ts:42".
var sources = wordSet(`go py js mjs cjs ts jsx tsx vue rb erb php java kt kts scala groovy clj c h cc cpp cxx hpp m mm swift rs cs fs vb ex exs
	erl hs lua pl pm sh bash sql r dart zig html css json yaml yml toml xml conf cfg ini`)

// ports are assigned to one service each. A message that begins with a name and one
// of these ports is about a host.
var ports = wordSet(`22 25 53 80 110 143 389 443 465 587 636 993 995 1433 1521 2181 2379 3128 3306 3389 4222 5432 5672 6379 6443
	8080 8443 8500 9042 9092 9200 11211 27017`)

// methods of HTTP keep their place in front of a quoted request.
var methods = wordSet(`GET PUT POST HEAD PATCH DELETE OPTIONS`)

// connectors are words that precede an address.
var connectors = wordSet(`to from at via through with on by host server proxy peer upstream backend broker node connect connecting
	connected dial dialing dialling tcp udp http https ssl tls listening resolve address endpoint`)

// roles are words that precede a name: "user alice is locked", "topic
// orders lags".
var roles = wordSet(`user host node customer tenant account client table topic queue database bucket service pod container
	namespace index column key named called consumer producer group job task worker bean component module plugin set
	member peer broker channel stream shard partition project repository branch cluster region zone schema role policy
	rule secret configmap volume image domain device interface session resource flag option parameter property field
	attribute method function handler listener endpoint provider event
	signal command broadcast lambda pool deployment instance machine server process thread agent merchant warehouse
	package library driver program script`)

// givers are words that often precede a name in a message with enough other words:
// "authentication of the session failed for alice at gateway".
var givers = wordSet(`for by from`)

// causes are words that precede the reason of a failure.
var causes = wordSet(`caused cause due because reason failed failure fails fail error errors exception refused rejected aborted denied`)

// labels are endings of names whose values are states: "EventType: ORDER_PAID",
// "state: OPEN". Other names before a colon state what failed: "dial: ECONNREFUSED".
var labels = []string{"type", "state", "status", "kind", "phase", "mode"}

// fillers are words without meaning of their own: "the a store is down" and "the b
// store is down" have two words in common.
var fillers = wordSet(`a an the is are was were be been has have had do does did of to for by with from in on at as and or but
	that this these those it its`)

// states are words that distinguish messages and are never values: "link up" and
// "link down" are two different events.
var states = wordSet(`active inactive enabled disabled enable disable online offline available unavailable connected
	disconnected attached detached mounted unmounted locked unlocked open opened closed running stopped started paused
	suspended resumed idle busy ready unready healthy unhealthy alive dead good bad ok okay valid invalid known unknown
	reachable unreachable responsive unresponsive present absent missing full empty on off true false yes no up down
	success successful successfully unsuccessful succeeded failed passed pending complete completed incomplete done
	normal abnormal high low standby degraded critical warning fatal
	accepted rejected allowed denied granted refused expired revoked joined left added removed created deleted
	acquired released charging discharging plugged unplugged inserted ejected visible hidden
	inbound outbound incoming outgoing sent received local remote public private first last minimum maximum min max`)

// devices are kinds of hardware and resources. They distinguish messages by what
// failed.
var devices = wordSet(`disk drive disc tape fan battery cpu gpu processor core memory ram swap cache keyboard mouse printer
	scanner camera microphone speaker display monitor screen touchscreen trackpad modem router switch adapter
	controller sensor bus port cable psu power supply voltage temperature humidity bandwidth network storage
	filesystem inode socket file directory bluetooth wifi wlan ethernet usb dvd cdrom floppy antenna radio
	thermostat valve pump motor compressor lamp door window`)

// sides are nouns that come in pairs.
var sides = wordSet(`client server source target request response input output upload download primary secondary
	master slave leader follower foreground background sender receiver producer consumer reader writer publisher subscriber`)

// grammar are words that carry the meaning of a message and are never values:
// "node is not ready" beside "node has no memory".
var grammar = wordSet(`no not cannot can could may might must shall should will would nor without into onto over under after
	before since until while if than any all some none each every more less too very already still yet never again up
	down out off via per because due during between read write open close start stop begin end opens closes starts
	stops begins ends fail fails failure failures error errors`)

package groupingtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// madeTemplates are messages as services log them: web, database, queue, JVM,
// Kubernetes, payment, cloud. What stands in braces varies from event to event.
// Several differ from another in one word only and must stay apart.
var madeTemplates = []string{
	// web
	"{method} {path} failed with status {status} after {ms}",
	"upstream {host}:{port} returned {status} for {method} {path}",
	"request {uuid} from {ip} aborted: client closed connection",
	"request {uuid} from {ip} aborted: body larger than {size}",
	"rate limit of {n} requests per minute exceeded by {user}",
	"session {token} of user {user} has expired",
	"session {token} of user {user} was revoked",
	"login failed for user {user} from {ip}",
	"login succeeded for user {user} from {ip}",
	"password reset requested by {email}",
	"TLS handshake with {ip}:{port} failed: certificate has expired",
	"TLS handshake with {ip}:{port} failed: unknown authority",
	"could not render template {file}: missing variable {quoted}",
	"CORS origin {url} is not allowed",
	"websocket {hex} closed with code {n}",
	"cache miss rate at {percent} over last {ms}",
	"feature flag {flag} enabled={bool} for tenant {tenant}",
	"invalid JSON in request body at offset {n}",
	"invalid signature on webhook {id}",
	// database
	"deadlock detected on table {table}: process {n} waits for process {n}",
	"duplicate key value violates unique constraint {quoted}",
	"slow query took {ms}: SELECT on table {table}",
	"slow query took {ms}: UPDATE on table {table}",
	"connection to database {table} at {ip}:{port} lost",
	"connection to database {table} at {ip}:{port} restored",
	"could not obtain lock on relation {quoted}",
	"replication lag of {host} is {ms}",
	"migration {n}_{file} failed",
	"migration {n}_{file} applied in {ms}",
	"transaction {n} rolled back after {n} retries",
	"too many connections: {n} of {n} in use",
	"timeout waiting for connection from pool {pool} (active={n}, idle={n})",
	"checkpoint complete: wrote {n} buffers ({percent})",
	"checkpoint starting: time",
	"checkpoint starting: wal",
	"disk usage of volume {path} at {percent}",
	// queue
	"message {uuid} moved to dead letter queue {topic} after {n} attempts",
	"consumer {user} left group {service}",
	"consumer {user} joined group {service}",
	"offset {n} out of range for partition {topic}-{n}",
	"broker {host}:{port} is unreachable, retrying in {ms}",
	"rebalance of group {service} started",
	"rebalance of group {service} finished in {ms}",
	"publish to topic {topic} timed out after {ms}",
	"lag on topic {topic} is {n} messages",
	"queue {topic} is full ({n} messages)",
	"queue {topic} is empty",
	"ack of delivery {n} failed on channel {n}",
	// jvm
	"GC pause {ms} exceeds target {ms}",
	"Full GC freed {size} in {ms}",
	"heap usage {size} of {size} after collection",
	"bean {bean} could not be created: no constructor found",
	"bean {bean} is defined twice",
	"thread {pool}-thread-{n} is stuck for {ms} on {class}",
	"ThreadPoolExecutor[Running, pool size = {n}, active threads = {n}, queued tasks = {n}] rejected task {class}@{hex}",
	"context initialization took {ms}",
	"property {property} is deprecated, use {property} instead",
	"unable to load class {class}",
	"unable to unload class {class}",
	// kubernetes
	"Back-off restarting failed container {service} in pod {pod}_{tenant}({uuid})",
	"Liveness probe for container {service} failed: HTTP probe failed with statuscode: {status}",
	"Readiness probe for container {service} failed: HTTP probe failed with statuscode: {status}",
	"Successfully assigned {tenant}/{pod} to {node}",
	"Failed to pull image {quoted}: not found",
	"Pulling image {quoted}",
	"node {node} has disk pressure",
	"node {node} has memory pressure",
	"node {node} is not ready",
	"evicting pod {pod} from node {node}",
	"OOMKilled: container {service} exceeded memory limit of {size}",
	"Scaled up replica set {service} to {n}",
	"Scaled down replica set {service} to {n}",
	"leader election lost by {pod}",
	"volume {uuid} is already attached to node {node}",
	"secret {quoted} not found in namespace {tenant}",
	"configmap {quoted} not found in namespace {tenant}",
	// payment
	"payment {id} over {amount} {currency} declined: insufficient funds",
	"payment {id} over {amount} {currency} declined: card expired",
	"payment {id} over {amount} {currency} authorised",
	"refund {id} of order {id} failed: {quoted}",
	"charge on card ending {n} rejected by {bank}",
	"invoice {id} for {email} is overdue by {n} days",
	"payout of {amount} {currency} to account {iban} scheduled",
	"payout of {amount} {currency} to account {iban} bounced",
	"exchange rate for {currency} is older than {ms}",
	"fraud score {n} for order {id} above threshold {n}",
	"reconciliation of {date} found {n} differences",
	"settlement file {path} could not be parsed: line {n}",
	// cloud and jobs
	"role {arn} is not authorised to call {action}",
	"object s3://{topic}/{hexpath} is missing",
	"lambda {service} ran out of memory: {size} of {size} used",
	"cannot resolve host {host}: no such host",
	"connect to {ip}:{port} refused",
	"connect to {ip}:{port} timed out",
	"job {job} started by {user}",
	"job {job} finished in {ms}",
	"job {job} failed after {ms}: {quoted}",
	"job {job} skipped: previous run still active",
	"deployment of {service} version {version} to {region} succeeded",
	"deployment of {service} version {version} to {region} failed",
	"health check of {service} in {region} failed {n} times in a row",
	"certificate for {host} expires at {timestamp}",
	"upload of {path} stalled at {percent}",
	"unexpected response {json} from partner api",
	"dropping metrics: buffer full",
	"dropping traces: buffer full",
	"shutting down",
	"starting up",
	"configuration reloaded",
	"license check failed",
	"mail to {email} bounced: mailbox full",
	"mail to {email} bounced: unknown recipient",
	"sms to {phone} could not be delivered",
	"import of {n} rows from {path} finished with {n} errors",
	"row {n}: column {quoted} must not be empty",
	"row {n}: column {quoted} is not a number",
	"clock skew of {ms} against {host}",
	"device {mac} offline since {timestamp}",
}

func pick(r *rand.Rand, words string) string {
	all := strings.Fields(words)
	return all[r.IntN(len(all))]
}

func digits(r *rand.Rand, from, to int) string { return fmt.Sprint(from + r.IntN(to-from)) }

func chars(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func hexOf(r *rand.Rand, n int) string { return chars(r, "0123456789abcdef", n) }

// choices are the kinds of which some values are as good as any.
var choices = map[string]string{
	"user":     "alice bob carol dave eve mallory trent peggy victor walter jsmith mmueller deploy-bot service.account",
	"host":     "db-1.prod.internal cache.eu-west-1.example.com api.example.com queue.svc.cluster.local ip-10-0-3-7.ec2.internal mx.example.co.uk",
	"status":   "400 404 429 500 502 503",
	"bool":     "true false",
	"flag":     "new_checkout dark_mode fast_search beta_invoices",
	"tenant":   "acme globex initech umbrella default staging",
	"table":    "orders customers invoices shipments audit_log",
	"pool":     "main-pool batch-pool report-pool HikariPool-1",
	"topic":    "orders payments emails user-events audit.log stock_levels",
	"service":  "checkout billing search-api mailer inventory gateway",
	"bean":     "orderService paymentGateway userRepository mailSender",
	"class":    "com.example.shop.OrderTask com.example.billing.InvoiceJob org.acme.Scheduler$Worker",
	"property": "server.max-threads spring.datasource.url app.cache.ttl",
	"file":     "create_orders.sql add_index.sql mail.html invoice.tmpl",
	"currency": "EUR USD GBP",
	"bank":     "issuer acquirer scheme",
	"action":   "s3:GetObject sqs:SendMessage kms:Decrypt",
	"job":      "nightly-report cleanup sync_customers 4711",
	"region":   "eu-central-1 us-east-1 ap-south-2",
}

// madeValue invents a value of the kind that stands in braces.
func madeValue(r *rand.Rand, kind string) string {
	if choice, ok := choices[kind]; ok {
		return pick(r, choice)
	}
	switch kind {
	case "n":
		return digits(r, 0, 100_000)
	case "id":
		return pick(r, "ord_ pay_ ch_ RF- inv") + chars(r, "0123456789ABCDEFGHJKMNPQ", 3) + digits(r, 100, 99999)
	case "uuid":
		return hexOf(r, 8) + "-" + hexOf(r, 4) + "-" + hexOf(r, 4) + "-" + hexOf(r, 4) + "-" + hexOf(r, 12)
	case "hex":
		return hexOf(r, 8)
	case "hexpath":
		return hexOf(r, 6) + "/" + digits(r, 1, 99) + "/" + hexOf(r, 10) + ".parquet"
	case "token":
		return chars(r, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32)
	case "email":
		return pick(r, "alice bob jane.doe john+news") + "@" + pick(r, "example.com mail.example.org shop.example.co.uk")
	case "ip":
		return fmt.Sprintf("%d.%d.%d.%d", 1+r.IntN(250), r.IntN(255), r.IntN(255), r.IntN(255))
	case "port":
		return digits(r, 80, 65000)
	case "path":
		return pick(r, "/var/lib/app/ /v1/orders/ /api/v2/users/ /data/in/") + pick(r, "index items report daily") + pick(r, " .csv .json /details")
	case "url":
		return "https://" + madeValue(r, "host") + "/" + pick(r, "a b c") + "?q=" + digits(r, 1, 99)
	case "method":
		return "GET"
	case "ms":
		return digits(r, 1, 900) + pick(r, "ms s m") + ""
	case "size":
		return digits(r, 1, 900) + pick(r, "KB MB GiB")
	case "percent":
		return digits(r, 1, 100) + "%"
	case "quoted":
		return `"` + pick(r, "orders users_email_key nginx:1.27 tls-cert amount customer_id") + `"`
	case "pod":
		return pick(r, "checkout billing search-api") + "-" + chars(r, "bcdf0123456789", 9) + "-" + chars(r, "bcdfghjklmnpqrstvwxz", 5)
	case "node":
		return "ip-10-0-" + digits(r, 0, 255) + "-" + digits(r, 0, 255)
	case "amount":
		return digits(r, 1, 900) + "." + digits(r, 10, 99)
	case "iban":
		return "DE" + digits(r, 10, 99) + chars(r, "0123456789", 18)
	case "date":
		return fmt.Sprintf("2026-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))
	case "timestamp":
		return madeValue(r, "date") + pick(r, "T :") + fmt.Sprintf("%02d:%02d:%02d", r.IntN(24), r.IntN(60), r.IntN(60)) + pick(r, "Z .123Z +02:00")
	case "arn":
		return "arn:aws:iam::" + digits(r, 100_000_000, 999_999_999) + ":role/" + pick(r, "app deploy reader")
	case "version":
		return "v" + digits(r, 1, 9) + "." + digits(r, 0, 20) + "." + digits(r, 0, 9) + pick(r, "-rc1 +build5 -beta")
	case "json":
		return fmt.Sprintf(`{"code":%d,"detail":"%s"}`, r.IntN(99), pick(r, "gone busy limit"))
	case "phone":
		return "+49" + digits(r, 100_000_000, 999_999_999)
	case "mac":
		return strings.Join([]string{hexOf(r, 2), hexOf(r, 2), hexOf(r, 2), hexOf(r, 2), hexOf(r, 2), hexOf(r, 2)}, ":")
	}
	panic("no such kind: " + kind)
}

// madeLine fills a template.
func madeLine(r *rand.Rand, template string) string {
	var b strings.Builder
	for {
		text, rest, found := strings.Cut(template, "{")
		b.WriteString(text)
		if !found {
			return b.String()
		}
		kind, behind, _ := strings.Cut(rest, "}")
		b.WriteString(madeValue(r, kind))
		template = behind
	}
}

// Made returns n lines and the template of each. Some templates are frequent
// and many are rare, as in any log. The same seed makes the same lines.
func Made(seed uint64, n int) Log {
	r := rand.New(rand.NewPCG(seed, 1))
	log := Log{Name: "made"}
	for range n {
		i := int(r.ExpFloat64() * float64(len(madeTemplates)) / 4)
		template := madeTemplates[i*37%len(madeTemplates)]
		log.Lines = append(log.Lines, madeLine(r, template))
		log.Truth = append(log.Truth, template)
	}
	return log
}

// Package cloudwatch reads log events from CloudWatch Logs.
//
// Everything specific to the service is here: the names of log groups (Spec), the three ways to read one
// (Group.Read), what they look for (DefaultFilterPattern, InsightsPattern), the rate of requests (Config), an
// event's address in the console (Record.URL), and what refusals mean for the user (every error names the
// input to fix). Credentials, endpoint and proxy come from the SDK's standard chain, so
// AWS_ENDPOINT_URL_CLOUDWATCH_LOGS redirects all requests. AWS_RETRY_MODE and AWS_MAX_ATTEMPTS are not
// honoured.
//
// All readers return the same time, stream and text for an event, so the next run may read a group with
// another reader, and every event that both find keeps its minute. Ids differ between the two APIs. Within a
// run a repeated id is dropped, and a run that switches readers has emitted nothing from the first one.
// Events of one stream and millisecond keep the order of the response, which only FilterLogEvents documents.
//
// A group named exactly needs the permission logs:FilterLogEvents, and logs:GetLogEvents for the lines around
// an error (Group.Window); a prefix needs logs:DescribeLogGroups as well, and Logs Insights logs:StartQuery,
// logs:GetQueryResults and logs:StopQuery.
//
// It may import clock, event, finding and source.
package cloudwatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/source"
)

// Config configures reading. The rate and the clock are required.
type Config struct {
	Region         string  // for credentials that need a region (STS); may be empty if environment or profile name one
	FilterPattern  string  // CloudWatch's filter pattern syntax, at most 1,024 characters; empty matches every event
	AllPages       int     // windows of up to this many pages (1 MB or 10,000 events each) are read whole; 0 always filters
	Reader         string  // Auto, All, Filter or Insights; empty is Auto
	InsightsBudget float64 // GB that Logs Insights may scan; 0 never queries it
	// RequestsPerSecond is the rate in each region, over all groups, requests and retries; more than 0.
	RequestsPerSecond float64
	Clock             clock.Clock  // for pacing, retries and Group.Read's result
	Progress          func(string) // receives a line without its newline during a long read; may be nil; called by one goroutine at a time
}

// The readers, from which Config.Reader chooses.
const (
	Auto     = "auto"     // All if a window is small, Insights where Filter cannot read or takes too long, else Filter
	All      = "all"      // every event, by FilterLogEvents
	Filter   = "filter"   // events that the filter pattern matches, by FilterLogEvents
	Insights = "insights" // events that InsightsPattern matches, by Logs Insights, which charges for each byte scanned
)

// Client reads the log groups of any number of regions with one set of credentials, one group after another.
type Client struct {
	cfg     Config
	base    aws.Config
	queries chan struct{} // holds one for each running Logs Insights query

	mu       sync.Mutex // guards the fields below
	regions  map[string]*cloudwatchlogs.Client
	requests map[string]int
	kept     int     // bytes that groups hold for Group.Window
	scanned  float64 // bytes, by Logs Insights

	printing sync.Mutex // held while Config.Progress is called
	batching sync.Mutex // guards alone, and batch of each group
	alone    bool       // query each group by itself
}

// New returns a client. It reads the environment and the AWS configuration files and sends no request.
func New(ctx context.Context, cfg Config) (*Client, error) {
	cfg.Reader = cmp.Or(cfg.Reader, Auto)
	base, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(cfg.Region), config.WithDefaultRegion("us-east-1"), // where STS answers for all regions
		// A page is at most about 1 MB. Without a limit a stalled connection would hold the run.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(time.Minute)),
		config.WithLogger(logging.Nop{}), // the SDK's messages on standard error would mix with ours
	)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration (environment and ~/.aws): %w", err)
	}
	return &Client{
		cfg: cfg, base: base, queries: make(chan struct{}, maxQueries),
		regions: map[string]*cloudwatchlogs.Client{}, requests: map[string]int{},
	}, nil
}

// Integrate connects the log groups that the entries of log-groups name. Its errors are mistakes in the
// settings; it makes no request. lookback is how old the newest event may be before the check warns.
func Integrate(ctx context.Context, c Config, entries []string, lookback time.Duration) (source.Integration, error) {
	specs, err := ParseSpecs(entries, c.Region)
	if err != nil {
		return source.Integration{}, err
	}
	client, err := New(ctx, c)
	if err != nil {
		return source.Integration{}, err
	}
	open := func(ctx context.Context) (sources []source.Source, err error) {
		groups, err := client.Groups(ctx, specs)
		for _, g := range groups {
			sources = append(sources, g)
		}
		return sources, err
	}
	check := func(ctx context.Context) []finding.Finding { return client.Check(ctx, specs, lookback) }
	return source.Integration{Name: "CloudWatch", Open: open, Check: check, Requests: client.Requests, Costs: client.Costs}, nil
}

// Requests returns the number of requests sent so far by kind, such as "FilterLogEvents", retries included.
func (c *Client) Requests() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.requests)
}

// region returns the SDK's client for one region, whose requests share the region's quota.
func (c *Client) region(name string) *cloudwatchlogs.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.regions[name] == nil {
		c.regions[name] = cloudwatchlogs.NewFromConfig(c.base, func(o *cloudwatchlogs.Options) {
			o.Region = name
			o.APIOptions = append(o.APIOptions, c.pace())
		})
	}
	return c.regions[name]
}

// checkCredentials looks for credentials before the first request, so that missing ones are reported once.
// The slowest step, the metadata service of EC2, does not answer elsewhere; the SDK gives up on it after 5 s.
func (c *Client) checkCredentials(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := c.base.Credentials.Retrieve(ctx); err != nil {
		return mend("no usable AWS credentials", "run aws-actions/configure-aws-credentials in a step before "+
			"(its job needs the permission id-token: write), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", err)
	}
	return nil
}

// attempts at a request that is throttled or fails. The waits between them add up to about a minute, since
// another reader of the account may use up the quota they share.
const attempts = 8

// pace adds a step before every attempt at a request, retries included: it waits until the region's rate
// allows one more, and counts it. It comes before signing, so that the signature is as young as the request.
func (c *Client) pace() func(*middleware.Stack) error {
	limiter := rate.NewLimiter(rate.Limit(c.cfg.RequestsPerSecond), 1)
	turn := make(chan struct{}, 1) // full while a request waits; the others queue
	step := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		out middleware.FinalizeOutput, metadata middleware.Metadata, err error,
	) {
		turn <- struct{}{}
		now := c.cfg.Clock.Now()
		err = c.cfg.Clock.Sleep(ctx, limiter.ReserveN(now, 1).DelayFrom(now))
		<-turn
		if err != nil {
			return out, metadata, &aws.RequestCanceledError{Err: err}
		}
		c.mu.Lock()
		c.requests[awsmiddleware.GetOperationName(ctx)]++
		c.mu.Unlock()
		return next.HandleFinalize(ctx, in)
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("errmonPace", step), "Retry", middleware.After)
	}
}

// retrying makes a call's retries wait on the client's clock: the backoff sleeps itself, then asks the SDK
// for no delay. It ends with the call's context.
func (c *Client) retrying(ctx context.Context) func(*cloudwatchlogs.Options) {
	jitter := retry.NewExponentialJitterBackoff(retry.DefaultMaxBackoff)
	backoff := func(attempt int, cause error) (time.Duration, error) {
		response, answered := errors.AsType[*awshttp.ResponseError](cause)
		if attempt >= 3 && (!answered || response.HTTPStatusCode() == 0) {
			return 0, cause // no answer at all is rarely a blip, and usually a wrong host or no network
		}
		delay, err := jitter.BackoffDelay(attempt, cause)
		if err != nil {
			return 0, err
		}
		return 0, c.cfg.Clock.Sleep(ctx, delay)
	}
	truncated := func(err error) aws.Ternary { // a good answer, which the SDK would not ask for again
		_, broken := errors.AsType[*smithy.DeserializationError](err)
		return aws.BoolTernary(broken)
	}
	return func(o *cloudwatchlogs.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
			r.MaxAttempts = attempts
			r.Backoff = retry.BackoffDelayerFunc(backoff)
			r.Retryables = append(r.Retryables, retry.IsErrorRetryableFunc(truncated))
		})
	}
}

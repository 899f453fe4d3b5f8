// Package cloudwatch reads log events from CloudWatch Logs.
//
// Everything specific to the service is here: the names of log groups (Spec), the three ways to read a group
// (Group.Read), the patterns that find errors (DefaultFilterPattern, InsightsPattern), the rate of requests
// (Config), an event's address in the console (Record.URL), and errors that name the input to fix.
// Credentials, endpoint and proxy come from the SDK's standard chain, so AWS_ENDPOINT_URL_CLOUDWATCH_LOGS
// redirects all requests to CloudWatch Logs. AWS_RETRY_MODE and AWS_MAX_ATTEMPTS do not change the retries.
//
// All readers return the same time, stream and text for an event, so that the next run may use another reader
// and still count the event in the same minute. Event ids differ between the two APIs, but they only serve to
// drop repeats within a run, and a run that switches readers has not emitted anything yet. Events of the same
// stream and millisecond keep the order of the response; only FilterLogEvents documents that order.
//
// Reading a group by its exact name requires the permission logs:FilterLogEvents, and logs:GetLogEvents for
// the lines around an error (Group.Window). A prefix also requires logs:DescribeLogGroups, and Logs Insights
// requires logs:StartQuery, logs:GetQueryResults and logs:StopQuery.
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
	Region         string  // for STS and for groups not given as ARNs; if empty, STS uses the environment's or profile's
	FilterPattern  string  // in CloudWatch's syntax, at most 1,024 characters; empty matches every event
	AllPages       int     // windows of up to this many pages (1 MB or 10,000 events each) are read unfiltered; 0 always filters
	Reader         string  // Auto, All, Filter or Insights; empty is Auto
	InsightsBudget float64 // GB that Logs Insights may scan in a run; 0 disables it
	// RequestsPerSecond limits requests to each region, retries included, over all groups; more than 0.
	RequestsPerSecond float64
	Clock             clock.Clock  // for pacing, waiting between retries and Group.Read's result
	Progress          func(string) // receives a long read's progress, a line without newline; never called concurrently; may be nil
}

// The values of Config.Reader.
const (
	Auto     = "auto"     // All for a small window; Insights if Filter cannot read a group or takes too long; else Filter
	All      = "all"      // every event, by FilterLogEvents
	Filter   = "filter"   // events that Config.FilterPattern matches, by FilterLogEvents
	Insights = "insights" // events that InsightsPattern matches, by Logs Insights, which charges for each byte scanned
)

// Client reads the log groups of any number of regions with one set of credentials.
type Client struct {
	cfg     Config
	base    aws.Config
	queries chan struct{} // semaphore of running Logs Insights queries

	mu       sync.Mutex // guards the fields below
	regions  map[string]*cloudwatchlogs.Client
	requests map[string]int
	kept     int     // bytes of text that groups keep for Group.Window
	scanned  float64 // bytes that Logs Insights scanned

	printing sync.Mutex // held while Config.Progress is called
	batching sync.Mutex // guards alone and each Group's batch
	alone    bool       // query one group at a time
}

// New returns a client. It reads the environment and the AWS configuration files and sends no request.
func New(ctx context.Context, cfg Config) (*Client, error) {
	cfg.Reader = cmp.Or(cfg.Reader, Auto)
	base, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(cfg.Region), config.WithDefaultRegion("us-east-1"), // STS answers there for all regions
		// A page is at most about 1 MB. Without a timeout a stalled connection would block the run.
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

// Integrate returns the integration for the entries of log-groups. It makes no request; an error means a
// mistake in the settings. The check warns about a group whose newest event is older than lookback.
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

// region returns the SDK's client for a region. All requests to a region share one rate limit.
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

// checkCredentials looks for credentials before the first request, so that missing ones are reported only
// once. Its slowest step is EC2's metadata service, on which the SDK gives up after 5 s outside EC2.
func (c *Client) checkCredentials(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := c.base.Credentials.Retrieve(ctx); err != nil {
		return mend("no usable AWS credentials", "run aws-actions/configure-aws-credentials in an earlier step "+
			"(its job needs the permission id-token: write), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", err)
	}
	return nil
}

// attempts is the maximum number of times that a throttled or failed request is sent. The waits between
// attempts add up to 60 to 90 s, long enough to outlast another reader that uses up the account's quota.
const attempts = 8

// pace returns an option that, before every attempt at a request, waits for the region's rate limit and
// counts the attempt. It runs before signing, so that the wait does not age the signature.
func (c *Client) pace() func(*middleware.Stack) error {
	limiter := rate.NewLimiter(rate.Limit(c.cfg.RequestsPerSecond), 1)
	turn := make(chan struct{}, 1) // a mutex: one request waits for the rate limit, the others for their turn
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

// retrying makes a call's retries wait on the client's clock, until ctx ends: the backoff function itself
// sleeps, then returns a delay of 0 to the SDK.
func (c *Client) retrying(ctx context.Context) func(*cloudwatchlogs.Options) {
	jitter := retry.NewExponentialJitterBackoff(retry.DefaultMaxBackoff)
	backoff := func(attempt int, cause error) (time.Duration, error) {
		response, answered := errors.AsType[*awshttp.ResponseError](cause)
		if attempt >= 3 && (!answered || response.HTTPStatusCode() == 0) {
			return 0, cause // no answer at all three times: probably a wrong host or no network
		}
		delay, err := jitter.BackoffDelay(attempt, cause)
		if err != nil {
			return 0, err
		}
		return 0, c.cfg.Clock.Sleep(ctx, delay)
	}
	truncated := func(err error) aws.Ternary { // the SDK does not retry a success that it cannot parse
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

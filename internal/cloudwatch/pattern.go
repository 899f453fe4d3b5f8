package cloudwatch

// MaxFilterPattern is the most characters that CloudWatch takes in a filter
// pattern (the service's model: FilterPattern).
const MaxFilterPattern = 1024

// DefaultFilterPattern finds the errors of the common loggers and runtimes.
const DefaultFilterPattern = `?ERROR ?Error ?Exception`

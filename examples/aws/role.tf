# A role that lets errmon's workflow, and nothing else, read the log groups named.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "subjects" {
  description = "The workflow's subject, such as repo:acme/shop:ref:refs/heads/main; see the README beside this file"
  type        = list(string)
}

variable "log_groups" {
  description = "Names of log groups"
  type        = list(string)
}

variable "insights" {
  description = "true where insights-budget is set: Logs Insights costs money"
  type        = bool
  default     = false
}

variable "create_provider" {
  description = "false where the account has the provider token.actions.githubusercontent.com already"
  type        = bool
  default     = true
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  logs = "arn:${data.aws_partition.current.partition}:logs:*:${data.aws_caller_identity.current.account_id}:log-group"
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.create_provider ? 1 : 0
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "errmon" {
  name                 = "errmon-read"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = var.subjects
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "read_logs" {
  name = "read-logs"
  role = aws_iam_role.errmon.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "ReadTheLogGroups"
        Effect   = "Allow"
        Action   = ["logs:FilterLogEvents", "logs:GetLogEvents"]
        Resource = [for name in var.log_groups : "${local.logs}:${name}:*"]
      },
      {
        Sid      = "FindGroupsByPrefix"
        Effect   = "Allow"
        Action   = ["logs:DescribeLogGroups"]
        Resource = ["*"]
      },
    ], var.insights ? [
      {
        Sid      = "StartQueriesOfLogsInsights"
        Effect   = "Allow"
        Action   = ["logs:StartQuery"]
        Resource = [for name in var.log_groups : "${local.logs}:${name}:*"]
      },
      {
        Sid      = "ReadAndStopQueries"
        Effect   = "Allow"
        Action   = ["logs:GetQueryResults", "logs:StopQuery"]
        Resource = ["*"]
      },
    ] : [])
  })
}

output "role" {
  description = "The value of the variable ERRMON_AWS_ROLE"
  value       = aws_iam_role.errmon.arn
}

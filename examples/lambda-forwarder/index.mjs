// Posts an error to Slack, and sends it to errmon: through the relay, or directly to GitHub.
// In a catch: await forward(error, { service: "checkout", id: context.awsRequestId })

const env = process.env;

const post = async (url, body, token) => {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`);
};

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const forward = async (error, { service, id, environment, release }) => {
  // One id for one failure: sent twice, it counts once.
  const payload = { id, text: String(error), stack: String(error.stack ?? "").slice(0, 20_000), level: "error", source: "lambda", service, environment, release };
  const sent = [];
  if (env.SLACK_WEBHOOK_URL)
    sent.push(post(env.SLACK_WEBHOOK_URL, { text: `:rotating_light: *ERROR* in ${service}:\n\`\`\`${escape(String(error))}\`\`\`` }));
  if (env.ERRMON_RELAY_URL) sent.push(post(`${env.ERRMON_RELAY_URL}/webhook/slack`, payload, env.ERRMON_RELAY_TOKEN));
  else if (env.GITHUB_TOKEN) {
    const api = env.GITHUB_API_URL ?? "https://api.github.com";
    sent.push(post(`${api}/repos/${env.GITHUB_REPOSITORY}/dispatches`, { event_type: "errmon", client_payload: payload }, env.GITHUB_TOKEN));
  }
  // An alert that fails must not fail the function a second time.
  for (const result of await Promise.allSettled(sent)) if (result.status === "rejected") console.warn(`errmon: ${result.reason.message}`);
};

// As a function of its own, which others invoke with { name, message, stack, service, id }.
export const handler = async ({ name = "Error", message, stack, ...about }, context) =>
  forward(Object.assign(new Error(message), { name, stack }), { id: context?.awsRequestId, ...about });

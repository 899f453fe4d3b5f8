'use strict';
// Drives the checkout service with made-up requests and logs as a service on pino does. The seed decides which failures
// happen; seed and start decide how often, in which order, and with which ids.

const fs = require('node:fs');
const { parseArgs } = require('node:util');
const pino = require('pino');
const { random } = require('./random');
const routes = require('./routes');

const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    lines: { type: 'string', default: '150' },
    start: { type: 'string', default: '2026-11-22T10:00:00Z' },
    truth: { type: 'string' },
  },
});

const rnd = random(`${args.seed} ${args.start}`);
let now = Date.parse(args.start);
let printed = 0;

const sink = {
  write(line) {
    printed++;
    fs.writeSync(1, line);
  },
};

const root = pino(
  {
    base: { pid: 17, hostname: `ip-10-0-${rnd.int(1, 9)}-${rnd.int(10, 250)}.eu-central-1.compute.internal`, service: 'checkout' },
    timestamp: () => `,"time":${now}`,
  },
  sink,
);

function healthy(log) {
  const noise = rnd.int(1, 12);
  if (noise === 1) log.info({ errors: 0, checked: rnd.int(20, 400) }, 'reconciliation finished: 0 errors');
  else if (noise === 2) log.info({ error: null, sku: rnd.sku() }, 'stock lookup done');
  else if (noise === 3) log.warn({ durationMs: rnd.int(900, 4000) }, 'slow query on carts');
  else log.info({ method: 'POST', path: `/carts/${rnd.id()}/checkout`, status: 200, responseTime: rnd.int(3, 180) }, 'request completed');
}

async function retried(log) {
  try {
    JSON.parse('');
  } catch (err) {
    log.warn({ err, attempt: 1 }, 'tax service answered nothing, trying again');
  }
}

function child() {
  now += rnd.int(20, 900);
  return root.child({ reqId: `req-${rnd.hex(8)}` });
}

async function main() {
  const draw = random(args.seed);
  const chosen = draw.shuffle(Object.entries(routes)).slice(0, draw.int(5, 8));
  const todo = [];
  const lines = Number(args.lines);
  const most = Math.max(2, Math.floor(lines / 40));
  const truth = [];
  for (const [name, fail] of chosen) {
    const count = rnd.int(1, 3) === 1 ? 1 : rnd.int(2, most);
    truth.push({ failure: `node/${name}`, count });
    for (let i = 0; i < count; i++) todo.push(fail);
  }
  await retried(child());
  const order = rnd.shuffle(todo);
  for (const [i, fail] of order.entries()) {
    for (let gap = rnd.int(0, 3); gap > 0 || printed < (lines * i) / order.length; gap--) healthy(child());
    await fail(child(), rnd);
  }
  while (printed < lines) healthy(child());
  if (args.truth) fs.writeFileSync(args.truth, truth.map((row) => JSON.stringify(row) + '\n').join(''));
}

main();

// Prints one failure of Node, chosen by name. See ../generate.sh.
const net = require('node:net')
const fs = require('node:fs')

class PaymentError extends Error {
  constructor(message, options) {
    super(message, options)
    this.name = 'PaymentError'
    this.code = 'DECLINED'
  }
}

class Cart {
  constructor(items) {
    if (!items) throw new RangeError('a cart needs items')
    this.items = items
  }

  total() {
    return this.items.map((item) => item.price.amount).reduce((a, b) => a + b)
  }

  async pay(card) {
    try {
      await charge(card)
    } catch (err) {
      throw new PaymentError('payment failed', { cause: err })
    }
  }
}

async function charge(card) {
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error(`card ${card} was declined`)
}

function connect() {
  return new Promise((resolve, reject) => {
    net.connect({ port: 1, host: '127.0.0.1' }).on('error', reject)
  })
}

const failures = {
  uncaught: () => new Cart([{}]).total(),
  constructor: () => new Cart(),
  cause: () => new Cart([]).pay('4111').catch((err) => console.error(err)),
  logged: () => new Cart([]).pay('4111').catch((err) => console.error('checkout failed:', err)),
  aggregate: () => Promise.any([charge('1'), charge('2')]).catch((err) => console.error(err)),
  refused: () => connect().catch((err) => console.error(err)),
  rejection: () => charge('4111'),
  rejected_value: () => { Promise.reject('no stock') },
  string: () => { throw 'no stock' },
  argument: () => fs.readFileSync(42),
  missing_file: () => fs.readFileSync('/app/missing.json'),
  json: () => JSON.parse('{"price": }'),
  multiline: () => console.error(new Error('invalid order:\n  - no items\nno address').stack),
  eval: () => eval('new Cart([{}]).total()'),
  syntax: () => require('./broken.js'),
  module: () => require('no-such-module'),
  promise_all: () => Promise.all([charge('1')]).catch((err) => console.error(err.stack)),
  alias: () => { const basket = { sum: Cart.prototype.total }; basket.items = [{}]; basket.sum() },
  unheard: () => { for (let i = 0; i < 2; i++) net.createServer().listen(8123, '127.0.0.1') },
}
failures[process.argv[2]]()

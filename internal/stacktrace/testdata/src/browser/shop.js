// Prints one failure of a browser's engine, chosen by name. See ../generate.sh.
class PaymentError extends Error {
  constructor(message) {
    super(message);
    this.name = 'PaymentError';
  }
}

class Cart {
  constructor(items) { this.items = items; }
  total() { return this.items.map((item) => item.price.amount).reduce((a, b) => a + b); }
  get first() { return this.items[0].price.amount; }
  pay(card) {
    try { charge(card); } catch (err) { throw new PaymentError('payment failed: ' + err.message); }
  }
  static open(currency) { throw new RangeError('no such currency: ' + currency); }
}

function charge(card) { throw new Error('card ' + card + ' was declined'); }

const checkout = {
  submit: function () { return new Cart([{}]).total(); },
  later: async () => { await null; charge('4111'); },
};

const failures = {
  uncaught: () => new Cart([{}]).total(),
  getter: () => new Cart([{}]).first,
  rethrown: () => new Cart([]).pay('4111'),
  static_call: () => Cart.open('DEM'),
  method: () => checkout.submit(),
  undefined_name: () => noSuchFunction(1),
  constructor: () => new (class Till { constructor() { Cart.open('LIT'); } })(),
  evaluated: () => eval('new Cart([{}]).total()'),
  sorted: () => [2, 1].sort((a, b) => charge(a + b)),
  multiline: () => { throw new Error('invalid order:\n  - no items\nno address'); },
  json: () => JSON.parse('{"price": }'),
};

// What a page's window.onerror handler sends to its server: name, message and stack.
function report(err) {
  const head = `${err.name}: ${err.message}`;
  const stack = String(err.stack);
  print(stack.startsWith(head) ? stack : head + '\n' + stack);
}

function run(name) {
  if (name === 'later') { checkout.later().catch(report); return; }
  try { failures[name](); } catch (err) { report(err); }
}

'use strict';
// The failures the driver draws from: each sends the service a request that it cannot take and logs the outcome as the
// service would, most of them through one handler that says no more than "request failed".

const cart = require('./cart');
const orders = require('./orders');
const payments = require('./payments');

const handle = (request) => async (log, rnd) => {
  try {
    await request(rnd, log);
  } catch (err) {
    log.error({ err, userId: rnd.user() }, 'request failed');
  }
};

module.exports = {
  'cart without items': handle((rnd) => cart.total({ id: rnd.id() })),
  'address without country': handle((rnd) => cart.ship({ id: rnd.id(), address: { city: 'Basel', country: null } })),
  'unknown coupon': handle((rnd) => cart.redeem({ id: rnd.id() }, `SAVE${rnd.int(10, 99)}`)),
  'quantity out of bounds': handle((rnd) => cart.add({ id: rnd.id() }, rnd.sku(), -rnd.int(1, 9))),
  'category tree with a cycle': handle(() => cart.depth(cart.cycle())),
  'delivery slot that is no date': handle((rnd) => orders.schedule({ id: rnd.id(), slot: `tomorrow ${rnd.int(8, 18)}h` })),
  'receipt template missing': handle((rnd) => orders.receipt({ id: rnd.id(), locale: rnd.pick(['fr_CH', 'it_CH', 'rm_CH']) })),
  'truncated barcode': handle((rnd) => orders.barcode(Buffer.alloc(rnd.int(4, 7)))),
  'ledger out of balance': handle((rnd) => orders.balance(rnd.int(100, 900), rnd.int(1000, 1900))),
  'webhook body is HTML': handle((rnd) => payments.webhook(`<html>502 Bad Gateway ${rnd.hex(6)}</html>`)),
  'payment gateway down': handle((rnd) => payments.authorize({ id: rnd.id() }, rnd.host())),
  'every fraud check refused': handle((rnd) => payments.screen({ id: rnd.id(), hosts: [rnd.host(), rnd.host()] })),

  'stock cache down': async (log, rnd) => {
    await new Promise((done) => {
      payments.connect(rnd.host(), 6379).catch((err) => done(log.error(err, 'stock cache unreachable')));
    });
  },
  'uncaught in a timer': async (log, rnd) => {
    await new Promise((done) => {
      process.once('uncaughtException', (err) => done(log.fatal(err, 'uncaught exception')));
      orders.expireLater({ id: rnd.id() });
    });
  },
  'payment declined': async (log, rnd) => {
    log.error(`payment of order ${rnd.id()} declined: insufficient funds, ${rnd.int(10, 900)}.${rnd.int(10, 99)} CHF`);
  },
  'reservation expired': async (log, rnd) => {
    log.error({ sku: rnd.sku() }, `stock reservation ${rnd.hex(12)} expired after ${rnd.int(600, 1200)} s and was not released`);
  },
};

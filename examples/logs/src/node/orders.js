'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs/promises');
const path = require('node:path');

async function schedule(order) {
  return { id: order.id, slot: await toISO(order.slot) };
}

async function toISO(slot) {
  return new Date(slot).toISOString();
}

async function receipt(order) {
  const template = await load(`receipt-${order.locale}.html`);
  return template.replace('{{id}}', order.id);
}

async function load(name) {
  return fs.readFile(path.join(__dirname, 'templates', name), 'utf8');
}

function barcode(buffer) {
  return { sku: buffer.readUInt32BE(0), batch: buffer.readUInt32BE(4) };
}

function balance(paid, booked) {
  assert.equal(paid, booked);
}

function expireLater(order) {
  setTimeout(() => release(order), 1);
}

function release(order) {
  order.reservations.forEach((reservation) => reservation.release());
}

module.exports = { schedule, receipt, barcode, balance, expireLater };

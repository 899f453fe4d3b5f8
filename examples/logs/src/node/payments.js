'use strict';

const net = require('node:net');

class PaymentError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'PaymentError';
  }
}

function connect(host, port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function authorize(order, host) {
  try {
    await connect(host, 8443);
  } catch (cause) {
    throw new PaymentError(`authorization of order ${order.id} failed`, { cause });
  }
}

function webhook(body) {
  const event = parse(body);
  return event.type;
}

function parse(body) {
  return JSON.parse(body);
}

async function screen(order) {
  return Promise.any(order.hosts.map((host) => connect(host, 9443)));
}

module.exports = { connect, authorize, webhook, screen };

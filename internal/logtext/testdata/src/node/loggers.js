// Prints one warning and two errors through a logger of Node, chosen by name.
class PaymentError extends Error {
  constructor(message, options) {
    super(message, options)
    this.name = 'PaymentError'
    this.code = 'DECLINED'
  }
}

function fail() {
  return new PaymentError('card 4111 was declined', { cause: new Error('no funds') })
}

const loggers = {
  pino() {
    const log = require('pino')({ name: 'shop' })
    log.warn({ reqId: 'r-7' }, 'slow')
    log.error({ err: fail(), req: { id: 'r-7' } }, 'checkout failed')
    log.fatal(fail())
  },
  bunyan() {
    const log = require('bunyan').createLogger({ name: 'shop', serializers: require('bunyan').stdSerializers })
    log.warn({ req_id: 'r-7' }, 'slow')
    log.error({ err: fail() }, 'checkout failed')
    log.fatal(fail())
  },
  winston() {
    const { createLogger, format, transports } = require('winston')
    const log = createLogger({
      defaultMeta: { service: 'shop' },
      format: format.combine(format.timestamp(), format.errors({ stack: true }), format.json()),
      transports: [new transports.Console()],
    })
    log.warn('slow', { requestId: 'r-7' })
    log.error('checkout failed', fail())
    log.error(fail())
  },
  winston_text() {
    const { createLogger, format, transports } = require('winston')
    const log = createLogger({
      format: format.combine(format.colorize(), format.timestamp(), format.errors({ stack: true }),
        format.printf((i) => `${i.timestamp} ${i.level}: ${i.stack || i.message}`)),
      transports: [new transports.Console()],
    })
    log.warn('slow')
    log.error('checkout failed')
    log.error(fail())
  },
}

loggers[process.argv[2]]()

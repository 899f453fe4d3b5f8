# Prints one failure of Ruby, chosen by name. See ../generate.sh.
require 'json'
require 'logger'
require_relative 'lib/cart'
$LOAD_PATH.unshift "#{__dir__}/vendor/bundle/ruby/3.1.0/gems/wallet-1.2.0/lib"
require 'wallet'

module Shop
  class PaymentError < StandardError; end

  def self.charge(card)
    raise ArgumentError, "card #{card} was declined"
  end

  def self.pay(card)
    charge(card)
  rescue ArgumentError
    raise PaymentError, 'payment failed'
  end

  # Holds what can be sold.
  class Stock
    def take
      [].freeze << 1
    end

    def find(name)
      { shoe: 1 }.fetch(name)
    end

    def order(name)
      raise "no stock of #{name}"
    end

    def check
      raise PaymentError, "invalid order:\n  - no items\nno address"
    end

    def close
      raise PaymentError
    end

    def load_prices
      File.read('/app/missing.json')
    end

    def parse
      JSON.parse('{"price": }')
    end
  end

  def self.deep(n)
    deep(n + 1)
  end
end

LOG = Logger.new($stderr)

FAILURES = {
  uncaught: -> { Cart.new([{}]).total },
  zero: -> { Cart.new([]).share(0) },
  key: -> { Shop::Stock.new.find(:boot) },
  cause: -> { Shop.pay('4111') },
  logged: lambda {
    begin
      Shop.pay('4111')
    rescue StandardError => e
      LOG.error(e)
    end
  },
  full_message: lambda {
    begin
      Cart.new([{}]).total
    rescue StandardError => e
      $stderr.puts e.full_message(highlight: false)
    end
  },
  rails: lambda {
    begin
      Cart.new([{}]).total
    rescue StandardError => e
      $stderr.puts "\n#{e.class} (#{e.message}):\n\n" + e.backtrace.map { |line| "  #{line}" }.join("\n")
    end
  },
  json: -> { Shop::Stock.new.parse },
  gem: -> { Wallet.new.each_coin { |coin| Cart.new([]).share(coin - 1) } },
  recursion: -> { Shop.deep(0) },
  missing_file: -> { Shop::Stock.new.load_prices },
  multiline: -> { Shop::Stock.new.check },
  no_message: -> { Shop::Stock.new.close },
  string: -> { Shop::Stock.new.order('SHOE-1') },
  frozen_list: -> { Shop::Stock.new.take },
  thread: -> { Thread.new { Cart.new([]).share(0) }.join },
  frozen: -> { 'EUR'.freeze << 'O' },
  load: -> { load "#{__dir__}/broken.rb" }
}.freeze

FAILURES.fetch(ARGV[0].to_sym).call

// Prints one failure of Kotlin, chosen by name. See ../generate.sh.
package com.acme.shop

class PaymentException(message: String, cause: Throwable?) : RuntimeException(message, cause)

data class Item(val name: String, val price: String?)

class Cart(private val items: List<Item>) {
    fun total(): Int = items.map { it.price!!.toInt() }.sum()

    fun pay(card: String) {
        try {
            charge(card)
        } catch (e: IllegalArgumentException) {
            throw PaymentException("payment failed", e)
        }
    }

    private fun charge(card: String): Nothing = throw IllegalArgumentException("card $card was declined")

    companion object {
        fun open(currency: String): Cart = error("no such currency: $currency")
    }
}

fun String.toPrice(): Int = this.toInt()

fun first(items: List<Item>) = items.first { it.price == "0" }

class Till {
    lateinit var cart: Cart
    fun close() = cart.total()
}

object Stock {
    fun take(name: String, any: Any): String = any as String + name
}

fun main(args: Array<String>) {
    val cart = Cart(listOf(Item("shoe", null)))
    when (args[0]) {
        "uncaught" -> cart.total()
        "cause" -> cart.pay("4111")
        "companion" -> Cart.open("DEM")
        "extension" -> "many".toPrice()
        "element" -> first(emptyList())
        "lateinit" -> Till().close()
        "cast" -> Stock.take("shoe", 7)
        "sequence" -> generateSequence(3) { it - 1 }.map { 100 / it }.take(9).toList()
        "require" -> require(args.size > 1) { "an order needs items" }
        "thread" -> Thread({ cart.total() }, "checkout-1").start()
        "lazy" -> println(lazy { Cart.open("LIT") }.value)
    }
}

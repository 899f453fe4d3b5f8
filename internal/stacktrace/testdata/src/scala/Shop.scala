// Prints one failure of Scala, chosen by name. See ../generate.sh.
package com.acme.shop

import scala.concurrent.{Await, Future}
import scala.concurrent.duration._
import scala.concurrent.ExecutionContext.Implicits.global

class PaymentException(message: String, cause: Throwable) extends RuntimeException(message, cause)

sealed trait Order
case class Paid(amount: Int) extends Order
case object Open extends Order

class Cart(items: List[Option[Int]]) {
  def total: Int = items.map(item => item.get).sum

  def share(parts: Int): Int = 100 / parts

  def pay(card: String): Unit =
    try charge(card)
    catch { case e: IllegalArgumentException => throw new PaymentException("payment failed", e) }

  private def charge(card: String): Unit = throw new IllegalArgumentException(s"card $card was declined")

  def amount(order: Order): Int = (order: @unchecked) match { case Paid(amount) => amount }
}

object Shop {
  def deep(n: Int): Int = 1 + deep(n + 1)

  def main(args: Array[String]): Unit = {
    val cart = new Cart(List(None))
    args(0) match {
      case "uncaught" => cart.total
      case "zero" => cart.share(0)
      case "cause" => cart.pay("4111")
      case "matched" => cart.amount(Open)
      case "key" => Map("price" -> 1)("amount")
      case "head" => List.empty[Int].head
      case "future" => Await.result(Future(cart.share(0)), 5.seconds)
      case "failed_future" =>
        Future(cart.total).failed.foreach(_.printStackTrace())
        Thread.sleep(500)
      case "unimplemented" => ???
      case "range" => (1 to 3).foreach(i => cart.share(i - 2))
      case "assertion" => assert(args.length > 1, "an order needs items")
      case "collect" => List(1, 0).map { case 1 => 1 }
    }
  }
}

# Prints one failure of Elixir, chosen by name. See ../generate.sh.

defmodule Shop.Worker do
  use GenServer

  def start(arg), do: GenServer.start(__MODULE__, arg)
  def init(arg), do: {:ok, arg}

  def handle_cast({:share, parts}, state) do
    Shop.Cart.share(parts)
    {:noreply, state}
  end

  def handle_call({:share, parts}, _from, state), do: {:reply, Shop.Cart.share(parts), state}
end

defmodule Shop do
  def pay(card) do
    try do
      charge(card)
    rescue
      e in ArgumentError -> reraise Shop.PaymentError, [message: "payment failed: " <> e.message], __STACKTRACE__
    end
  end

  def charge(card), do: raise(ArgumentError, "card #{card} was declined")

  def logged do
    try do
      Shop.Cart.share(0)
    rescue
      e -> IO.puts(:stderr, Exception.format(:error, e, __STACKTRACE__))
    end
  end

  def run("uncaught"), do: Shop.Cart.total([%{}])
  def run("zero"), do: Shop.Cart.share(0)
  def run("match"), do: Shop.Cart.match(%{price: 1})
  def run("clause"), do: Shop.Cart.name(7)
  def run("case"), do: Shop.Cart.pick(7)
  def run("undefined"), do: apply(Shop.Missing, :total, [1, 2])
  def run("exception"), do: pay("4111")
  def run("throw"), do: Shop.Cart.take()
  def run("exit"), do: Shop.Cart.close()
  def run("protocol"), do: Shop.Cart.label(%{price: 1})
  def run("enum"), do: Enum.map([1, 0], fn parts -> Shop.Cart.share(parts) end)
  def run("fetch"), do: Shop.Cart.amount(%{price: 1})
  def run("multiline"), do: Shop.Cart.check()
  def run("logged"), do: logged()

  def run("task") do
    Task.start(fn -> Shop.Cart.share(0) end)
    Process.sleep(300)
  end

  def run("spawned") do
    spawn(fn -> Shop.Cart.total([%{}]) end)
    Process.sleep(300)
  end

  def run("genserver") do
    {:ok, pid} = Shop.Worker.start(:none)
    GenServer.cast(pid, {:share, 0})
    Process.sleep(300)
  end

  def run("genserver_call") do
    {:ok, pid} = Shop.Worker.start(:none)
    try do
      GenServer.call(pid, {:share, 0})
    catch
      :exit, _ -> Process.sleep(300)
    end
  end
end

# A shopping cart that fails in several ways.
defmodule Shop.PaymentError do
  defexception [:message]
end

defmodule Shop.Cart do
  def total(items) do
    sum = items |> Enum.map(fn item -> item.price end) |> Enum.sum()
    {:ok, sum}
  end

  def share(parts) do
    share = div(100, parts)
    {:ok, share}
  end

  def match(order) do
    %{amount: amount} = order
    {:ok, amount}
  end

  def name(item) when is_binary(item), do: {:ok, item}

  def pick(item) do
    case item do
      1 -> :one
    end
  end

  def amount(order) do
    amount = Map.fetch!(order, :amount)
    {:ok, amount}
  end

  def label(order) do
    label = to_string(order)
    {:ok, label}
  end

  def take do
    throw(:no_stock)
  end

  def close do
    exit(:closed)
  end

  def check do
    raise(Shop.PaymentError, message: "invalid order:\n  - no items\nno address")
  end
end

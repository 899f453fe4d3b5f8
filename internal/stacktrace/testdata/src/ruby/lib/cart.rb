# A shopping cart that fails in several ways.
class Cart
  def initialize(items)
    @items = items
  end

  def total
    @items.map { |item| item[:price].amount }.sum
  end

  def share(parts)
    100 / parts
  end
end

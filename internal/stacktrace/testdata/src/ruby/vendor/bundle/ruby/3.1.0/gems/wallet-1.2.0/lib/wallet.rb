# Stands for a gem that the application depends on.
class Wallet
  def each_coin
    [1, 2].each { |coin| yield coin }
  end
end

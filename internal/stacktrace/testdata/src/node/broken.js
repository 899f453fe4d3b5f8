const price = {
  amount: 3
const currency = 'EUR'

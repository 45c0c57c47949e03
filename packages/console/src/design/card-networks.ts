/** Names of card networks as people know them, by the names of the card guard. */
const names: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  maestro: 'Maestro',
  mir: 'Mir',
  rupay: 'RuPay',
  elo: 'Elo',
  verve: 'Verve',
  hipercard: 'Hipercard',
  interpayment: 'InterPayment',
  troy: 'Troy',
  dankort: 'Dankort',
  borica: 'Borica',
  uzcard: 'Uzcard',
  humo: 'Humo',
  napas: 'Napas',
  uatp: 'UATP',
}

export const networkName = (network: string): string => names[network] ?? network

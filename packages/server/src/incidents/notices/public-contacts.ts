/**
 * Agencies that notices have to name. None of these was compared with the agency's own page by this program: who
 * approves a mailing looks at them in the preview (docs/notices.md).
 */
export interface PublicContact {
  name: string
  postal: string
  phone: string
  web: string
}

export const creditBureaus: readonly PublicContact[] = [
  {
    name: 'Equifax',
    postal: 'P.O. Box 105788, Atlanta, GA 30348-5788',
    phone: '1-888-298-0045',
    web: 'www.equifax.com',
  },
  {
    name: 'Experian',
    postal: 'P.O. Box 9554, Allen, TX 75013',
    phone: '1-888-397-3742',
    web: 'www.experian.com',
  },
  {
    name: 'TransUnion',
    postal: 'P.O. Box 160, Woodlyn, PA 19094',
    phone: '1-800-916-8800',
    web: 'www.transunion.com',
  },
]

export const federalTradeCommission: PublicContact = {
  name: 'Federal Trade Commission',
  postal: '600 Pennsylvania Avenue NW, Washington, DC 20580',
  phone: '1-877-438-4338',
  web: 'www.identitytheft.gov',
}

/** By jurisdiction. */
export const attorneysGeneral: Readonly<Record<string, PublicContact>> = {
  'US-DC': {
    name: 'Office of the Attorney General for the District of Columbia',
    postal: '400 6th Street NW, Washington, DC 20001',
    phone: '1-202-727-3400',
    web: 'oag.dc.gov',
  },
  'US-IA': {
    name: 'Office of the Attorney General of Iowa',
    postal: '1305 E. Walnut Street, Des Moines, IA 50319',
    phone: '1-888-777-4590',
    web: 'www.iowaattorneygeneral.gov',
  },
  'US-MA': {
    name: 'Office of the Attorney General of Massachusetts',
    postal: 'One Ashburton Place, Boston, MA 02108',
    phone: '1-617-727-8400',
    web: 'www.mass.gov/ago',
  },
  'US-MD': {
    name: 'Office of the Attorney General of Maryland',
    postal: '200 St. Paul Place, Baltimore, MD 21202',
    phone: '1-888-743-0023',
    web: 'www.marylandattorneygeneral.gov',
  },
  'US-NC': {
    name: 'Office of the Attorney General of North Carolina',
    postal: '9001 Mail Service Center, Raleigh, NC 27699-9001',
    phone: '1-877-566-7226',
    web: 'www.ncdoj.gov',
  },
  'US-NY': {
    name: 'Office of the Attorney General of New York',
    postal: 'The Capitol, Albany, NY 12224-0341',
    phone: '1-800-771-7755',
    web: 'ag.ny.gov',
  },
  'US-OR': {
    name: 'Oregon Department of Justice',
    postal: '1162 Court Street NE, Salem, OR 97301-4096',
    phone: '1-877-877-9392',
    web: 'www.doj.state.or.us',
  },
  'US-RI': {
    name: 'Office of the Attorney General of Rhode Island',
    postal: '150 South Main Street, Providence, RI 02903',
    phone: '1-401-274-4400',
    web: 'www.riag.ri.gov',
  },
}

export function contactLine({ name, postal, phone, web }: PublicContact): string {
  return `${name}, ${postal}, ${phone}, ${web}`
}

import type { AffectedPerson, NoticeFacts } from '@candor/protocol/notices-api.ts'

/** Who is written to in the drill: everything about person n follows from n, in every process alike. */
export const companies = ['Aurora Air', 'Maple and Main'] as const

/** Providers: each gets its share of the mails. */
const domains = 400
const states = ['US-CA', 'US-MA', 'US-NC', 'US-NY', 'US-MD', 'US-TX', 'US-WA', 'DE', 'GB', 'US-DC'] as const

export type Fate = 'delivered' | 'put-off' | 'refused' | 'returned' | 'no-email'

/** 1 % have no e-mail address, 4 % are refused at once, 1 % come back later, 1 % are put off once. */
export function fateOf(n: number): Fate {
  const share = (n * 7_919) % 100
  if (share === 0) return 'no-email'
  if (share <= 4) return 'refused'
  if (share === 5) return 'returned'
  return share === 6 ? 'put-off' : 'delivered'
}

export const emailOf = (tenant: number, n: number): string => `p${n}@t${tenant}-${n % domains}.example`

/** Null: not an address of the drill. */
export function readEmail(email: string): { tenant: number; n: number } | null {
  const match = /^p(\d{1,8})@t(\d)-\d{1,3}\.example$/.exec(email)
  return match === null ? null : { n: Number(match[1]), tenant: Number(match[2]) }
}

export function personOf(tenant: number, n: number): AffectedPerson {
  const first = Date.UTC(2026, 8, 26) + (n % 16) * 86_400_000
  return {
    id: `0${tenant}900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    name: `Customer ${n} of ${companies[tenant]}`,
    email: fateOf(n) === 'no-email' ? null : emailOf(tenant, n),
    address: [`${n} Elm Street`, 'Springfield, CA 90000', 'USA'],
    language: n % 4 === 0 ? 'es' : 'en',
    jurisdiction: states[n % states.length]!,
    categories: n % 3 === 0 ? ['payment-card', 'contact'] : ['payment-card'],
    firstAt: new Date(first).toISOString(),
    lastAt: new Date(first + 3_600_000).toISOString(),
  }
}

export function factsOf(tenant: number): NoticeFacts {
  const name = companies[tenant]!
  const mark = name.toLowerCase().replaceAll(/[^a-z]+/g, '-')
  const words = {
    whatHappened: `Somebody changed the script of the chat on the payment page of ${name}, so that it read what was typed there.`,
    measures: `${name} switched the script off within minutes and told the police.`,
    consequences: 'Your card may be charged by somebody else.',
    advice: 'Ask your bank for a new card.',
  }
  return {
    company: {
      name,
      postal: ['1 Runway Road', 'Portland, OR 97218'],
      phone: '1-800-555-0100',
      email: `privacy@${mark}.example`,
      web: null,
      dataProtectionOfficer: null,
    },
    incident: {
      from: '2026-09-26',
      to: '2026-10-12',
      estimated: false,
      discovered: '2026-10-12',
      personsAffected: null,
      delayedByLawEnforcement: false,
    },
    words: { en: words, es: words },
    protection: null,
  }
}

/** Shares of the persons of two tenants. */
export const sharesOf = (persons: number): [number, number] => [
  Math.ceil(persons * 0.6),
  persons - Math.ceil(persons * 0.6),
]

